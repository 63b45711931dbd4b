"""Tables of the lots: what is traced, and the holds that stop its sale."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.traceability.database import Base
from shared.contracts.traceability import HoldState
from shared.database import Versioned
from shared.ids import uuid7
from shared.times import now


class Lot(Versioned, Base):
    """A batch of one product in the hands of one holder, under the code that stands on it.

    Two holders may each have goods of one code, so the holder is part of what makes a lot. `origin` tells how the
    platform came to know it: registered by its holder, or only named in another unit's record.
    """

    __tablename__ = "lots"
    __table_args__ = (
        UniqueConstraint("code", "holder_key"),
        CheckConstraint("origin IN ('registered', 'named')", name="origin_known"),
        Index(None, "region_code", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    code: Mapped[str]
    holder_key: Mapped[str]
    product_name: Mapped[str]
    holder_business_id: Mapped[UUID | None]
    holder_uscc: Mapped[str | None]
    holder_name: Mapped[str | None]
    region_code: Mapped[str]
    quantity: Mapped[Decimal | None]
    unit: Mapped[str | None]
    origin: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())

    holds: Mapped[list["LotHold"]] = relationship(back_populates="lot", lazy="raise", order_by="LotHold.held_at")


class LotHold(Versioned, Base):
    """An order not to sell a lot. A lot may be sold when none of its holds is in force."""

    __tablename__ = "lot_holds"
    __table_args__ = (
        CheckConstraint(
            "(state = 'released') = (released_at IS NOT NULL AND release_id IS NOT NULL)", name="released_says_when"
        ),
        Index(None, "lot_id"),
        Index(None, "state", "region_code", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    lot_id: Mapped[UUID] = mapped_column(ForeignKey("lots.id"))
    region_code: Mapped[str]
    state: Mapped[HoldState] = mapped_column(default=HoldState.IN_FORCE)
    reason: Mapped[str]
    quantity: Mapped[Decimal | None]
    unit: Mapped[str | None]
    whistle_id: Mapped[UUID | None] = mapped_column(unique=True)
    held_at: Mapped[datetime]
    held_by: Mapped[UUID | None]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    release_id: Mapped[UUID | None]
    released_at: Mapped[datetime | None]
    released_by: Mapped[UUID | None]
    release_recorded_at: Mapped[datetime | None]
    release_reason: Mapped[str | None]

    lot: Mapped[Lot] = relationship(back_populates="holds", lazy="raise")

    def release(self, *, reason: str, at: datetime, by: UUID | None) -> bool:
        """Let the lot be sold again as far as this hold goes. False when it was released before."""
        if self.state is HoldState.RELEASED:
            return False
        self.state = HoldState.RELEASED
        self.release_id = uuid7()
        self.release_reason, self.released_at, self.released_by = reason, at, by
        self.release_recorded_at = now()
        self.advance()
        return True
