"""How far a thing has spread: at whom it, or what was made of it, has been."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.codes.service import key_of
from services.traceability.epcis_events.keys import gln_key
from services.traceability.traces import repository
from services.traceability.traces.behind import MOST_EVENTS, business_names, seen_in_part
from services.traceability.traces.collecting import rare_collections
from services.traceability.traces.custody import EventHead, Heads, Holder, holder_at, holder_where
from services.traceability.traces.problems import NothingTraced
from services.traceability.traces.rules import FOR_EVER, Cut, Direction, Window, windows
from services.traceability.traces.service import MOST_DEPTH, MOST_NODES, walk
from shared.http.auth import Actor
from shared.times import now


class PlaceReached(NamedTuple):
    """Events at one place that one business captured; it is not told of those that are seen in part."""

    place: str | None
    business_id: UUID | None
    region_code: str | None
    events: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class ReachedPlace:
    """A holder whom a thing, or what was made of it, has reached. Without events of his own he was sent it and has
    recorded nothing: whoever calls it back has to tell him too.
    """

    holder: Holder
    events: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Reach:
    key: str
    as_of: datetime
    things: int
    cut: set[Cut]
    holders: list[ReachedPlace]
    unplaced: int
    """Events of which nobody knows whose they are."""


@rare_collections()
async def reach(
    session: AsyncSession, actor: Actor, code: str, *, as_of: datetime | None = None, known_at: datetime | None = None
) -> Reach:
    """Whom a thing and what was made of it have reached; without `as_of` by all that is recorded, as in `trace`.

    Raises `NothingTraced`.
    """
    key, heads, until = key_of(code), Heads(), as_of or FOR_EVER
    far = {"depth": MOST_DEPTH, "limit": MOST_NODES}
    graph = await walk(session, actor, key, Direction.FORWARD, heads, as_of=until, known_at=known_at, **far)
    spans = windows(graph, Direction.FORWARD, until)
    found = await _places_reached(session, actor, spans, heads, known_at)
    if not found:
        raise NothingTraced("本平台没有这个码的事件，或不在您可查看的范围内；请核对码的写法")
    sent = await repository.places_sent_to(session, actor, spans, MOST_EVENTS, known_at)
    known = {gln_key(one.place) for one in found if one.place} | {gln for gln, _, _ in sent}
    places = await repository.places_named(session, known)
    names = await business_names(session, places, {one.business_id for one in found if one.business_id})
    own: dict[Holder, list[PlaceReached]] = defaultdict(list)
    for one in found:
        holder = holder_where(one.place, one.business_id, one.region_code, places, names)
        if holder is not None:
            own[holder].append(one)
    total = sum(one.events for one in found)
    reached = [
        ReachedPlace(holder, sum(o.events for o in many), min(o.first_at for o in many), max(o.last_at for o in many))
        for holder, many in own.items()
    ]
    recorded = {holder.key for holder in own}
    silent = {
        holder.key: ReachedPlace(holder, 0, first, last)
        for gln, first, last in sent
        if (holder := holder_at(gln, places, names)).key not in recorded
    }
    cut = set(graph.cut)
    if total >= MOST_EVENTS:
        cut.add(Cut.LIMIT)
    if await seen_in_part(session, actor, [*own, *(one.holder for one in silent.values())]):
        cut.add(Cut.UNSEEN)
    return Reach(
        key=key,
        as_of=as_of or now(),
        things=len(graph.depth) - len(graph.nodes),
        cut=cut,
        holders=sorted([*reached, *silent.values()], key=lambda one: (one.first_at, one.holder.key)),
        unplaced=total - sum(one.events for one in reached),
    )


async def _places_reached(
    session: AsyncSession, actor: Actor, spans: Sequence[Window], heads: Heads, known_at: datetime | None
) -> list[PlaceReached]:
    """Where things have been: by one query for the caller's own events, and one by one for those of his partners."""
    rows = await repository.places_reached(session, actor, spans, MOST_EVENTS, known_at)
    if rows and sum(row.events for row in rows) == rows[0].about:
        return [PlaceReached._make(row[:-1]) for row in rows]
    ids = await repository.events_about(session, spans, MOST_EVENTS) or []
    heads |= await repository.heads_of(session, actor, [one for one in ids if one not in heads], known_at=known_at)
    seen = [heads[one] for one in ids if one in heads]
    return [_one(head) for head in seen]


def _one(head: EventHead) -> PlaceReached:
    business_id = head.business_id if head.shown is None else None
    return PlaceReached(head.place, business_id, head.region_code, 1, head.at, head.at)
