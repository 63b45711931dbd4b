"""Every query of what consumers are told."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Text, any_, exists, literal, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.certificates.models import Certificate
from services.traceability.codes.models import CodeBatch
from services.traceability.consumer_views.rules import EXAMINATION, FIRST_RECORD, MAKING
from services.traceability.epcis_events.models import EpcisEvent, EpcisEventThing
from services.traceability.epcis_events.standing import stands
from services.traceability.epcis_events.vocabularies import BIZ_STEP
from services.traceability.lots.models import Lot, LotHold
from services.traceability.lots.rules import normalise_code
from services.traceability.recalls.models import Recall, RecallLine, RecallNotice
from services.traceability.subjects.models import Subject
from services.traceability.tickets.models import Ticket, TicketLine
from services.traceability.tickets.rules import TicketState
from shared.contracts.traceability import HoldState, RecallState
from shared.regions.models import RegionRow
from shared.regions.tree import Level

MOST_STEPS, MOST_PAPERS, MOST_LINES = 40, 20, 100
_INPUTS = ("input", "input_class")


def _of(keys: Collection[str]) -> Any:
    return any_(literal(list(keys), ARRAY(Text)))


def _steps(keys: Collection[str], words: Sequence[str]) -> Any:
    return (
        select(
            EpcisEventThing.key,
            EpcisEvent.id,
            EpcisEvent.biz_step,
            EpcisEvent.disposition,
            EpcisEvent.event_time,
            EpcisEvent.record_time,
            EpcisEvent.business_id,
            EpcisEvent.region_code,
        )
        .join(EpcisEvent, EpcisEvent.id == EpcisEventThing.event_pk)
        .where(
            EpcisEventThing.key == _of(keys),
            EpcisEventThing.role.not_in(_INPUTS),
            EpcisEvent.biz_step.in_([BIZ_STEP.start + word for word in words]),
            *stands(),
        )
    )


async def beginnings(session: AsyncSession, keys: Collection[str]) -> Sequence[Any]:
    """How these goods came into being and were examined, the earliest first; one row for each of the goods named."""
    statement = _steps(keys, (*MAKING, EXAMINATION)).order_by(EpcisEvent.event_time, EpcisEvent.id, EpcisEventThing.key)
    return (await session.execute(statement.limit(MOST_STEPS + 1))).all()


async def first_receipts(session: AsyncSession, keys: Collection[str]) -> Sequence[Any]:
    """Of each of these goods the first record of somebody who took them in."""
    statement = _steps(keys, (FIRST_RECORD,)).ext(distinct_on(EpcisEventThing.key))
    statement = statement.order_by(EpcisEventThing.key, EpcisEvent.event_time, EpcisEvent.id)
    return (await session.execute(statement.limit(MOST_STEPS))).all()


async def subjects(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, Subject]:
    found = await session.scalars(select(Subject).where(Subject.id.in_(ids)))
    return {subject.id: subject for subject in found}


async def lot_number(session: AsyncSession, batch_id: UUID) -> str | None:
    """The maker's own number of the lot on which the codes of this batch stand."""
    return await session.scalar(select(CodeBatch.lot).where(CodeBatch.id == batch_id))


async def region_names(session: AsyncSession, codes: Collection[str]) -> dict[str, str]:
    rows = await session.execute(select(RegionRow.code, RegionRow.name).where(RegionRow.code.in_(codes)))
    return {row.code: row.name for row in rows}


async def provinces(session: AsyncSession) -> tuple[str, ...]:
    return tuple(await session.scalars(select(RegionRow.code).where(RegionRow.level == Level.PROVINCE)))


async def certificates(session: AsyncSession, keys: Collection[str]) -> Sequence[Certificate]:
    statement = select(Certificate).where(Certificate.lot_key.in_(keys), Certificate.voided_at.is_(None))
    return (await session.scalars(statement.order_by(Certificate.issued_at, Certificate.id).limit(MOST_PAPERS))).all()


async def lines(session: AsyncSession, keys: Collection[str]) -> Sequence[TicketLine]:
    """The first lines of tickets on which these goods stand."""
    statement = (
        select(TicketLine)
        .join(Ticket, Ticket.id == TicketLine.ticket_id)
        .where(TicketLine.lot_key.in_(keys), Ticket.state != TicketState.VOIDED)
        .order_by(Ticket.sold_at, Ticket.id, TicketLine.number)
        .limit(MOST_LINES)
    )
    return (await session.scalars(statement)).all()


async def recalls(session: AsyncSession, keys: Collection[str]) -> Sequence[Recall]:
    """The recalls of these goods that were told to their holders, the latest first."""
    reached = exists().where(
        RecallNotice.recall_id == Recall.id, RecallLine.notice_id == RecallNotice.id, RecallLine.key.in_(keys)
    )
    statement = select(Recall).where(
        reached, ~Recall.rehearsal, Recall.notified_at.is_not(None), Recall.state != RecallState.WITHDRAWN
    )
    return (await session.scalars(statement.order_by(Recall.notified_at.desc()).limit(5))).all()


async def is_known(session: AsyncSession, keys: Collection[str]) -> bool:
    """Whether anything is recorded of these goods: an event, a recall that was told, a hold."""
    events = select(EpcisEvent.id).join(EpcisEventThing, EpcisEventThing.event_pk == EpcisEvent.id)
    if await session.scalar(events.where(EpcisEventThing.key == _of(keys), *stands()).limit(1)) is not None:
        return True
    return bool(await recalls(session, keys)) or await is_held(session, {normalise_code(key) for key in keys})


async def is_held(session: AsyncSession, codes: Collection[str]) -> bool:
    """Whether somebody's goods under one of these codes may not be sold."""
    statement = select(LotHold.id).join(LotHold.lot).where(Lot.code.in_(codes), LotHold.state == HoldState.IN_FORCE)
    return await session.scalar(statement.limit(1)) is not None
