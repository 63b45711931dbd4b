"""What a ticket leaves behind on each side: events, stock, legal records. Each side is written once, whenever it is
known that it took place, and as that side's own.
"""

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.everyday_events import service as events
from services.traceability.everyday_events.rules import (
    Act,
    Goods,
    certificate_keys,
    is_one_thing,
    receiving,
    retail_selling,
    shipping,
    ticket_key,
    void_shipping,
)
from services.traceability.record_checks import service as record_checks
from services.traceability.record_checks.rules import Record, RecordKind
from services.traceability.stocks import service as stocks
from services.traceability.stocks.models import StockReason
from services.traceability.stocks.service import Movement
from services.traceability.subjects import service as subjects
from services.traceability.subjects.models import Subject
from services.traceability.tickets.models import Receipt, Ticket, TicketLine
from services.traceability.tickets.rules import TicketKind, arrived
from services.traceability.units.goods import Amount
from shared.contracts.inspection import BusinessKind
from shared.times import day_of

_MAKERS = frozenset({BusinessKind.PRODUCTION, BusinessKind.WORKSHOP, BusinessKind.CENTRAL_KITCHEN})


async def seller_side(session: AsyncSession, ticket: Ticket, seller: Subject, buyer: Subject | None) -> None:
    """The goods left the seller."""
    act = Act(ticket.id, ticket.sold_at, seller.place, ticket_key(ticket.id), _papers(ticket.lines))
    goods = [_goods(line, line.amount) for line in ticket.lines]
    if ticket.kind is TicketKind.RETAIL:
        event = retail_selling(act, goods, seller.place)
    else:
        event = shipping(act, goods, seller.place, buyer.place if buyer else None)
        await record_checks.check(session, list(_sale_records(ticket, seller)))
    await events.record(session, seller.id, seller.region_code, [event])
    await stocks.book(
        session,
        ticket.id,
        seller.id,
        seller.region_code,
        ticket.sold_at,
        [
            _movement(line, Amount(-line.quantity, line.unit), StockReason.SOLD)
            for line in ticket.lines
            if line.has_code
        ],
    )
    await subjects.note_act(session, ticket.sold_at, seller.id)


async def buyer_side(session: AsyncSession, ticket: Ticket, receipt: Receipt, buyer: Subject) -> None:
    """The goods reached the buyer."""
    came = arrived({line.number: line.amount for line in ticket.lines}, receipt.amounts())
    lines = [line for line in ticket.lines if line.number in came]
    if lines:
        act = Act(ticket.id, receipt.received_at, buyer.place, ticket_key(ticket.id), _papers(lines))
        goods = [_goods(line, came[line.number]) for line in lines]
        seller = await subjects.named(session, ticket.seller_business_id) if ticket.seller_business_id else None
        event = receiving(act, goods, seller.place if seller else None, buyer.place)
        await events.record(session, buyer.id, buyer.region_code, [event])
    await record_checks.check(session, list(_purchase_records(ticket, receipt, buyer, came)))
    await stocks.book(
        session,
        ticket.id,
        buyer.id,
        buyer.region_code,
        receipt.received_at,
        [_movement(line, came[line.number], StockReason.BOUGHT) for line in lines],
    )
    await subjects.note_act(session, receipt.received_at, buyer.id)


async def take_back(session: AsyncSession, ticket: Ticket, seller: Subject) -> None:
    """The ticket was voided: nothing left the seller."""
    assert ticket.voided_at is not None
    act = Act(ticket.id, ticket.voided_at, seller.place, ticket_key(ticket.id))
    await events.record(
        session,
        seller.id,
        seller.region_code,
        [void_shipping(act, [_goods(line, line.amount) for line in ticket.lines])],
    )
    await record_checks.uncount(session, ticket.id)
    await stocks.book(
        session,
        ticket.id,
        seller.id,
        seller.region_code,
        ticket.voided_at,
        [_movement(line, line.amount, StockReason.SALE_VOIDED) for line in ticket.lines if line.has_code],
    )


def _papers(lines: Sequence[TicketLine]) -> tuple[str, ...]:
    return certificate_keys(one for line in lines for one in line.certificates)


def _goods(line: TicketLine, counted: Amount) -> Goods:
    return Goods(line.lot_key, None if is_one_thing(line.lot_key) else counted)


def _movement(line: TicketLine, moved: Amount, reason: StockReason) -> Movement:
    return Movement(line.lot_key, line.product_name, moved, reason)


def _said(line: TicketLine) -> dict[str, object]:
    return {
        "product_name": line.product_name,
        "specification": line.specification,
        "quantity": line.printed_quantity,
        "batch": line.produced_on or (line.lot_code if line.has_code else None),
        "shelf_life": line.expires_on or line.shelf_life_days,
        "certificate_number": next((one["number"] for one in line.certificates), None),
    }


def _sale_records(ticket: Ticket, seller: Subject) -> Iterator[Record]:
    party = {f"party_{name}": ticket.buyer.get(name) for name in ("name", "address", "contact")}
    day = day_of(ticket.sold_at)
    kind = RecordKind.RELEASE if seller.kind in _MAKERS else RecordKind.SALE_WHOLESALE
    for line in ticket.lines:
        if not line.category.has_legal_record:
            continue
        yield Record(
            ticket.id,
            line.number,
            seller.id,
            seller.region_code,
            kind,
            day,
            {**_said(line), **party, "at": day},
            line.expires_on,
        )


def _purchase_records(ticket: Ticket, receipt: Receipt, buyer: Subject, came: Mapping[int, Amount]) -> Iterator[Record]:
    party = {f"party_{name}": ticket.seller.get(name) for name in ("name", "address", "contact")}
    day = day_of(receipt.received_at)
    for line in ticket.lines:
        if line.number not in came or not line.category.has_legal_record:
            continue
        kind = RecordKind.PURCHASE_INGREDIENTS if buyer.kind in _MAKERS else RecordKind.PURCHASE
        if line.category.is_agricultural:
            kind = RecordKind.PURCHASE_AGRICULTURAL
        said = {**_said(line), **party, "at": day}
        yield Record(ticket.id, line.number, buyer.id, buyer.region_code, kind, day, said, line.expires_on)
