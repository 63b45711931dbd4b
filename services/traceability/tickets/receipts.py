"""Receiving goods (进货查验): one scan of the ticket makes the buyer's record, whichever of the two is told first."""

import hashlib
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.figures import service as figures
from services.traceability.figures.trades import counts_of
from services.traceability.subjects import service as subjects
from services.traceability.subjects.models import Subject
from services.traceability.tickets import repository, writing
from services.traceability.tickets.models import Receipt, Ticket
from services.traceability.tickets.problems import ReceiptIdReused, TicketRefused, TicketTaken, UnknownTicket
from services.traceability.tickets.rules import CLOCK_TOLERANCE, TicketState, first_claim
from services.traceability.tickets.schemas import CountedLine, ReceiptWrite
from services.traceability.units.goods import amount
from shared.http.auth import Actor
from shared.http.problems import FieldError
from shared.times import in_words, now


async def put_receipt(
    session: AsyncSession, ticket_id: UUID, body: ReceiptWrite, actor: Actor
) -> tuple[Receipt, Ticket | None]:
    """Note that the goods of a ticket arrived; sent again unchanged, nothing happens.

    Where the ticket is not known yet, the receipt waits for it (None). Raises `UnknownTicket` for a ticket that names
    another buyer, `TicketTaken`, `TicketStepRefused`, `ReceiptIdReused`, and what `subjects.acting` raises.
    """
    buyer = await subjects.acting(session, body.business_id, actor)
    await repository.lock_id(session, ticket_id)
    ticket = await repository.get(session, ticket_id)
    _ensure_for(ticket, buyer)
    digest = hashlib.sha256(body.model_dump_json(exclude={"business_id"}).encode()).digest()
    values = {
        "ticket_id": ticket_id,
        "buyer_business_id": buyer.id,
        "received_at": body.received_at,
        "counted": None if body.lines is None else [_counted(item) for item in body.lines],
        "documents_checked": body.documents_checked,
        "goods_in_order": body.goods_in_order,
        "note": body.note,
        "body_hash": digest,
        "recorded_by": actor.id,
    }
    if body.received_at > now() + CLOCK_TOLERANCE:
        error = FieldError(pointer="/received_at", message="在将来；请校准终端的时钟", code="future")
        raise TicketRefused("有 1 处需要改正", errors=[error])
    if ticket is not None and body.received_at < ticket.sold_at - CLOCK_TOLERANCE:
        said = f"早于交货时间 {in_words(ticket.sold_at)}；请核对收货时间和终端的时钟"
        raise TicketRefused(
            "有 1 处需要改正", errors=[FieldError(pointer="/received_at", message=said, code="before_sale")]
        )
    await repository.add_receipt(session, values)
    receipt = await repository.receipt_of(session, ticket_id, buyer.id)
    assert receipt is not None
    if receipt.body_hash != digest:
        raise ReceiptIdReused("收货记录已经存下；要重试请把原内容一字不改地再发一次，更正请与供货者另开票据")
    if ticket is not None and receipt.matched_at is None:
        await _take(session, ticket, receipt, buyer)
    return receipt, ticket


async def match_waiting(session: AsyncSession, ticket: Ticket) -> None:
    """Give a new ticket the receipt that came before it, if one did."""
    waiting = await repository.waiting_receipts(session, ticket.id)
    claims = [(receipt.received_at.isoformat(), receipt.buyer_business_id) for receipt in waiting]
    claimed_by = first_claim(claims, ticket.buyer_business_id)
    if claimed_by is None or (ticket.buyer and ticket.buyer_business_id is None):
        return
    buyer = await subjects.named(session, claimed_by)
    receipt = next(receipt for receipt in waiting if receipt.buyer_business_id == claimed_by)
    assert buyer is not None
    await _take(session, ticket, receipt, buyer)


async def receive_at_once(session: AsyncSession, ticket: Ticket, buyer: Subject, actor: Actor) -> None:
    """Who enters a purchase from outside the chain has the goods."""
    receipt = Receipt(
        ticket_id=ticket.id,
        buyer_business_id=buyer.id,
        received_at=ticket.sold_at,
        counted=None,
        documents_checked=any(line.certificates for line in ticket.lines),
        goods_in_order=True,
        note="",
        body_hash=ticket.body_hash,
        recorded_by=actor.id,
    )
    session.add(receipt)
    await session.flush()
    await _take(session, ticket, receipt, buyer)


async def _take(session: AsyncSession, ticket: Ticket, receipt: Receipt, buyer: Subject) -> None:
    counted = counts_of(ticket)
    ticket.receive(buyer.id, buyer.region_code, buyer.as_party(), receipt.received_at)
    receipt.matched_at = now()
    await session.flush()
    await figures.trade_changed(session, ticket, counted)
    await writing.buyer_side(session, ticket, receipt, buyer)


def _ensure_for(ticket: Ticket | None, buyer: Subject) -> None:
    if ticket is None:
        return
    named_outside = ticket.buyer_business_id is None and bool(ticket.buyer)
    if ticket.seller_business_id in (None, buyer.id) or named_outside:
        raise UnknownTicket("请核对编号；这张票据不是开给本主体的")
    if ticket.buyer_business_id not in (None, buyer.id):
        if ticket.state is TicketState.RECEIVED:
            raise TicketTaken("票据已由别家收货；请核对扫的是不是自己的票")
        raise UnknownTicket("请核对编号；这张票据不是开给本主体的")


def _counted(item: CountedLine) -> dict[str, object]:
    kept = amount(item.quantity, item.unit)
    return {"line": item.line, "quantity": str(kept.quantity), "unit": kept.unit}
