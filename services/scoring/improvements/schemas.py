"""What the way up looks like."""

from datetime import date
from uuid import UUID

from pydantic import Field

from services.scoring.scheme_language.codes import NodeClass
from shared.contracts.evaluations import Stage, TaskState
from shared.contracts.figures import Number
from shared.contracts.schema import Schema


class TaskAtHand(Schema):
    """The task of the clause that is not yet done."""

    id: UUID
    state: TaskState
    lead: list[str]
    due_on: date | None


class ImprovementRead(Schema):
    """A clause that does not yet bring all it can for certain."""

    code: str
    title: str
    node_class: NodeClass
    low: Number = Field(description="现在确定的得分")
    high: Number = Field(description="未知的都往好里算的得分")
    maximum: Number
    gain: Number = Field(description="这一条得满分时，确定的总分增加多少（权重与标化都算在内）")
    total_then: Number = Field(description="到这一条为止都得满分时的总分")
    reachable: bool = Field(description="到所问的日期还来得及")
    why_not: str
    unknown: list[str] = Field(description="缺什么数据或评分")
    evidence_missing: list[str] = Field(description="条款要求而还没有（未退回的）材料")
    evidence_returned: int = Field(description="退回后没有补交的材料份数")
    task: TaskAtHand | None


class VetoAtRisk(Schema):
    """A veto clause that does not surely hold."""

    code: str
    title: str
    broken: bool = Field(description="已触发；否则是还不能确定")
    step: str


class ImprovementsRead(Schema):
    """Vetoes first, then clauses by what they would bring."""

    stage: Stage
    before: date
    low: Number
    high: Number
    maximum: Number
    vetoes: list[VetoAtRisk]
    clauses: list[ImprovementRead]
