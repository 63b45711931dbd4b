"""Tickets as their readers get them."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.lots.rules import Holder, Refusal
from services.traceability.recalls.sales import refusals
from services.traceability.stocks.schemas import OversoldRead
from services.traceability.subjects import service as subjects
from services.traceability.tickets import repository, service
from services.traceability.tickets.models import Receipt, Ticket
from services.traceability.tickets.problems import UnknownTicket
from services.traceability.tickets.rules import differences, in_words
from services.traceability.tickets.schemas import (
    DifferenceRead,
    LineRead,
    PartyRead,
    ReceiptRead,
    TicketDetail,
    TicketRead,
)
from services.traceability.units.goods import Amount
from shared.http.auth import Actor
from shared.personal_data.masking import masked_contact
from shared.personal_data.schemas import DisclosureRead
from shared.personal_data.service import disclose, told


def shown(ticket: Ticket, actor: Actor) -> TicketRead:
    """A ticket without its lines."""
    return TicketRead(**_head(ticket, actor))


async def detail(session: AsyncSession, ticket: Ticket, actor: Actor) -> TicketDetail:
    """A ticket with all that its reader may know of it."""
    receipt = (await repository.matched_receipts(session, [ticket.id])).get(ticket.id)
    oversold = await service.oversold_by(session, ticket, actor)
    return TicketDetail(
        **_head(ticket, actor),
        lines=[LineRead.model_validate(line) for line in ticket.lines],
        receipt=None if receipt is None else receipt_shown(receipt, ticket),
        oversold=[OversoldRead.model_validate(one) for one in oversold],
    )


def receipt_shown(receipt: Receipt, ticket: Ticket | None) -> ReceiptRead:
    """A receipt, held against its ticket where that is known."""
    said = {name: getattr(receipt, name) for name in ReceiptRead.model_fields if hasattr(receipt, name)}
    counted = receipt.amounts()
    found = [] if ticket is None or counted is None else _differences(ticket, counted)
    return ReceiptRead(**said, ticket_known=ticket is not None, differences=found)


async def public_ticket(session: AsyncSession, ticket_id: UUID) -> tuple[Ticket, dict[str, Refusal]]:
    """A ticket for whoever has its code, and which of its lots are held by now. Raises `UnknownTicket`; what a shop
    entered of its own suppliers is nobody else's.
    """
    ticket = await repository.get(session, ticket_id)
    seller = await subjects.named(session, ticket.seller_business_id) if ticket and ticket.seller_business_id else None
    if ticket is None or seller is None:
        raise UnknownTicket("请核对票面上的二维码；离线开的票要等终端联网上传以后才能查到")
    holder = Holder(seller.id, seller.uscc, seller.name)
    return ticket, await refusals(session, {line.lot_key for line in ticket.lines}, holder)


async def disclose_ticket(session: AsyncSession, ticket_id: UUID, purpose: str, actor: Actor) -> DisclosureRead:
    """How to reach both sides of a ticket, shown to who says why. Raises `UnknownTicket`."""
    ticket = await service.ticket_for(session, ticket_id, actor)
    fields = [
        *told("/seller/contact", "供货者的联系方式", ticket.seller.get("contact")),
        *told("/buyer/contact", "购货者的联系方式", ticket.buyer.get("contact")),
    ]
    return await disclose(session, actor, f"/v1/tickets/{ticket_id}", purpose, fields)


def _head(ticket: Ticket, actor: Actor) -> dict[str, object]:
    """What stands above the lines. How to reach the two sides is whole for them alone: it stands on their paper."""
    parties = ("seller", "buyer")
    said = {name: getattr(ticket, name) for name in TicketRead.model_fields if name not in parties}
    ids: Sequence[UUID | None] = (ticket.seller_business_id, ticket.buyer_business_id)
    is_own = actor.business_id is not None and actor.business_id in ids
    return said | {
        name: PartyRead(
            business_id=own_id,
            **{part: party.get(part) for part in ("name", "uscc", "address")},
            contact=_contact(party, whole=is_own),
        )
        for name, own_id, party in zip(parties, ids, (ticket.seller, ticket.buyer), strict=True)
    }


def _contact(party: Mapping[str, str | None], *, whole: bool) -> str | None:
    contact = party.get("contact")
    return contact if whole or not contact else masked_contact(contact)


def _differences(ticket: Ticket, counted: Mapping[int, Amount]) -> list[DifferenceRead]:
    sold = {line.number: line.amount for line in ticket.lines}
    return [
        DifferenceRead(line=one.line, sold=in_words(one.sold), received=in_words(one.received))
        for one in differences(sold, counted)
    ]
