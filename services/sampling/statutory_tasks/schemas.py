"""What callers get about statutory sampling tasks."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from shared.contracts.clocks import ClockState
from shared.contracts.sampling import TaskState
from shared.contracts.schema import Schema


class TaskRead(Schema):
    id: UUID
    whistle_id: UUID
    number: str = Field(description="任务编号", examples=["JC330203-20260724-000001"])
    title: str = Field(examples=["菠菜 · 农药残留（有机磷和氨基甲酸酯类）"])
    site_id: UUID
    region_code: str = Field(description="检测点所在区划", examples=["330203001000"])
    bureau_code: str = Field(description="承办的县（市、区）", examples=["330203000000"])
    state: TaskState
    assigned_at: datetime
    sample_number: str | None = Field(description="抽样单编号")
    sampled_at: datetime | None
    concluded_at: datetime | None


class TaskListed(TaskRead):
    due_at: datetime = Field(description="完成抽样的期限")
    clock_state: ClockState = Field(description="期限的状态；breached 为超期未办")
