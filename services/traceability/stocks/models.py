"""The table of stock entries: what each act added to or took from a business's lots. Only ever appended."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, func
from sqlalchemy.orm import Mapped, mapped_column

from services.traceability.database import Base


class StockReason(StrEnum):
    """Why the stock of a lot changed."""

    BOUGHT = "bought"
    SOLD = "sold"
    SALE_VOIDED = "sale_voided"
    MADE = "made"
    USED = "used"
    LOST = "lost"

    @property
    def label(self) -> str:
        return {
            "bought": "购进",
            "sold": "售出",
            "sale_voided": "销售作废，退回",
            "made": "产出",
            "used": "投料、拆分等用去",
            "lost": "损耗、销毁",
        }[self]


class StockEntry(Base):
    """`quantity` is negative for what went out. The stock of a lot is the sum; below zero, more went out than came in.

    The id is made of the act and the line, so that an act told twice counts once.
    """

    __tablename__ = "stock_entries"
    __table_args__ = (
        Index(None, "business_id", "lot_key", "unit", postgresql_include=["quantity"]),
        Index(None, "lot_key"),
        Index(None, "act_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    act_id: Mapped[UUID]
    business_id: Mapped[UUID]
    region_code: Mapped[str]
    lot_key: Mapped[str]
    product_name: Mapped[str]
    quantity: Mapped[Decimal]
    unit: Mapped[str]
    reason: Mapped[StockReason]
    at: Mapped[datetime]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
