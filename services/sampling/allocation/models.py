"""Tables of allocations: what each was computed from, what came out, and the dated caps of a quarter."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from services.sampling.allocation.codes import CapKind, Method
from services.sampling.allocation.problems import AllocationStepRefused
from services.sampling.database import Base
from shared.contracts.statutory_sampling import Link
from shared.dated_rules.models import DatedRule, dated
from shared.ids import uuid7


class SamplingCap(DatedRule, Base):
    """How often one thing may be sampled in a quarter, from a day on until a later row of its kind. Rows are appended.

    `link` null: in every link. `maximum` null: from that day on there is no cap.
    """

    __tablename__ = "sampling_caps"
    __table_args__ = (
        CheckConstraint("maximum > 0", name="maximum_positive"),
        *dated("抽样频次上限", "kind"),
    )

    kind: Mapped[CapKind]
    maximum: Mapped[int | None]
    link: Mapped[Link | None]
    note: Mapped[str] = mapped_column(default="")


class Allocation(Base):
    """One computed allocation. Nothing of it ever changes but that it is dispatched, once.

    `inputs` are all that the result depends on, with seed and algorithm; `inputs_sha256` is the hash of their one
    spelling. Whoever has them computes the same `result`.
    """

    __tablename__ = "sampling_allocations"
    __table_args__ = (Index(None, "plan_id", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("sampling_plans.id"))
    method: Mapped[Method]
    algorithm: Mapped[str]
    quantity: Mapped[int]
    seed: Mapped[str]
    inputs: Mapped[dict[str, Any]]
    inputs_sha256: Mapped[str]
    result: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    created_by: Mapped[UUID]
    dispatched_at: Mapped[datetime | None]
    dispatched_by: Mapped[UUID | None]

    def dispatch(self, at: datetime, actor_id: UUID) -> None:
        """Its tasks are given out. Raises AllocationStepRefused the second time."""
        if self.dispatched_at is not None:
            raise AllocationStepRefused("这份分配方案已经下达过任务，需要再下达的请另做一份")
        self.dispatched_at, self.dispatched_by = at, actor_id
