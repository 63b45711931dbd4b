"""Tables of the reward ledger. Who reported stands in a table of its own, which only the ledger's role ever reads."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.inspection.database import Base
from services.inspection.reward_ledger.codes import RewardEntryKind, RewardState
from services.inspection.reward_ledger.problems import RewardStepRefused
from services.inspection.reward_ledger.rules import Reckoning
from shared.database import Versioned
from shared.ids import uuid7

YUAN = Numeric(16, 2)


class Reward(Versioned, Base):
    """One reward for one report of one case. `steps` show how `amount` came about under the rule `rule_id`."""

    __tablename__ = "rewards"
    __table_args__ = (
        Index(None, "report_number", unique=True),
        Index(None, "case_number"),
        Index(None, "region_code", "id"),
        CheckConstraint("amount >= 0", name="amount_not_negative"),
        CheckConstraint("fine >= 0", name="fine_not_negative"),
        CheckConstraint("(state = 'paid') = (paid_at IS NOT NULL)", name="paid_says_when"),
        CheckConstraint("state <> 'paid' OR voucher IS NOT NULL", name="paid_has_voucher"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    report_number: Mapped[str]
    case_number: Mapped[str]
    region_code: Mapped[str]
    case_closed_on: Mapped[date]
    tier: Mapped[int]
    fine: Mapped[Decimal | None] = mapped_column(YUAN)
    rule_id: Mapped[UUID] = mapped_column(ForeignKey("dated_rules.id"))
    amount: Mapped[Decimal] = mapped_column(YUAN)
    steps: Mapped[list[Any]]
    joint_approval: Mapped[bool]
    state: Mapped[RewardState] = mapped_column(default=RewardState.PROPOSED)
    proposed_by: Mapped[UUID]
    decided_at: Mapped[datetime | None]
    notice_clock_id: Mapped[UUID | None]
    claim_clock_id: Mapped[UUID | None]
    notified_at: Mapped[datetime | None]
    paid_at: Mapped[datetime | None]
    voucher: Mapped[str | None]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())

    entries: Mapped[list["RewardEntry"]] = relationship(order_by="RewardEntry.number", lazy="raise")

    def log(self, kind: RewardEntryKind, at: datetime, actor_id: UUID, actor_name: str, note: str) -> None:
        """Append to the history (its entries must be loaded)."""
        number = len(self.entries) + 1
        self.entries.append(
            RewardEntry(number=number, kind=kind, at=at, actor_id=actor_id, actor_name=actor_name, note=note)
        )

    def reckon(self, tier: int, fine: Decimal | None, reckoning: Reckoning) -> None:
        """What it amounts to; settled by the approval."""
        self.must_be(RewardState.PROPOSED)
        self.tier, self.fine = tier, fine
        self.amount, self.joint_approval = reckoning.amount, reckoning.joint_approval
        self.steps = [{"label": step.label, "how": step.how, "amount": str(step.amount)} for step in reckoning.steps]

    def decide(self, *, approved: bool, by: UUID, finance_document: str, at: datetime) -> None:
        """Another person than who proposed it decides; a large one together with the finance department."""
        self.must_be(RewardState.PROPOSED)
        if by == self.proposed_by:
            raise RewardStepRefused("提出奖励的人不能自己审批，请换一人办理")
        if approved and self.joint_approval and not finance_document:
            raise RewardStepRefused("达到会同财政部门的限额，请填写财政部门的文件号")
        self.state, self.decided_at = (RewardState.APPROVED if approved else RewardState.REFUSED), at

    def notify(self, at: datetime, claim_clock_id: UUID) -> None:
        self.must_be(RewardState.APPROVED)
        self.state, self.notified_at, self.claim_clock_id = RewardState.NOTIFIED, at, claim_clock_id

    def pay(self, at: datetime, voucher: str) -> None:
        self.must_be(RewardState.NOTIFIED)
        self.state, self.paid_at, self.voucher = RewardState.PAID, at, voucher

    def lapse(self) -> None:
        self.must_be(RewardState.NOTIFIED)
        self.state = RewardState.LAPSED

    def must_be(self, state: RewardState) -> None:
        if self.state is not state:
            raise RewardStepRefused(f"这一步要求奖励处于“{state.label}”，现在是“{self.state.label}”")


class RewardReporter(Base):
    """Who reported, and how he is paid."""

    __tablename__ = "reward_reporters"

    reward_id: Mapped[UUID] = mapped_column(ForeignKey("rewards.id"), primary_key=True)
    name: Mapped[str]
    contact: Mapped[str]
    identity_number: Mapped[str]
    account: Mapped[str]


class RewardEntry(Base):
    """One line of a reward's history, which only grows. Reading the reporter's identity is one, too."""

    __tablename__ = "reward_entries"
    __table_args__ = (Index(None, "reward_id", "number", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    reward_id: Mapped[UUID] = mapped_column(ForeignKey("rewards.id"))
    number: Mapped[int]
    kind: Mapped[RewardEntryKind]
    at: Mapped[datetime]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    actor_id: Mapped[UUID]
    actor_name: Mapped[str]
    note: Mapped[str]
