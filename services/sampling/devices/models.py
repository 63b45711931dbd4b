"""Tables of the rapid-test devices."""

from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text
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
