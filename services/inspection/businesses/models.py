"""The register of food businesses (一户一档): the file, its permits, its history, and what it adds to figures."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.inspection.database import Base
from shared.contracts.business_numbers import licence_warning
from shared.contracts.inspection import (
    WITHOUT_USCC,
    BusinessKind,
    BusinessStatus,
    CoordinateSystem,
    LicenceKind,
    TimelineKind,
)
from shared.database import Versioned
from shared.ids import uuid7

DEGREES = Numeric(9, 6)


class Business(Versioned, Base):
    """One food business at one place. `site_id` and `stall_number` say where in a market it stands."""

    __tablename__ = "businesses"
    __table_args__ = (
        CheckConstraint("(longitude IS NULL) = (latitude IS NULL)", name="position_whole"),
        CheckConstraint("(longitude IS NULL) = (coordinate_system IS NULL)", name="coordinate_system_stated"),
        Index(None, "uscc"),
        Index(None, "region_code", "id"),
        Index(None, "site_id", "stall_number"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    uscc: Mapped[str | None]
    name: Mapped[str]
    kind: Mapped[BusinessKind]
    status: Mapped[BusinessStatus]
    region_code: Mapped[str]
    address: Mapped[str]
    longitude: Mapped[Decimal | None] = mapped_column(DEGREES)
    latitude: Mapped[Decimal | None] = mapped_column(DEGREES)
    coordinate_system: Mapped[CoordinateSystem | None]
    site_id: Mapped[UUID | None]
    stall_number: Mapped[str | None]
    registered_at: Mapped[datetime]

    licences: Mapped[list["Licence"]] = relationship(
        lazy="selectin", cascade="all, delete-orphan", order_by="Licence.number"
    )

    @property
    def counts(self) -> bool:
        """Whether the business is on file for figures: all but the closed ones."""
        return self.status is not BusinessStatus.CLOSED

    @property
    def position(self) -> dict[str, Any] | None:
        """Longitude, latitude and their system, or None when the place was not measured."""
        if self.longitude is None:
            return None
        return {
            "longitude": self.longitude,
            "latitude": self.latitude,
            "coordinate_system": self.coordinate_system,
        }

    @property
    def doubts(self) -> list[dict[str, str]]:
        """What may be right and should be looked at again: JSON pointer and Chinese words."""
        found = [
            {"pointer": f"/licences/{index}/number", "message": message}
            for index, licence in enumerate(self.licences)
            if (message := licence_warning(licence.kind, licence.number))
        ]
        if self.uscc is None and self.kind not in WITHOUT_USCC:
            message = f"{self.kind.label}一般有营业执照，请补上统一社会信用代码"
            found.append({"pointer": "/uscc", "message": message})
        return found


class Licence(Base):
    """A permit of a business, with its validity as printed on it."""

    __tablename__ = "business_licences"
    __table_args__ = (
        CheckConstraint("valid_to >= valid_from", name="valid_to_after_valid_from"),
        Index(None, "number"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    business_id: Mapped[UUID] = mapped_column(ForeignKey("businesses.id", ondelete="CASCADE"), index=True)
    kind: Mapped[LicenceKind]
    number: Mapped[str]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]


class TimelineEntry(Base):
    """One thing that happened to a business. The history only grows."""

    __tablename__ = "business_timeline"
    __table_args__ = (Index(None, "business_id", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    business_id: Mapped[UUID] = mapped_column(ForeignKey("businesses.id"))
    kind: Mapped[TimelineKind]
    summary: Mapped[str]
    details: Mapped[dict[str, Any]]
    happened_at: Mapped[datetime] = mapped_column(server_default=func.now())
    actor_id: Mapped[UUID | None]


class Movement(Base):
    """A business came on file in a region and kind (+1) or went off (−1): the rows behind the figures."""

    __tablename__ = "business_movements"
    __table_args__ = (CheckConstraint("change IN (1, -1)", name="change_by_one"), Index(None, "kind", "region_code"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    business_id: Mapped[UUID] = mapped_column(ForeignKey("businesses.id"))
    region_code: Mapped[str]
    kind: Mapped[BusinessKind]
    change: Mapped[int]
    day: Mapped[date]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
