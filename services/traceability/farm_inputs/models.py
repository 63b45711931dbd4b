"""Tables of the farm inputs (农业投入品): what is registered, and what was used on which crop or herd."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.traceability.database import Base
from services.traceability.farm_inputs.rules import InputKind
from services.traceability.units.goods import Amount
from shared.database import Versioned


class FarmInput(Versioned, Base):
    """A product as its label says it. `safe_interval_days`: from its use to the harvest; null where none is stated."""

    __tablename__ = "farm_inputs"
    __table_args__ = (
        Index(None, "business_id", "id"),
        Index(None, "region_code", "id"),
        CheckConstraint("safe_interval_days >= 0", name="interval_not_negative"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    business_id: Mapped[UUID]
    region_code: Mapped[str]
    kind: Mapped[InputKind]
    name: Mapped[str]
    registration_number: Mapped[str | None]
    safe_interval_days: Mapped[int | None]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())


class FarmInputUse(Base):
    """A package, or a part of one, used on one lot that grows. Only ever appended; the id is made where it happened.

    `harvest_from`: the first day on which the lot may be harvested; null where the label states no interval.
    """

    __tablename__ = "farm_input_uses"
    __table_args__ = (
        Index(None, "business_id", "used_at"),
        Index(None, "region_code", "used_at"),
        Index(None, "lot_key"),
        Index(None, "business_id", "target_key"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    business_id: Mapped[UUID]
    region_code: Mapped[str]
    farm_input_id: Mapped[UUID] = mapped_column(ForeignKey(FarmInput.id))
    lot_key: Mapped[str]
    lot_code: Mapped[str]
    quantity: Mapped[Decimal]
    unit: Mapped[str]
    target_key: Mapped[str]
    target_code: Mapped[str]
    target_name: Mapped[str]
    plot: Mapped[str | None]
    used_at: Mapped[datetime]
    harvest_from: Mapped[date | None]
    body_hash: Mapped[bytes] = mapped_column(LargeBinary)
    recorded_by: Mapped[UUID]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())

    farm_input: Mapped[FarmInput] = relationship(lazy="raise")

    @property
    def amount(self) -> Amount:
        return Amount(self.quantity, self.unit)
