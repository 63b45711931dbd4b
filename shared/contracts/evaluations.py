"""Words of evaluations (评价创建) that the scoring service and the pages share."""

from enum import StrEnum


class Stage(StrEnum):
    """The stages of an evaluation, in the order in which they follow; a run may leave some out.

    The codes are those by which clauses of a scheme (`stage` rules) name the marks of a stage.
    """

    SELF = "self"
    DESK = "desk"
    SITE = "site"
    SURVEY = "survey"
    PUBLICITY = "publicity"
    PANEL = "panel"

    @property
    def label(self) -> str:
        return _STAGE_LABELS[self]


_STAGE_LABELS = {
    Stage.SELF: "自评",
    Stage.DESK: "资料审核",
    Stage.SITE: "明查暗访",
    Stage.SURVEY: "满意度测评",
    Stage.PUBLICITY: "公示",
    Stage.PANEL: "综合评审",
}


class RunState(StrEnum):
    """Where a run stands as a whole."""

    OPEN = "open"
    CONCLUDED = "concluded"
    ABANDONED = "abandoned"

    @property
    def label(self) -> str:
        return {"open": "进行中", "concluded": "已有结论", "abandoned": "已终止"}[self.value]


class ReadingState(StrEnum):
    """What a reading of a live figure says. Not available is none of the others: nobody knows, least of all zero."""

    VALUE = "value"
    ZERO = "zero"
    MISSING = "missing"
    NOT_APPLICABLE = "not_applicable"
    NOT_DUE = "not_due"
    UNAVAILABLE = "unavailable"

    @property
    def label(self) -> str:
        return _READING_LABELS[self]


_READING_LABELS = {
    ReadingState.VALUE: "有数",
    ReadingState.ZERO: "为零",
    ReadingState.MISSING: "暂无数据",
    ReadingState.NOT_APPLICABLE: "不适用",
    ReadingState.NOT_DUE: "未到期",
    ReadingState.UNAVAILABLE: "取不到",
}


class EvidenceState(StrEnum):
    """What became of a file of evidence."""

    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    RETURNED = "returned"

    @property
    def label(self) -> str:
        return {"submitted": "待审核", "accepted": "已采用", "returned": "已退回"}[self.value]


class ClaimState(StrEnum):
    """What became of a claim that a clause does not apply (合理缺项)."""

    PENDING = "pending"
    APPROVED = "approved"
    REFUSED = "refused"

    @property
    def label(self) -> str:
        return {"pending": "待批准", "approved": "已批准", "refused": "未批准"}[self.value]


class TaskState(StrEnum):
    """Where a task stands. Reported is not done: somebody has to look."""

    OPEN = "open"
    REPORTED = "reported"
    DONE = "done"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        return {"open": "办理中", "reported": "待核对", "done": "已完成", "withdrawn": "已撤销"}[self.value]


class UnitPart(StrEnum):
    """What part a unit has in a task."""

    LEAD = "lead"
    JOIN = "join"

    @property
    def label(self) -> str:
        return {"lead": "牵头", "join": "配合"}[self.value]
