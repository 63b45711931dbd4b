"""Every query of the certificates."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from services.traceability.certificates.models import Certificate, CertificateForm, CertificateSource
from services.traceability.certificates.rules import CertificateKind, IssuerRole, Source
from services.traceability.subjects.models import Subject
from services.traceability.subjects.scope import readable
from services.traceability.tickets.models import Ticket, TicketLine
from services.traceability.tickets.rules import GoodsCategory, TicketKind, TicketState
from shared.dated_rules.repository import rule_on
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate, paginate_rows
from shared.regions.repository import codes_within


async def lock_id(session: AsyncSession, certificate_id: UUID) -> None:
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(str(certificate_id), 4))))


async def get(session: AsyncSession, certificate_id: UUID) -> Certificate | None:
    found: Certificate | None = await session.scalar(_whole().where(Certificate.id == certificate_id))
    return found


async def visible_certificate(session: AsyncSession, certificate_id: UUID, actor: Actor) -> Certificate | None:
    """One that the actor's side issued, or that came with goods which its business received."""
    found = await get(session, certificate_id)
    if found is None:
        return None
    is_own = await session.scalar(
        select(Certificate.id).where(
            Certificate.id == certificate_id, readable(actor, Certificate.business_id, Certificate.region_code)
        )
    )
    if is_own is not None:
        return found
    came = actor.business_id is not None and await came_with_goods(session, [certificate_id], actor.business_id)
    return found if came else None


async def commitment_of(session: AsyncSession, business_id: UUID, lot_key: str) -> bool:
    """Whether the batch has a commitment certificate of this issuer that was not voided."""
    found = await session.scalar(
        select(Certificate.id).where(
            Certificate.business_id == business_id,
            Certificate.lot_key == lot_key,
            Certificate.kind == CertificateKind.COMMITMENT,
            Certificate.voided_at.is_(None),
        )
    )
    return found is not None


async def valid_ones(session: AsyncSession, ids: Collection[UUID], *, lock: bool = False) -> dict[UUID, Certificate]:
    """Those of these certificates that are not voided. `lock`: until the transaction ends nobody else voids them, or
    locks them to reissue on them; in one order, so that two who name the same ones never wait for each other.
    """
    statement = select(Certificate).where(Certificate.id.in_(ids), Certificate.voided_at.is_(None))
    if lock:
        statement = statement.order_by(Certificate.id).with_for_update(key_share=True)
    found = await session.scalars(statement.execution_options(populate_existing=True))
    return {certificate.id: certificate for certificate in found}


async def reissued_on(session: AsyncSession, ids: Collection[UUID], business_id: UUID) -> list[Certificate]:
    """What the business has reissued on any of these certificates and nothing that was made, and has not voided."""
    on_any = select(CertificateSource.certificate_id).where(CertificateSource.source_id.in_(ids))
    statement = _whole().where(
        Certificate.id.in_(on_any),
        Certificate.business_id == business_id,
        Certificate.production_id.is_(None),
        Certificate.voided_at.is_(None),
    )
    return list(await session.scalars(statement))


async def came_with_goods(session: AsyncSession, ids: Collection[UUID], business_id: UUID) -> set[UUID]:
    """Of these certificates those that stand on a ticket by which the business received goods."""
    papers = func.jsonb_array_elements(TicketLine.certificates).table_valued("value").alias("paper")
    paper_id = papers.c.value.cast(JSONB)["id"].astext
    statement = (
        select(paper_id)
        .select_from(TicketLine)
        .join(Ticket, Ticket.id == TicketLine.ticket_id)
        .join(papers, and_(True))
        .where(
            Ticket.buyer_business_id == business_id,
            Ticket.state == TicketState.RECEIVED,
            paper_id.in_([str(one) for one in ids]),
        )
    )
    return {UUID(text) for text in await session.scalars(statement)}


async def sources_above(session: AsyncSession, certificate_id: UUID) -> dict[UUID, list[Source]]:
    """What each certificate was made from, from this one up, level by level."""
    found: dict[UUID, list[Source]] = {}
    level = {certificate_id}
    while level:
        rows = await session.scalars(
            select(CertificateSource)
            .where(CertificateSource.certificate_id.in_(level))
            .order_by(CertificateSource.certificate_id, CertificateSource.place)
        )
        following: set[UUID] = set()
        for row in rows:
            found.setdefault(row.certificate_id, []).append(row.as_source)
            if row.source_id is not None:
                following.add(row.source_id)
        level = following - found.keys()
    return found


async def list_certificates(
    session: AsyncSession,
    actor: Actor,
    page: PageRequest,
    *,
    business_id: UUID | None,
    region_code: str | None,
    kind: CertificateKind | None,
    lot_key: str | None,
) -> tuple[list[Certificate], str | None]:
    statement = select(Certificate).where(readable(actor, Certificate.business_id, Certificate.region_code))
    if business_id is not None:
        statement = statement.where(Certificate.business_id == business_id)
    if region_code is not None:
        statement = statement.where(Certificate.region_code.in_(codes_within([region_code])))
    if kind is not None:
        statement = statement.where(Certificate.kind == kind)
    if lot_key is not None:
        statement = statement.where(Certificate.lot_key == lot_key)
    return await paginate(session, statement, page, order_by=[Certificate.issued_at, Certificate.id], descending=True)


async def form_on(session: AsyncSession, role: IssuerRole, day: date) -> CertificateForm | None:
    """The form that holds on a day."""
    return await rule_on(session, CertificateForm, day, CertificateForm.role == role)


async def completeness(
    session: AsyncSession,
    actor: Actor,
    page: PageRequest,
    *,
    business_id: UUID | None,
    region_code: str | None,
    since: datetime | None,
    until: datetime | None,
) -> tuple[list[Any], str | None]:
    """One page of counts, seller by seller, over lines of agricultural goods that were sold and not voided."""
    has_paper = func.jsonb_array_length(TicketLine.certificates) > 0
    has_ticket = Ticket.state == TicketState.RECEIVED
    statement: Select[*tuple[Any, ...]] = (
        select(
            Ticket.seller_business_id.label("business_id"),
            func.max(Subject.name).label("business_name"),
            func.count().label("trades"),
            func.count().filter(has_paper).label("with_certificate"),
            func.count().filter(has_ticket).label("with_ticket"),
            func.count().filter(TicketLine.has_code).label("with_code"),
            func.count().filter(and_(has_paper, has_ticket, TicketLine.has_code)).label("complete"),
        )
        .join(TicketLine, TicketLine.ticket_id == Ticket.id)
        .join(Subject, Subject.id == Ticket.seller_business_id)
        .where(
            Ticket.kind == TicketKind.SALE,
            Ticket.state != TicketState.VOIDED,
            TicketLine.category.in_([kind for kind in GoodsCategory if kind.is_agricultural]),
            readable(actor, Ticket.seller_business_id, Ticket.seller_region),
        )
        .group_by(Ticket.seller_business_id)
    )
    if business_id is not None:
        statement = statement.where(Ticket.seller_business_id == business_id)
    if region_code is not None:
        statement = statement.where(Ticket.seller_region.in_(codes_within([region_code])))
    if since is not None:
        statement = statement.where(Ticket.sold_at >= since)
    if until is not None:
        statement = statement.where(Ticket.sold_at < until)
    return await paginate_rows(
        session, statement, page, order_by=[Ticket.seller_business_id.expression.label("business_id")]
    )


def _whole() -> Select[Certificate]:
    return select(Certificate).options(selectinload(Certificate.sources)).execution_options(populate_existing=True)
