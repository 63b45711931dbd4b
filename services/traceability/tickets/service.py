"""Tickets (销售票据): entering them once however often they are sent, refusing held lots, voiding mistakes."""

import hashlib
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.codes.service import key_of
from services.traceability.everyday_events.rules import is_place_code, lot_code, lot_key, lots_named
from services.traceability.figures import service as figures
from services.traceability.figures.trades import counts_of
from services.traceability.lots.rules import Holder
from services.traceability.recalls.sales import refusals
from services.traceability.stocks import service as stocks
from services.traceability.stocks.service import Oversold
from services.traceability.subjects import service as subjects
from services.traceability.subjects.models import Subject
from services.traceability.subjects.scope import is_bare_system
from services.traceability.tickets import receipts, repository, writing
from services.traceability.tickets.models import Ticket, TicketLine
from services.traceability.tickets.problems import (
    LotOnHold,
    ScaleNotRegistered,
    TicketIdReused,
    TicketRefused,
    TicketStepRefused,
    UnknownTicket,
)
from services.traceability.tickets.rules import CLOCK_TOLERANCE, TicketKind, TicketState, expiry
from services.traceability.tickets.schemas import LineWrite, TicketWrite
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.http.problems import FieldError
from shared.times import SHANGHAI, now


async def put_ticket(session: AsyncSession, ticket_id: UUID, body: TicketWrite, actor: Actor) -> Ticket:
    """Enter a ticket with all it leaves behind; sent again unchanged, nothing happens.

    A receipt that came first is matched to it. Raises `TicketIdReused`, `LotOnHold`, `ScaleNotRegistered`,
    `TicketRefused`, and what `subjects.acting` raises.
    """
    subject = await subjects.acting(session, body.business_id, actor, by_scale=True)
    await _ensure_scale(session, body, subject, actor)
    digest = _digest(body, subject.id)
    await repository.lock_id(session, ticket_id)
    known = await repository.get(session, ticket_id)
    if known is not None:
        if known.business_id != subject.id or known.body_hash != digest:
            raise TicketIdReused("内容变了就请换一个编号；要重试请把原内容一字不改地再发一次")
        return known
    if body.sold_at > now() + CLOCK_TOLERANCE:
        raise _refused("/sold_at", "在将来；请校准终端的时钟", "future")
    buyer = await _buyer(session, body, subject)
    ticket = _ticket(ticket_id, body, subject, buyer, digest, actor)
    _ensure_goods(ticket.lines)
    if body.kind is not TicketKind.PURCHASE:
        ticket.held_reason = await _held(session, body, ticket.lines, subject)
    session.add(ticket)
    await session.flush()
    await figures.trade_changed(session, ticket, {})
    if body.kind is TicketKind.PURCHASE:
        await receipts.receive_at_once(session, ticket, subject, actor)
    else:
        await writing.seller_side(session, ticket, subject, buyer)
        await receipts.match_waiting(session, ticket)
    return ticket


async def ticket_for(session: AsyncSession, ticket_id: UUID, actor: Actor) -> Ticket:
    """The ticket with its lines. Raises `UnknownTicket`, also for one that is not the actor's to see."""
    ticket = await repository.visible_ticket(session, ticket_id, actor)
    if ticket is None:
        raise UnknownTicket("请核对编号；只能查看本主体、本市场或辖区内的票据")
    return ticket


async def void(session: AsyncSession, ticket_id: UUID, reason: str, version: int, actor: Actor) -> Ticket:
    """Declare that a ticket was a mistake. Raises `UnknownTicket`, `TicketStepRefused`, `PreconditionFailed`."""
    await repository.lock_id(session, ticket_id)
    ticket = await ticket_for(session, ticket_id, actor)
    if ticket.seller_business_id is None:
        raise TicketStepRefused("进货记录已随收货生效，不能作废；录错的请与监管人员联系更正")
    seller = await subjects.acting(session, ticket.seller_business_id, actor)
    ensure_version(ticket, version)
    counted = counts_of(ticket)
    ticket.void(reason, now())
    await session.flush()
    await figures.trade_changed(session, ticket, counted)
    await writing.take_back(session, ticket, seller)
    return ticket


async def oversold_by(session: AsyncSession, ticket: Ticket, actor: Actor) -> list[Oversold]:
    """The lots of the ticket of which its seller gave out more than came in. Not for the buyer to know."""
    if ticket.seller_business_id is None or actor.business_id not in (None, ticket.seller_business_id):
        return []
    return await stocks.oversold(session, ticket.seller_business_id, [line.lot_key for line in ticket.lines])


async def _buyer(session: AsyncSession, body: TicketWrite, seller: Subject) -> Subject | None:
    found: Subject | None
    if body.buyer_code is not None:
        found, pointer = await repository.subject_at(session, key_of(body.buyer_code)), "/buyer_code"
    elif body.buyer_business_id is not None:
        found, pointer = await subjects.named(session, body.buyer_business_id), "/buyer_business_id"
    else:
        return None
    if found is None or found.activated_at is None:
        raise _refused(pointer, "不是已激活的追溯主体；未入网的购货者请写 buyer", "unknown_subject")
    if found.id == seller.id:
        raise _refused(pointer, "购货者就是卖方自己", "same_subject")
    return found


