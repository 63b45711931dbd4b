"""Tables of the products, and of the chains that they must show (一品一链)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, func
from sqlalchemy.orm import Mapped, mapped_column

from services.traceability.database import Base
from services.traceability.tickets.rules import GoodsCategory
from shared.database import Versioned
from shared.dated_rules.models import DatedRule, dated


class Product(Versioned, Base):
    """A product of one business, with the chain that it must show."""

    __tablename__ = "products"
    __table_args__ = (Index(None, "business_id", "id"), Index(None, "region_code", "id"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    business_id: Mapped[UUID]
    region_code: Mapped[str]
    name: Mapped[str]
    category: Mapped[GoodsCategory]
    specification: Mapped[str | None]
    shelf_life_days: Mapped[int | None]
    chain_code: Mapped[str | None]
    active: Mapped[bool]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ChainTemplate(DatedRule, Base):
    """The steps of a kind of product and the fields of each, from a day on; corrections are further rows, the last one
    counts. `steps`: a list of objects with `step`, `label`, `fields`.
    """

    __tablename__ = "chain_templates"
    __table_args__ = (*dated("一品一链的环节与必填项", "code"),)

    code: Mapped[str]
    name: Mapped[str]
    steps: Mapped[list[Any]]
