"""Tables of the codes: batches in which they are given out, each code with its state, and what happened to them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.traceability.codes.problems import CodeStepRefused
from services.traceability.codes.rules import CodeKind, CodeScheme, CodeState, CodeStep
from services.traceability.database import Base
from shared.database import Versioned
from shared.ids import uuid7


class CodeBatch(Base):
    """Codes given out together: of one kind, for one business, in one region.

    `lot`: the number under which its maker knows the lot they stand on, where it was told.
    """

    __tablename__ = "code_batches"
    __table_args__ = (Index(None, "region_code", "id"), Index(None, "business_id"), Index(None, "issuer_business_id"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    kind: Mapped[CodeKind]
    scheme: Mapped[CodeScheme]
    name: Mapped[str]
    business_id: Mapped[UUID | None]
    issuer_business_id: Mapped[UUID | None]
    region_code: Mapped[str]
    quantity: Mapped[int]
    lot: Mapped[str | None]
    note: Mapped[str]
    issued_at: Mapped[datetime]
    issued_by: Mapped[UUID | None]


class TraceCode(Versioned, Base):
    """One code. `key` is the canonical spelling under which events and scans name it too.

    `verified_at`: an office has seen that the product's number is its owner's. Before that the name is a claim.
    """

    __tablename__ = "trace_codes"
    __table_args__ = (
        Index(None, "key", unique=True),
        Index(None, "region_code", "id"),
        Index(None, "batch_id", "id"),
        Index(None, "business_id", "id"),
        Index(None, "class_key", postgresql_where="class_key IS NOT NULL"),
        CheckConstraint("(state = 'voided') = (voided_at IS NOT NULL)", name="voided_says_when"),
        CheckConstraint("(verified_at IS NULL) = (verified_by IS NULL)", name="verified_by_somebody"),
        CheckConstraint("state <> 'issued' OR activated_at IS NULL", name="issued_is_not_activated"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    batch_id: Mapped[UUID] = mapped_column(ForeignKey("code_batches.id"))
    key: Mapped[str]
    class_key: Mapped[str | None]
    path: Mapped[str]
    text: Mapped[str]
    kind: Mapped[CodeKind]
    name: Mapped[str]
    business_id: Mapped[UUID | None]
    issuer_business_id: Mapped[UUID | None]
    region_code: Mapped[str]
    state: Mapped[CodeState] = mapped_column(default=CodeState.ISSUED)
    issued_at: Mapped[datetime]
    activated_at: Mapped[datetime | None]
    sold_at: Mapped[datetime | None]
    voided_at: Mapped[datetime | None]
    verified_at: Mapped[datetime | None]
    verified_by: Mapped[UUID | None]

    batch: Mapped[CodeBatch] = relationship(lazy="raise", viewonly=True)

    def activate(self, at: datetime) -> None:
        """From now on the label is on the goods."""
        if self.state is not CodeState.ISSUED:
            raise CodeStepRefused(f"只有未启用的码才能启用，这个码{self.state.label}")
        self.state, self.activated_at = CodeState.ACTIVE, at
        self.advance()

    def void(self, at: datetime) -> None:
        """Lost, spoilt, copied or recalled: whoever scans it is told. There is no way back."""
        if self.state is CodeState.VOIDED:
            raise CodeStepRefused("这个码已经作废")
        self.state, self.voided_at = CodeState.VOIDED, at
        self.advance()

    def verify(self, owner: UUID, name: str, region_code: str, at: datetime, by: UUID) -> None:
        """An office has seen whose product number this is: from now on it is his, whoever had registered it."""
        if self.kind is not CodeKind.PRODUCT or "/01/" not in self.key:
            raise CodeStepRefused("只有商品条码的商品码要核对归属")
        if self.state is CodeState.VOIDED:
            raise CodeStepRefused("这个码已经作废")
        for one in (self, self.batch):  # such a batch is of this one code
            if one.business_id != owner:
                one.issuer_business_id = owner
            one.business_id, one.name, one.region_code = owner, name, region_code
        self.verified_at, self.verified_by = at, by
        self.advance()

    def sell(self, at: datetime) -> bool:
        """The thing was sold to somebody who uses it up. False when it had been sold before."""
        if self.sold_at is not None:
            return False
        self.sold_at = at
        self.advance()
        return True


class CodeEntry(Base):
    """What happened to a code, or to a whole batch (`code_id` null). Only ever appended."""

    __tablename__ = "code_entries"
    __table_args__ = (Index(None, "batch_id", "id"), Index(None, "code_id", "id"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    batch_id: Mapped[UUID] = mapped_column(ForeignKey("code_batches.id"))
    code_id: Mapped[UUID | None] = mapped_column(ForeignKey("trace_codes.id"))
    step: Mapped[CodeStep]
    at: Mapped[datetime]
    count: Mapped[int]
    reason: Mapped[str]
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
