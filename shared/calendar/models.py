"""Tables of the working-day calendar. A notice is never changed: a correction is its next version."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from shared.database import ChassisBase, Versioned


class CalendarNotice(Versioned, ChassisBase):
    """One version of one year's holiday notice. The highest version of a year holds."""

    __tablename__ = "calendar_notices"
    __table_args__ = (CheckConstraint("year BETWEEN 1949 AND 2100", name="year_plausible"),)

    year: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str]
    document_number: Mapped[str]
    issued_on: Mapped[date | None]
    loaded_at: Mapped[datetime]
    loaded_by: Mapped[UUID | None]

    days: Mapped[list["CalendarDayRow"]] = relationship(lazy="raise", order_by="CalendarDayRow.day")


class CalendarDayRow(ChassisBase):
    """A day off or a make-up workday of a notice. It may fall in the December before the notice's year."""

    __tablename__ = "calendar_days"
    __table_args__ = (
        ForeignKeyConstraint(
            ["year", "version"],
            ["calendar_notices.year", "calendar_notices.version"],
            name="fk_calendar_days_year_version_calendar_notices",
        ),
    )

    year: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    working: Mapped[bool]
    name: Mapped[str]
