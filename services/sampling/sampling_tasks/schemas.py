"""What callers send and get about sampling tasks."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from services.sampling.sampling_tasks.rules import SamplingTaskState
from shared.contracts.regions import RegionCode
from shared.contracts.schema import Schema
from shared.contracts.statutory_sampling import Link, Stream
from shared.contracts.words import Words


class TaskCreate(Schema):
    """A task by hand."""

    stream: Stream = Field(description="任务类别；不同类别不混在一个任务里", examples=["supervision"])
    link: Link = Field(description="抽样环节", examples=["circulation"])
    task_source: Words = Field(min_length=1, max_length=200, description="任务来源", examples=["（演示）区级监督抽检"])
    region_code: RegionCode
    category_code: str | None = Field(default=None, max_length=64, description="食品类别代码；不限类别为 null")
    food_name: Words | None = Field(default=None, min_length=1, max_length=200, description="食品名称")
    business_id: UUID | None = Field(default=None, description="指定的被抽样单位；不指定为 null")
    business_name: Words | None = Field(default=None, min_length=1, max_length=200, description="被抽样单位名称")
    quantity: int = Field(default=1, ge=1, le=10_000, description="批次数", examples=[1])
    due_on: date | None = Field(default=None, description="完成期限（当日计入）", examples=["2026-08-31"])
    instructions: Words = Field(default="", max_length=2000, description="抽样要求", examples=[""])


class Cancellation(Schema):
    reason: Words = Field(min_length=1, max_length=500, description="撤销原因", examples=["（演示）该单位已歇业"])


class TaskSamplerRead(Schema):
    user_id: UUID
    user_name: str = Field(examples=["演示抽样员甲（虚构）"])
    organisation_id: UUID | None


class SamplingTaskRead(Schema):
    id: UUID
    version: int
    number: str = Field(examples=["CY330203-20260724-000001"])
    state: SamplingTaskState = Field(description="由任务和已抽样品得出")
    plan_id: UUID | None
    statutory_task_id: UUID | None = Field(description="快检吹哨下达的监督抽检任务；不是由吹哨而来为 null")
    stream: Stream
    link: Link
    task_source: str = Field(examples=["（演示）区级监督抽检"])
    region_code: str = Field(examples=["330203000000"])
    bureau_code: str = Field(description="组织抽样的县（市、区）", examples=["330203000000"])
    category_code: str | None
    category_name: str | None = Field(description="类别名称；不限类别或没有登记为 null", examples=["粮食加工品"])
    food_name: str | None
    business_id: UUID | None
    business_name: str | None
    quantity: int = Field(description="应抽批次数")
    taken: int = Field(description="已抽批次数；拒绝抽样、拒收、作废的不计")
    due_on: date | None
    overdue: bool = Field(description="过了期限还没有抽足")
    instructions: str = Field(examples=[""])
    samplers: list[TaskSamplerRead] = Field(description="指派的抽样人员；空为尚未指派")
    cancelled_at: datetime | None
    cancelled_because: str | None
    created_at: datetime
