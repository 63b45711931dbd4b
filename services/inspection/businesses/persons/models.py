"""The persons of a business: who answers for it, and who handles food. As little about each as the duty needs."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from services.inspection.database import Base
from shared.contracts.inspection import PersonRole
from shared.database import Versioned


class BusinessPerson(Versioned, Base):
    """A person in one role from `valid_from` to the last day `valid_to`, both included.

    `certificate_valid_to` is the last day of the health certificate (食品安全法第四十五条：从事接触直接入口食品工作的，
    每年体检). No identity number is kept.
    """

    __tablename__ = "business_persons"
    __table_args__ = (
        CheckConstraint("valid_to >= valid_from", name="valid_to_after_valid_from"),
        Index(None, "business_id", "id"),
        Index(None, "certificate_valid_to", postgresql_where="valid_to IS NULL"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    business_id: Mapped[UUID] = mapped_column(ForeignKey("businesses.id"))
    role: Mapped[PersonRole]
    name: Mapped[str]
    phone: Mapped[str | None]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    certificate_number: Mapped[str | None]
    certificate_valid_to: Mapped[date | None]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
