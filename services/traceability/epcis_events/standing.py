"""Which events stand, and which were taken back by who may: one clause in SQL for traces, recalls and consumers.

An event has one or more tellings: who captured it for himself, as an office, or the platform writing down an everyday
record (a ticket, a receipt, a production). Its teller takes his own telling back by declaring the event an error; that
of a record is taken back in the record only. The event no longer stands when no telling is left, or when an office in
whose regions one of them lies declares it an error. What anybody else declares counts for nothing, also when it came
before the event: so it does not matter in which order all this was captured.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Exists, and_, exists, or_, select
from sqlalchemy.orm import aliased

from services.traceability.epcis_events.models import CAPTURER, OFFICE, TELLINGS, EpcisEvent, EpcisEventParty
from shared.regions.models import RegionAncestor

Moment = datetime | ColumnElement[datetime]


def stands(known_at: Moment | None = None) -> list[ColumnElement[bool]]:
    """What holds of `EpcisEvent` that stands, by what was recorded until `known_at` (None: whenever). A declaration is
    no event, and corrections are events of their own.
    """
    declaration = aliased(EpcisEvent)
    counts = or_(_by_office(declaration), ~_told_still(known_at))
    wrong = exists().where(*_declares(declaration, known_at), counts).correlate(EpcisEvent)
    recorded = [] if known_at is None else [EpcisEvent.record_time <= known_at]
    return [*recorded, EpcisEvent.error_declared_at.is_(None), ~wrong]


def _declares(declaration: Any, known_at: Moment | None) -> list[ColumnElement[bool]]:
    declares = [declaration.event_id == EpcisEvent.event_id, declaration.error_declared_at.is_not(None)]
    return declares if known_at is None else [*declares, declaration.record_time <= known_at]


def _by_office(declaration: Any) -> Exists:
    """An office in whose regions somebody told `EpcisEvent` has captured the declaration. Looked up for each of the few
    declarations: without the offset PostgreSQL may go through all that offices ever captured instead.
    """
    office, telling = aliased(EpcisEventParty), aliased(EpcisEventParty)
    over = select(office.event_pk).where(
        office.event_pk == declaration.id,
        office.part == OFFICE,
        telling.event_pk == EpcisEvent.id,
        telling.part.in_(TELLINGS),
        RegionAncestor.ancestor_code == office.region_code,
        RegionAncestor.code == telling.region_code,
    )
    return over.offset(0).correlate(EpcisEvent, declaration).exists()


def _told_still(known_at: Moment | None) -> Exists:
    """A telling of `EpcisEvent` that its teller has not taken back."""
    telling, declaration, declarer = aliased(EpcisEventParty), aliased(EpcisEvent), aliased(EpcisEventParty)
    taken_back = exists().where(
        *_declares(declaration, known_at),
        declarer.event_pk == declaration.id,
        declarer.part.in_(TELLINGS),
        telling.part == CAPTURER,
        or_(
            declarer.business_id == telling.business_id,
            and_(declarer.business_id.is_(None), declarer.organisation_id == telling.organisation_id),
        ),
    )
    left = exists().where(
        telling.event_pk == EpcisEvent.id,
        telling.part.in_(TELLINGS),
        ~taken_back.correlate(EpcisEvent, telling),
    )
    return left.correlate(EpcisEvent)
