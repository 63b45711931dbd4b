"""Tables of the statutory sampling tasks (监督抽检任务) that whistles give to the bureaus."""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Sequence
from sqlalchemy.orm import Mapped, mapped_column

from services.sampling.database import Base
from shared.contracts.sampling import TaskState
from shared.ids import uuid7

TASK_NUMBERS = Sequence("statutory_task_numbers", metadata=Base.metadata)
"""Running numbers of tasks. A rolled-back upload leaves a gap; nobody waits for a number."""


class Standing(NamedTuple):
    """How a task counts in the figure: on time or not, on which day (Asia/Shanghai)."""

    on_time: bool
    day: date


class StatutoryTask(Base):
    """A task for the bureau of the county (`bureau_code`) to sample what was suspect positive at a site.

    By when is said by its clock. `counted_…` is how it stands in the figure of tasks done in time: not at all while it
    is neither done nor overdue.
    """

    __tablename__ = "statutory_tasks"
    __table_args__ = (
        Index(None, "whistle_id", unique=True),
        Index(None, "number", unique=True),
        Index(None, "region_code", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    whistle_id: Mapped[UUID] = mapped_column(ForeignKey("whistles.id"))
    number: Mapped[str]
    title: Mapped[str]
    site_id: Mapped[UUID] = mapped_column(ForeignKey("test_sites.id"))
    region_code: Mapped[str]
    bureau_code: Mapped[str]
    state: Mapped[TaskState] = mapped_column(default=TaskState.ASSIGNED)
    clock_id: Mapped[UUID]
    assigned_at: Mapped[datetime]
    sample_number: Mapped[str | None]
    sampled_at: Mapped[datetime | None]
    concluded_at: Mapped[datetime | None]
    counted_on: Mapped[date | None]
    counted_as_on_time: Mapped[bool | None]
    counted_at: Mapped[datetime | None]

    @property
    def standing(self) -> Standing | None:
        """How the task counts now; None while it does not."""
        if self.counted_on is None or self.counted_as_on_time is None:
            return None
        return Standing(self.counted_as_on_time, self.counted_on)

    def record_sample(self, number: str, at: datetime) -> None:
        self.state, self.sample_number, self.sampled_at = TaskState.SAMPLED, number, at

    def conclude(self, at: datetime) -> None:
        self.state, self.concluded_at = TaskState.CONCLUDED, at

    def count(self, standing: Standing | None, at: datetime) -> None:
        """Take over how the task counts from now on."""
        self.counted_as_on_time, self.counted_on = standing or (None, None)
        self.counted_at = at if standing else None
