"""Tables of the whistle (快检吹哨): one suspect positive, what is held back, what was done about it, and by when.

A whistle is `open` until a statutory sample is taken (`sampled`), until somebody says what the laboratory found
(`concluded`), until nothing is left to do (`closed`). Beside it run the seller's objection and the stop-sale. Each
method is one step and refuses (`WhistleStepRefused`) what the law or the evidence does not carry.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.sampling.database import Base
from services.sampling.statutory_tasks.models import StatutoryTask
from services.sampling.whistles.problems import WhistleStepRefused, moment_refused
from services.sampling.whistles.rules import BUILDS_ON, OBJECTIONS, ImpossibleMoment, moment_of
from shared.contracts.sampling import (
    Method,
    ObjectionState,
    StopSaleState,
    Verdict,
    WhistleEntryKind,
    WhistleOutcome,
    WhistleState,
)
from shared.database import Versioned
from shared.ids import uuid7
from shared.times import in_words


class Whistle(Versioned, Base):
    """One suspect positive. What the test said is copied here, so that a later correction of a stall changes nothing.

    `rapid_test_id` is the suspect positive; `first_test_id` the test that it corrects, however often, else the same:
    one whistle for all that was said about one test. `held_quantity` null means that nobody knows how much is held
    back; it is never zero. `same_lot` says whether the statutory sample came from the held lot (null: no sample).
    """

    __tablename__ = "whistles"
    __table_args__ = (
        Index(None, "first_test_id", unique=True),
        Index(None, "site_id", "id"),
        Index(None, "region_code", "id"),
        Index(None, "seller_business_id", postgresql_where="seller_business_id IS NOT NULL"),
        CheckConstraint("held_quantity >= 0", name="held_not_negative"),
        CheckConstraint("destroyed_quantity >= 0", name="destroyed_not_negative"),
        CheckConstraint("destroyed_quantity <= held_quantity", name="destroyed_within_held"),
        CheckConstraint("(state IN ('concluded', 'closed')) = (outcome IS NOT NULL)", name="outcome_iff_concluded"),
        CheckConstraint(
            "stop_sale = 'in_force' OR outcome IS NOT DISTINCT FROM 'unconfirmed'", name="lifted_only_if_unconfirmed"
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    rapid_test_id: Mapped[UUID]
    first_test_id: Mapped[UUID]
    site_id: Mapped[UUID] = mapped_column(ForeignKey("test_sites.id"))
    region_code: Mapped[str]
    stall_number: Mapped[str | None]
    seller_business_id: Mapped[UUID | None]
    seller_uscc: Mapped[str | None]
    seller_name: Mapped[str | None]
    product_name: Mapped[str]
    item_code: Mapped[str] = mapped_column(ForeignKey("test_items.code"))
    item_name: Mapped[str]
    banned: Mapped[bool]
    method: Mapped[Method | None]
    lot_code: Mapped[str | None]
    tested_at: Mapped[datetime]
    blown_at: Mapped[datetime]
    held_quantity: Mapped[Decimal | None]
    unit: Mapped[str | None]

    state: Mapped[WhistleState] = mapped_column(default=WhistleState.OPEN)
    told_at: Mapped[datetime | None]
    objection: Mapped[ObjectionState] = mapped_column(default=ObjectionState.NONE)
    objection_clock_id: Mapped[UUID | None]
    same_lot: Mapped[bool | None]
    outcome: Mapped[WhistleOutcome | None]
    concluded_at: Mapped[datetime | None]
    destroyed_quantity: Mapped[Decimal | None]
    stop_sale: Mapped[StopSaleState] = mapped_column(default=StopSaleState.IN_FORCE)
    stop_sale_lifted_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]

    task: Mapped[StatutoryTask] = relationship(lazy="raise", viewonly=True)
    entries: Mapped[list["WhistleEntry"]] = relationship(order_by="WhistleEntry.number", lazy="raise")

    def log(self, kind: WhistleEntryKind, at: datetime, **details: Any) -> None:
        """Append to the timeline (its entries must be loaded); `details` are the other fields of the entry."""
        self.entries.append(WhistleEntry(number=len(self.entries) + 1, kind=kind, at=at, **details))

    def moment_of(self, step: WhistleEntryKind, given: datetime | None, present: datetime) -> datetime:
        """When a step counts (the timeline must be loaded). Raises `InvalidRequest` where it would run backwards."""
        foundations = [("检测", self.tested_at)]
        if step in OBJECTIONS and self.told_at is not None:
            foundations.append(("告知销售者", self.told_at))
        earlier = BUILDS_ON.get(step, frozenset())
        foundations += [(entry.kind.label, entry.at) for entry in self.entries if entry.kind in earlier]
        try:
            return moment_of(given, present, foundations)
        except ImpossibleMoment as impossible:
            raise moment_refused(str(impossible)) from None

    def tell(self, received_at: datetime, *, by_officer: bool, reason: str) -> WhistleEntryKind:
        """The seller has received the result; the window to contest it is counted from then. Returns the entry's kind.

        Said once. An officer may correct it, with a reason, until an objection was decided by it. Where an objection
        was refused as late before anybody had entered a receipt, an officer may still enter it.
        """
        self._must_await_outcome()
        if self.objection is ObjectionState.ACCEPTED:
            raise WhistleStepRefused("销售者已申请复检，不必再告知")
        if self.told_at is None and self.objection is ObjectionState.NONE:
            self.told_at = received_at
            return WhistleEntryKind.TOLD
        if self.told_at is not None and self.objection is not ObjectionState.NONE:
            raise WhistleStepRefused(f"已按告知时间 {in_words(self.told_at)} 对复检申请作出决定，告知时间不能再改")
        if not by_officer:
            on_record = "已有复检申请在案" if self.told_at is None else f"告知时间已登记为 {in_words(self.told_at)}"
            raise WhistleStepRefused(f"{on_record}，告知时间请检查、办案或食安办人员写明理由登记")
        if not reason:
            raise WhistleStepRefused("更正或补记告知时间，请在说明中写明理由")
        if self.told_at is not None:
            self.told_at = received_at
            return WhistleEntryKind.TOLD_CORRECTED
        objected_at = min(entry.at for entry in self.entries if entry.kind in OBJECTIONS)
        if received_at > objected_at:
            raise WhistleStepRefused(
                f"销售者 {in_words(objected_at)} 已申请复检，告知时间不会更晚，现为 {in_words(received_at)}"
            )
        self.told_at = received_at
        return WhistleEntryKind.TOLD

    def object_to(self, *, in_time: bool) -> None:
        """The seller contests the result. A late objection is put on record and refused; it holds up nothing."""
        self._must_await_outcome()
        if self.objection is ObjectionState.ACCEPTED:
            raise WhistleStepRefused("已受理过复检申请，一次结果只能申请一次")
        self.objection = ObjectionState.ACCEPTED if in_time else ObjectionState.REFUSED_LATE

    def repeat(self) -> None:
        """A further rapid test was made. It is evidence; whatever it says, it neither confirms nor clears."""
        self._must_await_outcome()

    def sample(self, *, same_lot: bool) -> None:
        """A statutory sample was taken: of the held lot, or of the same seller's same product (非同批)."""
        if self.state is not WhistleState.OPEN:
            raise WhistleStepRefused(f"只有{WhistleState.OPEN.label}的才能登记抽样，现在是{self.state.label}")
        self.state = WhistleState.SAMPLED
        self.same_lot = same_lot

    def conclude(self, outcome: WhistleOutcome, at: datetime) -> None:
        """Say what came out. Only a sample of the held lot can clear it: another lot's pass proves nothing about it."""
        self._must_await_outcome()
        if outcome is not WhistleOutcome.UNREACHABLE and self.state is not WhistleState.SAMPLED:
            raise WhistleStepRefused("还没有登记监督抽检的样品，只能作出「无法复核」的结论")
        if outcome is WhistleOutcome.UNCONFIRMED and not self.same_lot:
            raise WhistleStepRefused("样品与停售的货物非同批，检验合格也不能证明这一批合格；请作「无法复核」的结论")
        self.state, self.outcome, self.concluded_at = WhistleState.CONCLUDED, outcome, at

    def dispose(self, quantity: Decimal, unit: str, *, window_open: bool) -> None:
        """Goods were destroyed (zero: nothing was left): never more than is held, nor while the seller may contest."""
        if self.state is WhistleState.CLOSED or self.outcome is WhistleOutcome.UNCONFIRMED:
            raise WhistleStepRefused("已办结或未获确证的，不再登记处置")
        if self.outcome is None and self.objection is ObjectionState.ACCEPTED:
            raise WhistleStepRefused("销售者已申请复检，结论作出前不得销毁")
        if self.outcome is None and window_open:
            raise WhistleStepRefused("销售者申请复检的时限未满，届满前不得销毁")
        if self.unit is not None and unit != self.unit:
            raise WhistleStepRefused(f"停售数量以「{self.unit}」计，处置数量也应以「{self.unit}」计，现为「{unit}」")
        destroyed = (self.destroyed_quantity or Decimal(0)) + quantity
        if self.held_quantity is not None and destroyed > self.held_quantity:
            raise WhistleStepRefused(f"累计处置 {destroyed}{unit} 超过停售数量 {self.held_quantity}{unit}，请核对")
        self.destroyed_quantity, self.unit = destroyed, unit

    def lift_stop_sale(self, at: datetime) -> None:
        """The goods may be sold again: only when the laboratory passed the held lot itself."""
        if self.outcome is not WhistleOutcome.UNCONFIRMED:
            raise WhistleStepRefused("只有同批样品检验合格才能解除停售；确证不合格或无法复核的不能解除")
        if self.stop_sale is StopSaleState.LIFTED:
            raise WhistleStepRefused("停售已经解除")
        self.stop_sale, self.stop_sale_lifted_at = StopSaleState.LIFTED, at

    def close(self, at: datetime, *, remainder_explained: bool) -> None:
        """Nothing is left to do. The goods are released, destroyed, or it is said in words where they are."""
        if self.outcome is None:
            raise WhistleStepRefused("还没有结论，不能办结")
        if self.state is WhistleState.CLOSED:
            raise WhistleStepRefused("已经办结")
        if self.outcome is WhistleOutcome.UNCONFIRMED and self.stop_sale is not StopSaleState.LIFTED:
            raise WhistleStepRefused("未获确证的，请先解除停售再办结")
        if self.outcome is WhistleOutcome.CONFIRMED and self.destroyed_quantity is None:
            raise WhistleStepRefused("确证不合格的，请先登记无害化处置；已无存货的登记数量 0 并说明去向")
        if not (self.accounted_for or remainder_explained):
            raise WhistleStepRefused("停售的货物没有全部处置，请在说明中写明其余货物的去向")
        self.state, self.closed_at = WhistleState.CLOSED, at

    @property
    def title(self) -> str:
        """What it is about, as clocks and tasks show it."""
        return f"{self.product_name} · {self.item_name}"

    @property
    def accounted_for(self) -> bool:
        """Whether it is known where all the goods are: sold again by permission, or destroyed to the last."""
        if self.stop_sale is StopSaleState.LIFTED:
            return True
        return self.held_quantity is not None and self.destroyed_quantity == self.held_quantity

    def _must_await_outcome(self) -> None:
        if self.outcome is not None:
            raise WhistleStepRefused(f"已有结论（{self.outcome.label}），不再受理这一步")


class WhistleEntry(Base):
    """One line of a whistle's timeline, which only grows. `at`: when it counts; `recorded_at`: when it was written."""

    __tablename__ = "whistle_entries"
    __table_args__ = (Index(None, "whistle_id", "number", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    whistle_id: Mapped[UUID] = mapped_column(ForeignKey("whistles.id"))
    number: Mapped[int]
    kind: Mapped[WhistleEntryKind]
    at: Mapped[datetime]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str]
    note: Mapped[str]
    evidence: Mapped[list[str]] = mapped_column(ARRAY(Text))
    quantity: Mapped[Decimal | None]
    verdict: Mapped[Verdict | None]
