"""Tables of the purchase alliances (联盟采购): which canteens buy together, and from whom they may."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.traceability.database import Base
from services.traceability.subjects.models import Subject
from shared.database import Versioned
from shared.ids import uuid7


class AllianceRole(StrEnum):
    MEMBER = "member"
    SUPPLIER = "supplier"

    @property
    def label(self) -> str:
        return {"member": "成员（学校食堂等）", "supplier": "入围供货者"}[self]


class PurchaseAlliance(Versioned, Base):
    """An alliance. `version` counts its name and everybody who came or left."""

    __tablename__ = "purchase_alliances"
    __table_args__ = (Index(None, "region_code", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    region_code: Mapped[str]
    recorded_by: Mapped[UUID]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())

    parties: Mapped[list["AllianceParty"]] = relationship(
        lazy="raise", order_by="(AllianceParty.role, AllianceParty.since, AllianceParty.id)"
    )


class AllianceParty(Base):
    """Somebody in an alliance from a day until a day, both included. Who leaves gets an end; nothing is deleted."""

    __tablename__ = "purchase_alliance_parties"
    __table_args__ = (
        Index(None, "alliance_id", "role"),
        Index(None, "business_id"),
        CheckConstraint("until >= since", name="ends_after_it_begins"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    alliance_id: Mapped[UUID] = mapped_column(ForeignKey(PurchaseAlliance.id))
    role: Mapped[AllianceRole]
    business_id: Mapped[UUID] = mapped_column(ForeignKey(Subject.id))
    since: Mapped[date]
    until: Mapped[date | None]

    subject: Mapped[Subject] = relationship(lazy="raise")
