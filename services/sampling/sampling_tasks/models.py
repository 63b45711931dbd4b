"""Tables of sampling tasks (抽样任务): what is to be sampled where and by when."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Sequence, func
from sqlalchemy.orm import Mapped, mapped_column

from services.sampling.database import Base
from services.sampling.sampling_tasks.problems import TaskStepRefused
from shared.contracts.statutory_sampling import Link, Stream
from shared.database import Versioned
from shared.ids import uuid7

TASK_NUMBERS = Sequence("sampling_task_numbers", metadata=Base.metadata)
"""Running numbers of tasks. A rolled-back dispatch leaves a gap; nobody waits for a number."""


class SamplingTask(Versioned, Base):
    """`quantity` samples of one category (null: any) in one region, from one named business or whoever is found there.

    It comes from a plan, or from a whistle (`statutory_task_id`), or by hand. `bureau_code` is the county whose bureau
    organises it. How many samples were taken is counted from the samples.
    """

    __tablename__ = "sampling_tasks"
    __table_args__ = (
        Index(None, "number", unique=True),
        Index(None, "plan_id"),
        Index(None, "region_code", "id"),
        Index(None, "statutory_task_id", unique=True, postgresql_where="statutory_task_id IS NOT NULL"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        # Streams are never mixed: a task of a plan has the plan's.
        ForeignKeyConstraint(["plan_id", "stream"], ["sampling_plans.id", "sampling_plans.stream"]),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    number: Mapped[str]
    plan_id: Mapped[UUID | None]
    statutory_task_id: Mapped[UUID | None] = mapped_column(ForeignKey("statutory_tasks.id"))
    stream: Mapped[Stream]
    link: Mapped[Link]
    task_source: Mapped[str]
    region_code: Mapped[str]
    bureau_code: Mapped[str]
    category_code: Mapped[str | None]
    food_name: Mapped[str | None]
    business_id: Mapped[UUID | None]
    business_name: Mapped[str | None]
    quantity: Mapped[int]
    due_on: Mapped[date | None]
    instructions: Mapped[str] = mapped_column(default="")
    cancelled_at: Mapped[datetime | None]
    cancelled_because: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    created_by: Mapped[UUID | None]

    def cancel(self, reason: str, at: datetime) -> None:
        """The task is not to be done any more. Samples that were taken for it stay."""
        if self.cancelled_at is not None:
            raise TaskStepRefused(f"任务已撤销：{self.cancelled_because}")
        self.cancelled_at, self.cancelled_because = at, reason


class SamplingTaskSampler(Base):
    """A sampler who is to do a task. While a task has none, any sampler of its region may."""

    __tablename__ = "sampling_task_samplers"
    __table_args__ = (Index(None, "user_id", "task_id"),)

    task_id: Mapped[UUID] = mapped_column(ForeignKey("sampling_tasks.id"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    user_name: Mapped[str]
    organisation_id: Mapped[UUID | None]
    assigned_at: Mapped[datetime] = mapped_column(server_default=func.now())
    assigned_by: Mapped[UUID | None]
