"""The register of food businesses (一户一档): the file, its permits, its history, and what it adds to figures."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.inspection.businesses.rules import likeness, squeeze
from services.inspection.database import Base
from shared.contracts.business_numbers import licence_warning
from shared.contracts.inspection import (
    WITHOUT_USCC,
    BusinessKind,
    BusinessStatus,
    CoordinateSystem,
    LicenceKind,
    LicenceStatus,
    TimelineKind,
)
from shared.contracts.scoring import CreditGrade
from shared.database import Versioned
from shared.ids import uuid7
from shared.times import day_of, now

DEGREES = Numeric(9, 6)


class Business(Versioned, Base):
    """One food business at one place. `site_id` and `stall_number` say where in a market it stands.

    `merged_into` names the file that goes on when this one turned out to be its duplicate; such a file is closed, and
    stays as it was. The three keys are what names and addresses are compared by.
    """

    __tablename__ = "businesses"
    __table_args__ = (
        CheckConstraint("(longitude IS NULL) = (latitude IS NULL)", name="position_whole"),
        CheckConstraint("(longitude IS NULL) = (coordinate_system IS NULL)", name="coordinate_system_stated"),
        CheckConstraint("merged_into IS NULL OR status = 'closed'", name="merged_is_closed"),
        CheckConstraint("merged_into <> id", name="merged_into_another"),
        CheckConstraint(
            "num_nulls(credit_grade, credit_as_of, credit_version, credit_reason) IN (0, 4)", name="credit_whole"
        ),
        Index(None, "uscc"),
        Index(None, "region_code", "id"),
        Index(None, "site_id", "stall_number"),
        Index(None, "name_key", "region_code"),
        Index(None, "likeness"),
        Index(None, "merged_into", postgresql_where="merged_into IS NOT NULL"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    uscc: Mapped[str | None]
    name: Mapped[str]
    kind: Mapped[BusinessKind]
    status: Mapped[BusinessStatus]
    region_code: Mapped[str]
    address: Mapped[str]
    phone: Mapped[str | None]
    scope: Mapped[str | None]
    longitude: Mapped[Decimal | None] = mapped_column(DEGREES)
    latitude: Mapped[Decimal | None] = mapped_column(DEGREES)
    coordinate_system: Mapped[CoordinateSystem | None]
    site_id: Mapped[UUID | None]
    stall_number: Mapped[str | None]
    registered_at: Mapped[datetime]
    merged_into: Mapped[UUID | None] = mapped_column(ForeignKey("businesses.id"))
    name_key: Mapped[str]
    likeness: Mapped[str]
    address_key: Mapped[str]
    credit_grade: Mapped[CreditGrade | None]
    credit_as_of: Mapped[date | None]
    credit_version: Mapped[int | None]
    credit_reason: Mapped[str | None]

    licence_records: Mapped[list["Licence"]] = relationship(
        lazy="selectin", cascade="all, delete-orphan", order_by="Licence.number, Licence.recorded_at"
    )

    def call(self, name: str, address: str) -> None:
        """Set name and address with the keys they are compared by."""
        self.name, self.address = name, address
        self.name_key, self.likeness, self.address_key = squeeze(name), likeness(name), likeness(address)

    def take_credit(self, grade: CreditGrade, as_of: date, version: int, reason: str) -> bool:
        """Have another credit grade. False for one that is older than the present: events come in any order."""
        if self.credit_as_of is not None and (self.credit_as_of, self.credit_version or 0) >= (as_of, version):
            return False
        self.credit_grade, self.credit_as_of, self.credit_version, self.credit_reason = grade, as_of, version, reason
        return True

    @property
    def credit(self) -> dict[str, Any] | None:
        """The credit grade as scoring told it, or None when it has told none: that is not a good grade."""
        if self.credit_grade is None:
            return None
        return {
            "grade": self.credit_grade,
            "label": self.credit_grade.label,
            "as_of": self.credit_as_of,
            "reason": self.credit_reason,
        }

    @property
    def licences(self) -> list["Licence"]:
        """The permits as the file states them now."""
        return [licence for licence in self.licence_records if licence.superseded_at is None]

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
    """A permit of a business, as the file stated it from `recorded_at` until `superseded_at`.

    Whatever changes about a permit (renewed, revoked, corrected, left out) ends this row; a new one says the new state.
    """

    __tablename__ = "business_licences"
    __table_args__ = (
        CheckConstraint("valid_to >= valid_from", name="valid_to_after_valid_from"),
        CheckConstraint("stated_status <> 'expired'", name="expiry_is_not_stated"),
        Index(None, "number"),
        Index(None, "valid_to", postgresql_where="superseded_at IS NULL"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    business_id: Mapped[UUID] = mapped_column(ForeignKey("businesses.id", ondelete="CASCADE"), index=True)
    kind: Mapped[LicenceKind]
    number: Mapped[str]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    authority: Mapped[str | None]
    items: Mapped[list[Any]] = mapped_column(server_default="[]")
    stated_status: Mapped[LicenceStatus] = mapped_column(server_default=LicenceStatus.VALID.value)
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    superseded_at: Mapped[datetime | None]

    def says_the_same(self, other: "Licence") -> bool:
        """Whether two rows state the same of one permit."""
        stated = ("valid_from", "valid_to", "authority", "items", "stated_status")
        return all(getattr(self, name) == getattr(other, name) for name in stated)

    @property
    def status(self) -> LicenceStatus:
        """What the permit is worth today."""
        if self.stated_status is LicenceStatus.VALID and self.valid_to is not None and self.valid_to < day_of(now()):
            return LicenceStatus.EXPIRED
        return self.stated_status


class TimelineEntry(Base):
    """One thing that happened to a business. The history only grows.

    `source` names the record and the state of it that an event of another service told; the same thing told again
    changes nothing. What was told of somebody who is not on file waits under his USCC (`business_id` null) and is
    shown with the file as soon as there is one.
    """

    __tablename__ = "business_timeline"
    __table_args__ = (
        Index(None, "business_id", "happened_at", "id"),
        Index(None, "uscc", postgresql_where="business_id IS NULL"),
        Index(None, "source", unique=True, postgresql_where="source IS NOT NULL"),
        CheckConstraint("business_id IS NOT NULL OR uscc IS NOT NULL", name="concerns_somebody"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    business_id: Mapped[UUID | None] = mapped_column(ForeignKey("businesses.id"))
    uscc: Mapped[str | None]
    kind: Mapped[TimelineKind]
    summary: Mapped[str]
    details: Mapped[dict[str, Any]]
    happened_at: Mapped[datetime] = mapped_column(server_default=func.now())
    actor_id: Mapped[UUID | None]
    link: Mapped[str | None]
    source: Mapped[str | None]


class Movement(Base):
    """A business came on file in a region and kind (+1) or went off (−1), its file became complete (+1) or incomplete
    again (−1): the rows behind the figures.
    """

    __tablename__ = "business_movements"
    __table_args__ = (
        CheckConstraint("change BETWEEN -1 AND 1", name="change_by_one"),
        CheckConstraint("completed BETWEEN -1 AND 1", name="completed_by_one"),
        Index(None, "kind", "region_code"),
        Index(None, "business_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    business_id: Mapped[UUID] = mapped_column(ForeignKey("businesses.id"))
    region_code: Mapped[str]
    kind: Mapped[BusinessKind]
    change: Mapped[int]
    completed: Mapped[int] = mapped_column(server_default="0")
    day: Mapped[date]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
