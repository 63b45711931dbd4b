"""The table of subjects: who takes part in the chain, what the law wants told of him, and whether he uses it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from services.traceability.database import Base
from services.traceability.everyday_events.rules import place_key
from shared.contracts.inspection import BusinessKind, BusinessStatus
from shared.database import Versioned
from shared.ids import uuid7


class Subject(Versioned, Base):
    """A business, under the id that the register of businesses gave it.

    Name, USCC, kind, region and status follow the register (`facts_version`, 0 before it has told). Address and contact
    are what the tickets need and the register does not tell; who enters them activates the subject (激活).
    """

    __tablename__ = "subjects"
    __table_args__ = (
        Index(None, "region_code", "id"),
        Index(None, "market_business_id", postgresql_where=text("market_business_id IS NOT NULL")),
        Index(None, "place_code", unique=True, postgresql_where=text("place_code IS NOT NULL")),
        CheckConstraint("(activated_at IS NULL) = (activated_by IS NULL)", name="activated_says_by_whom"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    uscc: Mapped[str | None]
    kind: Mapped[BusinessKind | None]
    region_code: Mapped[str]
    status: Mapped[BusinessStatus]
    facts_version: Mapped[int] = mapped_column(default=0)
    address: Mapped[str | None]
    contact: Mapped[str | None]
    place_code: Mapped[str | None]
    market_business_id: Mapped[UUID | None]
    activated_at: Mapped[datetime | None]
    activated_by: Mapped[UUID | None]
    last_act_at: Mapped[datetime | None]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())

    @property
    def place(self) -> str:
        """Where it works, as events name it."""
        return place_key(self.id, self.place_code)

    def as_party(self) -> dict[str, Any]:
        """As a record names it, on the day of the record."""
        return {"name": self.name, "uscc": self.uscc, "address": self.address, "contact": self.contact}

    @property
    def is_trading(self) -> bool:
        return self.status is BusinessStatus.ACTIVE

    def activate(self, *, address: str, contact: str, place_code: str | None, market: UUID | None) -> None:
        self.address, self.contact, self.place_code, self.market_business_id = address, contact, place_code, market
        self.advance()


class SubjectMovement(Base):
    """What changed in how a subject counts: the rows behind the figures. Only ever appended.

    Each number is −1, 0 or +1: trading, of these activated, having recorded anything, having a shop code, having issued
    commitment certificates. Who moves to another region or kind goes off there with all he counted, and comes on here.
    """

    __tablename__ = "subject_movements"
    __table_args__ = (Index(None, "subject_id"), Index(None, "kind", "region_code"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    subject_id: Mapped[UUID] = mapped_column(ForeignKey(Subject.id))
    region_code: Mapped[str]
    kind: Mapped[BusinessKind | None]
    day: Mapped[date]
    trading: Mapped[int]
    activated: Mapped[int]
    traced: Mapped[int]
    coded: Mapped[int]
    certifying: Mapped[int]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
