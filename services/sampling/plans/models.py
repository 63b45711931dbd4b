"""Tables of sampling plans (抽检计划): what is to be sampled in a year, and how far that has come.

A plan has one stream for ever: its tasks carry the same one, which the database holds them to, and a sample of another
stream is never counted towards it.
"""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.sampling.database import Base
from services.sampling.plans.codes import PlaceKind, PlanLevel, PlanState, RateUnit
from services.sampling.plans.problems import PlanStepRefused
from shared.contracts.statutory_sampling import Link, Stream
from shared.database import Versioned
from shared.ids import uuid7
from shared.regions.schemas import Basis


class SamplingPlan(Versioned, Base):
    """One plan of one organising region for one year. `quantity` is how many samples its tasks are to take in all."""

    __tablename__ = "sampling_plans"
    __table_args__ = (
        Index(None, "region_code", "year", "title", unique=True),
        Index(None, "year", "id"),
        UniqueConstraint("id", "stream"),  # what tasks refer to, so that streams cannot be mixed
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("(state = 'draft') = (issued_at IS NULL)", name="issued_iff_not_draft"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_iff_closed_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    year: Mapped[int]
    region_code: Mapped[str]
    level: Mapped[PlanLevel]
    task_source: Mapped[str]
    stream: Mapped[Stream]
    title: Mapped[str]
    quantity: Mapped[int]
    note: Mapped[str] = mapped_column(default="")

    state: Mapped[PlanState] = mapped_column(default=PlanState.DRAFT)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    created_by: Mapped[UUID]
    issued_at: Mapped[datetime | None]
    issued_by: Mapped[UUID | None]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[UUID | None]

    region_targets: Mapped[list["RegionTarget"]] = relationship(
        order_by="RegionTarget.position", cascade="all, delete-orphan", lazy="raise"
    )
    category_targets: Mapped[list["CategoryTarget"]] = relationship(
        order_by="CategoryTarget.position", cascade="all, delete-orphan", lazy="raise"
    )
    coverage_duties: Mapped[list["CoverageDuty"]] = relationship(
        order_by="CoverageDuty.position", cascade="all, delete-orphan", lazy="raise"
    )

    def ensure_draft(self) -> None:
        """Only a draft is changed. Raises PlanStepRefused."""
        self._must_be(PlanState.DRAFT)

    def ensure_issued(self) -> None:
        """Only what is issued and not closed is allocated and dispatched. Raises PlanStepRefused."""
        self._must_be(PlanState.ISSUED)

    def issue(self, at: datetime, actor_id: UUID) -> None:
        self._must_be(PlanState.DRAFT)
        self.state, self.issued_at, self.issued_by = PlanState.ISSUED, at, actor_id

    def close(self, at: datetime, actor_id: UUID) -> None:
        self._must_be(PlanState.ISSUED)
        self.state, self.closed_at, self.closed_by = PlanState.CLOSED, at, actor_id

    def _must_be(self, state: PlanState) -> None:
        if self.state is not state:
            raise PlanStepRefused(f"这一步要求计划处于“{state.label}”，现在是“{self.state.label}”")


class RegionTarget(Base):
    """So many samples a thousand people in one region, the regions below it included.

    `counted_streams` and `counted_sources` (empty: every source) say which samples count. Issuing the plan freezes the
    stated population into `persons`; what nobody has stated stays null and is read again until it is stated.
    """

    __tablename__ = "plan_region_targets"
    __table_args__ = (
        Index(None, "plan_id", "region_code", unique=True),
        CheckConstraint("rate > 0", name="rate_positive"),
        CheckConstraint("cardinality(counted_streams) > 0", name="some_stream_counts"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("sampling_plans.id", ondelete="CASCADE"))
    position: Mapped[int]
    region_code: Mapped[str]
    rate: Mapped[Decimal]
    rate_unit: Mapped[RateUnit]
    population_basis: Mapped[Basis]
    population_year: Mapped[int]
    counted_streams: Mapped[list[str]] = mapped_column(ARRAY(Text))
    counted_sources: Mapped[list[str]] = mapped_column(ARRAY(Text))
    persons: Mapped[int | None]
    population_source: Mapped[str | None]
    population_verified: Mapped[bool | None]


class CategoryTarget(Base):
    """So many samples of one food category (null: any) in one link, taken by the plan's own tasks."""

    __tablename__ = "plan_category_targets"
    __table_args__ = (
        UniqueConstraint("plan_id", "link", "category_code", postgresql_nulls_not_distinct=True),
        CheckConstraint("quantity > 0", name="quantity_positive"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("sampling_plans.id", ondelete="CASCADE"))
    position: Mapped[int]
    link: Mapped[Link]
    category_code: Mapped[str | None]
    quantity: Mapped[int]


class CoverageDuty(Base):
    """Every place of some kinds in the plan's region is sampled at least `minimum` times in the plan's year."""

    __tablename__ = "plan_coverage_duties"
    __table_args__ = (
        Index(None, "plan_id"),
        CheckConstraint("minimum > 0", name="minimum_positive"),
        CheckConstraint("cardinality(kinds) > 0", name="some_kind"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("sampling_plans.id", ondelete="CASCADE"))
    position: Mapped[int]
    title: Mapped[str]
    place: Mapped[PlaceKind]
    kinds: Mapped[list[str]] = mapped_column(ARRAY(Text))
    minimum: Mapped[int]
    counted_streams: Mapped[list[str]] = mapped_column(ARRAY(Text))


class CoveragePlace(Base):
    """One place that a duty of an issued plan names, and how often it was sampled in the plan's year.

    The list is compared with the registers when the plan is issued, whenever a sample is counted, and every night. A
    place that left the register stays, with `listed` false. `covered_on` is the day on which the minimum was reached.
    """

    __tablename__ = "plan_coverage_places"
    __table_args__ = (
        Index(None, "duty_id", "place_id", unique=True),
        Index(None, "place_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    duty_id: Mapped[UUID] = mapped_column(ForeignKey("plan_coverage_duties.id"))
    place_id: Mapped[UUID]
    name: Mapped[str]
    region_code: Mapped[str]
    listed: Mapped[bool]
    listed_at: Mapped[datetime]
    taken: Mapped[int]
    covered_on: Mapped[date | None]
    covered_at: Mapped[datetime | None]


class CountedSample(Base):
    """As what a sample stands in the figures. The row goes when the sample no longer counts."""

    __tablename__ = "counted_samples"
    __table_args__ = (Index(None, "plan_id"), Index(None, "day", "region_code"))

    sample_id: Mapped[UUID] = mapped_column(ForeignKey("samples.id"), primary_key=True)
    region_code: Mapped[str]
    day: Mapped[date]
    stream: Mapped[Stream]
    plan_id: Mapped[UUID | None] = mapped_column(ForeignKey("sampling_plans.id"))
    counted_at: Mapped[datetime]
