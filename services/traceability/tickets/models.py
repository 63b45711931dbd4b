"""Tables of the tickets: what was sold, what arrived, and the scales that print."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.traceability.database import Base
from services.traceability.tickets.problems import TicketStepRefused
from services.traceability.tickets.rules import GoodsCategory, TicketChannel, TicketKind, TicketState
from services.traceability.units.goods import Amount
from shared.database import Versioned
from shared.ids import uuid7


class Ticket(Versioned, Base):
    """Goods that go from one to another: the seller's sales record and, once received, the buyer's 进货查验 record.

    Who entered it is `business_id`: the seller, or for a purchase from a supplier outside the chain the buyer. The id
    is made by the terminal. `held_reason`: a lot of it was held when it was sold without a network, and is gone.
    """

    __tablename__ = "tickets"
    __table_args__ = (
        Index(None, "seller_business_id", "sold_at"),
        Index(None, "buyer_business_id", "sold_at", postgresql_where=text("buyer_business_id IS NOT NULL")),
        Index(None, "seller_region", "sold_at"),
        Index(None, "buyer_region", "sold_at", postgresql_where=text("buyer_region IS NOT NULL")),
        Index(None, "seller_region", "id", postgresql_where=text("held_reason IS NOT NULL")),
        CheckConstraint("(kind = 'purchase') = (seller_business_id IS NULL)", name="purchase_is_from_outside"),
        CheckConstraint("(state = 'received') = (received_at IS NOT NULL)", name="received_says_when"),
        CheckConstraint("(state = 'voided') = (voided_at IS NOT NULL)", name="voided_says_when"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str]
    kind: Mapped[TicketKind]
    state: Mapped[TicketState]
    channel: Mapped[TicketChannel]
    scale_id: Mapped[UUID | None] = mapped_column(ForeignKey("scales.id"))
    business_id: Mapped[UUID]
    seller_business_id: Mapped[UUID | None]
    seller_region: Mapped[str | None]
    seller: Mapped[dict[str, Any]]
    buyer_business_id: Mapped[UUID | None]
    buyer_region: Mapped[str | None]
    buyer: Mapped[dict[str, Any]]
    sold_at: Mapped[datetime]
    received_at: Mapped[datetime | None]
    voided_at: Mapped[datetime | None]
    void_reason: Mapped[str | None]
    held_reason: Mapped[str | None]
    body_hash: Mapped[bytes] = mapped_column(LargeBinary)
    recorded_by: Mapped[UUID]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())

    lines: Mapped[list["TicketLine"]] = relationship(order_by="TicketLine.number", lazy="raise")

    def receive(self, buyer_id: UUID, buyer_region: str, buyer: dict[str, Any], at: datetime) -> None:
        """The buyer has the goods and says so."""
        if self.state is not TicketState.ISSUED:
            raise TicketStepRefused(f"这张票据{self.state.label}")
        self.state, self.received_at = TicketState.RECEIVED, at
        self.buyer_business_id, self.buyer_region, self.buyer = buyer_id, buyer_region, buyer
        self.advance()

    def void(self, reason: str, at: datetime) -> None:
        """It was written by mistake, nothing was handed over. What was received cannot be undone so."""
        if self.state is not TicketState.ISSUED:
            raise TicketStepRefused(f"这张票据{self.state.label}，不能作废；退货请另开一张")
        self.state, self.voided_at, self.void_reason = TicketState.VOIDED, at, reason
        self.advance()


class TicketLine(Base):
    """One kind of goods on a ticket. `quantity` and `unit` as they are kept, `printed_*` as they were written.

    `has_code`: the lot stood on the goods; where it did not, the number of the ticket stands for it.
    """

    __tablename__ = "ticket_lines"
    __table_args__ = (Index(None, "lot_key"),)

    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("tickets.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    product_name: Mapped[str]
    specification: Mapped[str | None]
    category: Mapped[GoodsCategory]
    printed_quantity: Mapped[Decimal]
    printed_unit: Mapped[str]
    quantity: Mapped[Decimal]
    unit: Mapped[str]
    unit_price: Mapped[Decimal | None]
    lot_key: Mapped[str]
    lot_code: Mapped[str]
    has_code: Mapped[bool]
    produced_on: Mapped[date | None]
    shelf_life_days: Mapped[int | None]
    expires_on: Mapped[date | None]
    origin: Mapped[str | None]
    certificates: Mapped[list[Any]]

    @property
    def amount(self) -> Amount:
        return Amount(self.quantity, self.unit)


class Receipt(Base):
    """What the buyer found when the goods came. It may be told before the ticket is: then `matched_at` is empty.

    `counted` is null where everything came as it was sold, else the lines as the buyer counted them.
    """

    __tablename__ = "ticket_receipts"

    ticket_id: Mapped[UUID] = mapped_column(primary_key=True)
    buyer_business_id: Mapped[UUID] = mapped_column(primary_key=True)
    received_at: Mapped[datetime]
    counted: Mapped[list[Any] | None]
    documents_checked: Mapped[bool]
    goods_in_order: Mapped[bool]
    note: Mapped[str]
    body_hash: Mapped[bytes] = mapped_column(LargeBinary)
    matched_at: Mapped[datetime | None]
    recorded_by: Mapped[UUID]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())

    def amounts(self) -> dict[int, Amount] | None:
        """The counted lines by their numbers."""
        if self.counted is None:
            return None
        return {item["line"]: Amount(Decimal(item["quantity"]), item["unit"]) for item in self.counted}


class Scale(Versioned, Base):
    """An electronic scale that stands in a shop. A system that sends tickets may send only those of its scales."""

    __tablename__ = "scales"
    __table_args__ = (UniqueConstraint("maker", "serial"), Index(None, "business_id"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    business_id: Mapped[UUID]
    region_code: Mapped[str]
    maker: Mapped[str]
    serial: Mapped[str]
    active: Mapped[bool]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
