"""Organisations: whom a user works for."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from gateway.database import Base
from shared.database import Versioned
from shared.ids import uuid7


class OrganisationKind(StrEnum):
    """What kind of organisation it is."""

    BUREAU = "bureau"
    FOOD_SAFETY_OFFICE = "food_safety_office"
    STREET = "street"
    LABORATORY = "laboratory"
    MARKET_OPERATOR = "market_operator"
    BUSINESS = "business"
    OTHER = "other"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    OrganisationKind.BUREAU: "市场监管部门",
    OrganisationKind.FOOD_SAFETY_OFFICE: "食安办",
    OrganisationKind.STREET: "乡镇（街道）",
    OrganisationKind.LABORATORY: "检验机构",
    OrganisationKind.MARKET_OPERATOR: "市场开办者",
    OrganisationKind.BUSINESS: "食品生产经营者",
    OrganisationKind.OTHER: "其他",
}


class Organisation(Versioned, Base):
    """One organisation in one region. The same name may stand once in a region."""

    __tablename__ = "organisations"
    __table_args__ = (Index(None, "region_code", "name", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    kind: Mapped[OrganisationKind]
    name: Mapped[str]
    region_code: Mapped[str]
