"""The words of random draws (双随机、一公开)."""

from enum import StrEnum


class DrawPurpose(StrEnum):
    """What is drawn for."""

    GENERAL = "general"
    KEY_MATTERS = "key_matters"
    FLIGHT = "flight"

    @property
    def label(self) -> str:
        return {"general": "双随机抽查", "key_matters": "重点检查排序", "flight": "飞行检查"}[self]


class DrawState(StrEnum):
    """How far a draw has come."""

    FROZEN = "frozen"
    COMMITTED = "committed"
    DRAWN = "drawn"
    ANNOUNCED = "announced"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        return {
            "frozen": "名单已冻结",
            "committed": "承诺已公布，等待抽取",
            "drawn": "已抽取，未公布",
            "announced": "已公布",
            "cancelled": "已作废，另行抽取",
        }[self]


class EntropyMode(StrEnum):
    """Where the outside randomness comes from."""

    WITNESSES = "witnesses"
    BEACON = "beacon"
    PUBLIC_NUMBER = "public_number"

    @property
    def label(self) -> str:
        return {"witnesses": "见证人各自的随机数", "beacon": "公开信标", "public_number": "当众产生的号码"}[self]


class PartName(StrEnum):
    """What of a draw is kept whole, as canonical JSON."""

    PARAMETERS = "parameters"
    SUBJECTS = "subjects"
    INSPECTORS = "inspectors"
    RESULT = "result"


class Stratify(StrEnum):
    """How the roster is divided before the draw."""

    GRADE_AND_KIND = "grade_and_kind"
    KIND = "kind"
    WHOLE = "whole"

    @property
    def label(self) -> str:
        return {"grade_and_kind": "按风险等级和类别", "kind": "按类别", "whole": "不分层"}[self]


class ChangeKind(StrEnum):
    """What may change after a draw, by the rules of the verifier."""

    REPLACE_SUBJECT = "replace_subject"
    RECUSE = "recuse"

    @property
    def label(self) -> str:
        return {"replace_subject": "备选递补", "recuse": "检查人员回避"}[self]


class DrawnVisitState(StrEnum):
    """What became of a visit that was drawn."""

    SCHEDULED = "scheduled"
    COMPLETED = "completed"
    NOT_FOUND = "not_found"
    REPLACED = "replaced"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        return {
            "scheduled": "待检查",
            "completed": "已检查",
            "not_found": "在登记的地址找不到",
            "replaced": "由备选递补",
            "cancelled": "抽取作废",
        }[self]


class DrawEntryKind(StrEnum):
    """What happened to a draw."""

    FROZEN = "frozen"
    PLEDGED = "pledged"
    COMMITTED = "committed"
    OPENED = "opened"
    TOLD = "told"
    DRAWN = "drawn"
    CHANGED = "changed"
    LENT = "lent"
    ANNOUNCED = "announced"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        return {
            "frozen": "冻结名单",
            "pledged": "见证人交存随机数的指纹",
            "committed": "公布承诺",
            "opened": "见证人交出随机数",
            "told": "登记外部随机数",
            "drawn": "揭示秘密并抽取",
            "changed": "递补或回避",
            "lent": "上级机关调派人员",
            "announced": "公布",
            "cancelled": "作废",
        }[self]
