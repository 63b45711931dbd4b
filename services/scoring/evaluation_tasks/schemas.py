"""What the routes of tasks take and give."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from services.scoring.evaluation_tasks.responsibilities import MAX_BLOCKS, MAX_NAME, MAX_TEXT, MAX_UNITS
from services.scoring.scheme_language.rule_kinds import Code
from shared.clocks.schemas import ClockRead
from shared.contracts.evaluations import TaskState, UnitPart
from shared.contracts.schema import Schema

UnitName = Annotated[str, Field(min_length=2, max_length=MAX_NAME, examples=["市场监管局（演示）"])]
Days = Annotated[int, Field(ge=1, le=730, description="从下达起多少日（自然日）内完成")]
Note = Annotated[str, Field(max_length=2000, examples=["（演示）制度已印发，见佐证材料"])]
Reason = Annotated[str, Field(min_length=2, max_length=2000, examples=["（演示）缺检查记录"])]


class ResponsibilityText(Schema):
    """A plan's text."""

    text: Annotated[str, Field(min_length=1, max_length=MAX_TEXT)] = Field(
        examples=["1. 建立责任体系。〔责任单位：市食安办、各县（市、区）人民政府〕"]
    )


class ResponsibilityRead(Schema):
    """One list of units found in a text."""

    kind: Literal["block", "project"]
    title: str
    path: list[str] = Field(description="上面各级标题")
    lead: list[str]
    join: list[str]
    lead_stated: bool = Field(description="原文是否写明牵头；没有写明的以第一个为牵头，请核对")
    quote: str
    line: int


class UnreadableRead(Schema):
    line: int
    message: str


class ResponsibilitiesRead(Schema):
    """Everything found in a text, and what of it cannot be read."""

    found: list[ResponsibilityRead]
    unreadable: list[UnreadableRead]


class TaskCreate(Schema):
    """A task. `clause_code`: for which clause, if for one."""

    clause_code: Code | None = None
    title: Annotated[str, Field(min_length=2, max_length=200, examples=["签订责任书（演示）"])]
    lead: Annotated[tuple[UnitName, ...], Field(min_length=1, max_length=MAX_UNITS)]
    join: Annotated[tuple[UnitName, ...], Field(max_length=MAX_UNITS)] = ()
    days: Days = Field(examples=[60])


class TasksCreate(Schema):
    """Tasks one by one."""

    tasks: Annotated[tuple[TaskCreate, ...], Field(min_length=1, max_length=MAX_BLOCKS)]
    source: Annotated[str, Field(max_length=200, description="依据的文件")] = ""


class TasksFromScheme(Schema):
    """A task for every clause whose units the scheme names and that has none yet."""

    days: Days = Field(examples=[60])


class TasksFromText(ResponsibilityText):
    """A task for every list of units in a plan's text."""

    days: Days = Field(examples=[60])
    source: Annotated[
        str, Field(min_length=2, max_length=200, description="文件名称与文号", examples=["工作方案（演示）"])
    ]


class TaskNote(Schema):
    note: Note = ""


class TaskReason(Schema):
    reason: Reason


class TaskUnitRead(Schema):
    name: str
    part: UnitPart


class TaskEntryRead(Schema):
    number: int
    kind: str
    at: datetime
    actor_name: str
    note: str


class TaskSummary(Schema):
    """A task in a list."""

    id: UUID
    evaluation_id: UUID
    number: int
    region_code: str
    clause_code: str | None
    title: str
    state: TaskState
    given_at: datetime
    reminders: int
    units: list[TaskUnitRead]
    clock: ClockRead | None
    version: int


class TaskRead(TaskSummary):
    """A task with its words and history."""

    quote: str
    source: str
    entries: list[TaskEntryRead]
