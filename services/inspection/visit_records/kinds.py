"""Code types of visit records."""

from enum import StrEnum

from services.inspection.checklists.content import InspectionKind


class VisitKind(StrEnum):
    """Why a business is visited (食品生产经营监督检查管理办法). Only unannounced and system checks have rules of their
    own; all others are judged like a routine inspection.
    """

    ROUTINE = "routine"
    SPECIAL = "special"
    FLIGHT = "flight"
    SYSTEM = "system"
    FOLLOW_UP = "follow_up"
    RECHECK = "recheck"

    @property
    def label(self) -> str:
        return {
            "routine": "日常检查",
            "special": "专项检查",
            "flight": "飞行检查",
            "system": "体系检查",
            "follow_up": "跟进检查",
            "recheck": "整改复查",
        }[self.value]

    @property
    def inspection(self) -> InspectionKind:
        """How checklists call it."""
        return InspectionKind(self.value) if self.value in set(InspectionKind) else InspectionKind.ROUTINE


class RecordState(StrEnum):
    """How far a record has come. It is never set: it is read off what has arrived."""

    WAITING = "waiting"
    QUARANTINED = "quarantined"
    DRAFT = "draft"
    INCOMPLETE = "incomplete"
    AWAITING_FILES = "awaiting_files"
    COMPLETE = "complete"

    @property
    def label(self) -> str:
        return {
            "waiting": "等待先前的版本",
            "quarantined": "待核（隔离）",
            "draft": "检查中",
            "incomplete": "要素不齐",
            "awaiting_files": "等待附件",
            "complete": "完整",
        }[self.value]


class Standing(StrEnum):
    """What became of one delivery."""

    ACCEPTED = "accepted"
    WAITING = "waiting"
    ASIDE = "aside"
    QUARANTINED = "quarantined"
    FILED = "filed"

    @property
    def label(self) -> str:
        return {
            "accepted": "已收下",
            "waiting": "已收下，等待先前的版本",
            "aside": "已保存，与平台上的记录不同，未并入",
            "quarantined": "已保存，待核",
            "filed": "已保存，经核不采用",
        }[self.value]


class EntryKind(StrEnum):
    """What may happen to a visit record, as its history tells it."""

    RECEIVED = "received"
    FOLLOW_UP_ANSWERED = "follow_up_answered"
    FOLLOW_UP_LEFT = "follow_up_left"
    COMPLETED = "completed"
    JUDGED_ANEW = "judged_anew"
    RELEASED = "released"
    FILED = "filed"
    PUBLISHED = "published"

    @property
    def label(self) -> str:
        return {
            "received": "收到终端上传",
            "follow_up_answered": "完成所对应的跟进检查任务",
            "follow_up_left": "未能了结所对应的跟进检查任务",
            "completed": "记录完整，形成检查结果",
            "judged_anew": "内容有变，重新判定",
            "released": "核实后采用",
            "filed": "核实后不采用",
            "published": "公布检查结果",
        }[self.value]


class SignerRole(StrEnum):
    """Who signs."""

    INSPECTOR = "inspector"
    BUSINESS = "business"
    WITNESS = "witness"


class Recusal(StrEnum):
    """What the business said when it was asked whether an inspector should withdraw."""

    NOT_REQUESTED = "not_requested"
    REQUESTED = "requested"
