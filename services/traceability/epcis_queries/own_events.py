"""An enterprise's own events in the order of their time, walked from its end of the index.

Of ten million events an enterprise has thousands, spread over all of them. To collect its events, look each one up and
sort them takes seconds; its parties' rows stand in an index in the very order that is asked for, so that a page is
read from there and ends with its last event.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, literal, select, true, tuple_, union_all
from sqlalchemy.orm import aliased

from services.traceability.epcis_events.holders import held_by
from services.traceability.epcis_events.models import EpcisEvent, EpcisEventParty
from services.traceability.epcis_queries.conditions import (
    Condition,
    Declared,
    Direction,
    EventQuery,
    FactCompared,
    FactExists,
    Measured,
    Moment,
    OneOf,
    Order,
    Quantity,
)
from services.traceability.epcis_queries.pages import SortKey
from services.traceability.epcis_queries.statements import Seen, clause, compared
from shared.http.auth import Actor

_PARTS_OF_A_PLACE = 3
"""One GLN may be source, destination and location of one event."""


def can_walk(actor: Actor, query: EventQuery, order: Order) -> bool:
    """Whether the walk is the quickest way: conditions that name things or documents lead to few events at once."""
    return (
        actor.business_id is not None
        and order.field == "event_time"
        and all(_is_unselective(condition) for condition in query.conditions)
    )


def _is_unselective(condition: Condition) -> bool:
    ranges = (Moment, Declared, Quantity, FactCompared, FactExists, Measured)
    return isinstance(condition, ranges) or (isinstance(condition, OneOf) and condition.field != "event_id")


def own_events(
    actor: Actor, business_id: UUID, query: EventQuery, direction: Direction, limit: int, after: SortKey | None
) -> Select[Any]:
    """The first events behind `after` that match: columns `id`, `seen`, and the sort key `place_0`, `place_1`."""
    party = aliased(EpcisEventParty)
    on_event = [c for c in query.conditions if not (isinstance(c, Moment) and c.field == "event_time")]

    def walk(whose: ColumnElement[bool], most: int) -> Select[datetime, UUID]:
        statement = select(party.event_time, party.event_pk).where(whose)
        for condition in query.conditions:
            if isinstance(condition, Moment) and condition.field == "event_time":
                statement = statement.where(compared(party.event_time, condition.comparison, condition.at))
        if on_event:
            statement = statement.join(EpcisEvent, EpcisEvent.id == party.event_pk)
            statement = statement.where(*(clause(condition, actor, Seen.WHOLE) for condition in on_event))
        here = tuple_(party.event_time, party.event_pk)
        if after is not None:
            there = tuple_(*(literal(value) for value in after))
            statement = statement.where(here < there if direction is Direction.DESC else here > there)
        columns = (party.event_time, party.event_pk)
        ordered = (column.desc() if direction is Direction.DESC else column.asc() for column in columns)
        return statement.order_by(*ordered).limit(most)

    places = held_by(business_id).distinct().subquery("places")
    [gln_key] = places.c
    captured = walk(party.business_id == business_id, limit).subquery("captured")
    named = walk(party.gln_key == gln_key, limit * _PARTS_OF_A_PLACE).lateral("named")
    every = union_all(select(captured), select(named).select_from(places).join(named, true())).subquery("own")
    return select(
        every.c.event_pk.label("id"),
        literal(Seen.WHOLE.value).label("seen"),
        every.c.event_time.label("place_0"),
        every.c.event_pk.label("place_1"),
    ).distinct()