async def _ensure_scale(session: AsyncSession, body: TicketWrite, subject: Subject, actor: Actor) -> None:
    """A system without a business of its own speaks for a shop only through a scale that stands in it."""
    if body.scale_id is None:
        if is_bare_system(actor):
            raise ScaleNotRegistered("外部系统上传票据须写 scale_id；秤先由店家或监管人员登记：PUT /v1/scales/{id}")
        return
    scale = await repository.get_scale(session, body.scale_id)
    if scale is None or not scale.active or scale.business_id != subject.id:
        raise ScaleNotRegistered("请核对 scale_id；秤先由店家或监管人员登记：PUT /v1/scales/{id}")


def _ensure_goods(lines: Sequence[TicketLine]) -> None:
    errors = [
        FieldError(
            pointer=f"/lines/{line.number - 1}/lot",
            message=f"{line.lot_code} 是店码（摊位码），不是批号；卖给这家店的，店码填在 buyer_code",
            code="place_code",
        )
        for line in lines
        if is_place_code(line.lot_key)
    ]
    if errors:
        raise TicketRefused(f"有 {len(errors)} 处需要改正", errors=errors)


async def _held(session: AsyncSession, body: TicketWrite, lines: Sequence[TicketLine], seller: Subject) -> str | None:
    """Why lots of the ticket are held, where the goods are gone already. Raises `LotOnHold` where they are not."""
    named = [lots_named(written.lot, line.lot_key) for written, line in zip(body.lines, lines, strict=True)]
    held = await refusals(session, set().union(*named), Holder(seller.id, seller.uscc, seller.name))
    found = [
        (line, held[min(keys & held.keys())]) for line, keys in zip(lines, named, strict=True) if keys & held.keys()
    ]
    if not found:
        return None
    if body.handed_over:
        return "；".join(dict.fromkeys(f"{line.lot_code}：{refusal.reason}" for line, refusal in found))
    errors = [
        FieldError(
            pointer=f"/lines/{line.number - 1}/lot",
            message=f"批次 {line.lot_code} 已被锁定：{refusal.reason}。请下架封存，等候通知",
            code="lot_on_hold",
        )
        for line, refusal in found
    ]
    raise LotOnHold(f"有 {len(errors)} 行的批次不能销售", errors=errors)


def _ticket(
    ticket_id: UUID, body: TicketWrite, subject: Subject, buyer: Subject | None, digest: bytes, actor: Actor
) -> Ticket:
    is_purchase = body.kind is TicketKind.PURCHASE
    number = f"{body.sold_at.astimezone(SHANGHAI):%Y%m%d}{ticket_id.hex[-8:].upper()}"
    outside_buyer = body.buyer.model_dump() if body.buyer else {}
    return Ticket(
        id=ticket_id,
        number=number,
        kind=body.kind,
        state=TicketState.ISSUED,
        channel=body.channel,
        scale_id=body.scale_id,
        business_id=subject.id,
        seller_business_id=None if is_purchase else subject.id,
        seller_region=None if is_purchase else subject.region_code,
        seller=body.seller.model_dump() if body.seller else subject.as_party(),
        buyer_business_id=subject.id if is_purchase else buyer.id if buyer else None,
        buyer_region=subject.region_code if is_purchase else buyer.region_code if buyer else None,
        buyer=subject.as_party() if is_purchase else buyer.as_party() if buyer else outside_buyer,
        sold_at=body.sold_at,
        body_hash=digest,
        recorded_by=actor.id,
        lines=[_line(subject.id, number, at, line) for at, line in enumerate(body.lines, 1)],
    )


def _line(owner_id: UUID, number: str, at: int, line: LineWrite) -> TicketLine:
    key = lot_key(line.lot or f"{number}-{at}", line.lot_owner_id or owner_id)
    kept = line.amount
    return TicketLine(
        number=at,
        product_name=line.product_name,
        specification=line.specification,
        category=line.category,
        printed_quantity=line.quantity,
        printed_unit=line.unit,
        quantity=kept.quantity,
        unit=kept.unit,
        unit_price=line.unit_price,
        lot_key=key,
        lot_code=lot_code(key),
        has_code=line.lot is not None,
        produced_on=line.produced_on,
        shelf_life_days=line.shelf_life_days,
        expires_on=expiry(line.produced_on, line.shelf_life_days, line.expires_on),
        origin=line.origin,
        certificates=[one.model_dump(mode="json") for one in line.certificates],
    )


def _digest(body: TicketWrite, business_id: UUID) -> bytes:
    return hashlib.sha256(f"{business_id}\n{body.model_dump_json()}".encode()).digest()


def _refused(pointer: str, message: str, code: str) -> TicketRefused:
    return TicketRefused("有 1 处需要改正", errors=[FieldError(pointer=pointer, message=message, code=code)])
