"""Code types of supervision letters (三书一函)."""

from enum import StrEnum


class LetterKind(StrEnum):
    """Three notices and a letter."""

    LISTED_SUPERVISION = "listed_supervision"
    INTERVIEW = "interview"
    CORRECTION_ORDER = "correction_order"
    REMINDER = "reminder"

    @property
    def label(self) -> str:
        return {
            "listed_supervision": "挂牌督办通知书",
            "interview": "责任约谈通知书",
            "correction_order": "责令整改通知书",
            "reminder": "提醒敦促函",
        }[self.value]

    @property
    def mark(self) -> str:
        """What stands for it in a number."""
        return {
            "listed_supervision": "挂督",
            "interview": "责约",
            "correction_order": "责改",
            "reminder": "敦促",
        }[self.value]

    @property
    def reply_code(self) -> str:
        """The rule of the clock for the reply."""
        return f"reply_{self.value}"


class LetterState(StrEnum):
    """Where a letter stands. Issued, it is never changed: another one supersedes it."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    ISSUED = "issued"
    SERVED = "served"
    REPLIED = "replied"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        return {
            "draft": "拟稿",
            "submitted": "送审",
            "issued": "已签发，待送达",
            "served": "已送达，待答复",
            "replied": "已答复",
            "withdrawn": "已撤回，由新文书取代",
        }[self.value]


IN_FORCE = frozenset({LetterState.ISSUED, LetterState.SERVED, LetterState.REPLIED})
UNISSUED = frozenset({LetterState.DRAFT, LetterState.SUBMITTED})


class LetterStep(StrEnum):
    """What may happen to a letter, as its timeline tells it."""

    DRAFTED = "drafted"
    CHANGED = "changed"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ISSUED = "issued"
    SERVED = "served"
    REPLIED = "replied"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        return {
            "drafted": "拟稿",
            "changed": "修改",
            "submitted": "送审",
            "returned": "退回",
            "issued": "签发",
            "served": "送达",
            "replied": "收到答复",
            "withdrawn": "撤回",
        }[self.value]


class FieldType(StrEnum):
    """What a field of a template takes: words, a day (2026-07-24), or a moment with its zone."""

    TEXT = "text"
    DAY = "day"
    MOMENT = "moment"


class ServiceMethod(StrEnum):
    """How a letter reached its addressee."""

    IN_PERSON = "in_person"
    LEFT = "left"
    POST = "post"
    ELECTRONIC = "electronic"

    @property
    def label(self) -> str:
        return {"in_person": "直接送达", "left": "留置送达", "post": "邮寄送达", "electronic": "电子送达"}[self.value]
