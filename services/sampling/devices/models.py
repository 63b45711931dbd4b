"""Tables of the rapid-test devices."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.sampling.database import Base
from shared.database import Versioned
from shared.ids import uuid7


class Device(Versioned, Base):
    """An instrument, known by maker and serial number as it prints them. `site_id` is where it stands now."""

    __tablename__ = "devices"
    __table_args__ = (Index(None, "maker", "serial", unique=True), Index(None, "site_id"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    maker: Mapped[str]
    serial: Mapped[str]
    model: Mapped[str | None]
    methods: Mapped[list[str]] = mapped_column(ARRAY(Text))
    site_id: Mapped[UUID] = mapped_column(ForeignKey("test_sites.id"))
    calibrated_until: Mapped[date | None]
    active: Mapped[bool] = mapped_column(default=True)


class DeviceKey(Base):
    """The public half of a key with which a device signs what it sends. One at a time is in force; the others stay,
    so that what they signed can still be checked.
    """

    __tablename__ = "device_keys"
    __table_args__ = (
        Index(None, "public_key", unique=True),
        Index(None, "device_id", "id"),
        Index("uq_device_keys_in_force", "device_id", unique=True, postgresql_where=text("replaced_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    device_id: Mapped[UUID] = mapped_column(ForeignKey("devices.id"))
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    valid_from: Mapped[datetime]
    registered_by: Mapped[UUID]
    replaced_at: Mapped[datetime | None]

    def replace(self, at: datetime) -> None:
        """Another key takes its place; a key that was replaced never comes back."""
        if self.replaced_at is not None:
            raise ValueError(f"device key {self.id} has been replaced already")
        self.replaced_at = at
