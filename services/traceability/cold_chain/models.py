"""Tables of the cold chain: what the first station coded, what its sensors told, what bounds hold."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.traceability.cold_chain.rules import Bounds
from services.traceability.database import Base
from shared.dated_rules.models import DatedRule, dated


class ColdConsignment(Base):
    """Cold goods as the first station (首站) took them in and coded them, with their papers of entry."""

    __tablename__ = "cold_consignments"
    __table_args__ = (Index(None, "business_id", "entered_at"), Index(None, "region_code", "entered_at"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    business_id: Mapped[UUID]
    region_code: Mapped[str]
    storage_class: Mapped[str]
    country: Mapped[str | None]
    declaration_number: Mapped[str | None]
    certificates: Mapped[list[Any]]
    entered_at: Mapped[datetime]
    body_hash: Mapped[bytes] = mapped_column(LargeBinary)
    recorded_by: Mapped[UUID]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())

    lots: Mapped[list["ColdLot"]] = relationship(order_by="ColdLot.number", lazy="raise")


class ColdLot(Base):
    """A lot of a consignment."""

    __tablename__ = "cold_lots"
    __table_args__ = (Index(None, "lot_key"),)

    consignment_id: Mapped[UUID] = mapped_column(ForeignKey("cold_consignments.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    product_name: Mapped[str]
    lot_key: Mapped[str]
    lot_code: Mapped[str]
    quantity: Mapped[Decimal]
    unit: Mapped[str]
    produced_on: Mapped[date | None]
    expires_on: Mapped[date | None]


class ColdReading(Base):
    """A temperature, in °C, of a consignment while it lay with a business or was on its way. Told again, it is one."""

    __tablename__ = "cold_readings"

    consignment_id: Mapped[UUID] = mapped_column(ForeignKey("cold_consignments.id"), primary_key=True)
    business_id: Mapped[UUID] = mapped_column(primary_key=True)
    device: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True)
    value: Mapped[Decimal] = mapped_column(primary_key=True)
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())


class TemperatureLimit(DatedRule, Base):
    """The bounds of a class of storage, from a day on; corrections are further rows, the last one counts."""

    __tablename__ = "temperature_limits"
    __table_args__ = (
        CheckConstraint("least IS NOT NULL OR most IS NOT NULL", name="bounds_something"),
        *dated("冷链温度的界限", "storage_class"),
    )

    storage_class: Mapped[str]
    name: Mapped[str]
    least: Mapped[Decimal | None]
    most: Mapped[Decimal | None]

    @property
    def bounds(self) -> Bounds:
        return Bounds(self.least, self.most)
