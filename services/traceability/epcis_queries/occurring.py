"""Which values occur in the events that concern somebody: steps, places, things … in the order of code points.

An office sees many events that name few values, so its list hops from one value to the next by the index. An
enterprise sees few events among many, so its events come first.
"""

from typing import Any

from sqlalchemy import FromClause, Select, case, literal, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased
from sqlalchemy.sql.selectable import LateralFromClause

from services.traceability.epcis_events.keys import CLASS_KEY
from services.traceability.epcis_events.models import EpcisEvent, EpcisEventThing
from services.traceability.epcis_events.visibility import concerned
from shared.http.auth import Actor

THINGS = "epcs"
_COLUMNS: dict[str, InstrumentedAttribute[Any]] = {
    "bizSteps": EpcisEvent.biz_step,
    "bizLocations": EpcisEvent.biz_location,
    "readPoints": EpcisEvent.read_point,
    "dispositions": EpcisEvent.disposition,
}
_ROLES_OF_THINGS = ("epc", "child", "parent", "input", "output")


async def list_values(
    session: AsyncSession, actor: Actor, resource: str, *, limit: int, after: str | None
) -> list[str]:
    """The next `limit` values of the resource behind `after`."""
    if actor.business_id is not None:
        statement = _own(actor, resource, limit, after)
    elif resource == THINGS:
        statement = _hops_over_things(actor, limit, after)
    else:
        statement = _hops(actor, _COLUMNS[resource], limit, after)
    return list(await session.scalars(statement))


def _own(actor: Actor, resource: str, limit: int, after: str | None) -> Select[Any]:
    own = select(EpcisEvent.id).where(concerned(actor)).cte("own").prefix_with("MATERIALIZED", dialect="postgresql")
    if resource == THINGS:
        column: InstrumentedAttribute[Any] = EpcisEventThing.key
        statement = select(column).join(own, own.c.id == EpcisEventThing.event_pk)
        statement = statement.where(EpcisEventThing.role.in_(_ROLES_OF_THINGS))
    else:
        column = _COLUMNS[resource]
        statement = select(column).join(own, own.c.id == EpcisEvent.id).where(column.is_not(None))
    if after is not None:
        statement = statement.where(column > after)
    return statement.distinct().order_by(column).limit(limit)


def _hops(actor: Actor, column: InstrumentedAttribute[Any], limit: int, after: str | None) -> Select[Any]:
    def following(value: Any) -> Select[Any]:
        statement = select(column).where(column.is_not(None), concerned(actor))
        return (statement if value is None else statement.where(column > value)).order_by(column).limit(1)

    first = following(after).scalar_subquery()
    walk = select(first.label("value"), literal(1).label("number")).cte("walk", recursive=True)
    onward = following(walk.c.value).scalar_subquery()
    walk = walk.union_all(select(onward, walk.c.number + 1).where(walk.c.value.is_not(None), walk.c.number < limit))
    return select(walk.c.value).where(walk.c.value.is_not(None))


def _hops_over_things(actor: Actor, limit: int, after: str | None) -> Select[Any]:
    """From key to key of whatever role and whoever's event, so that a lot is one hop, however many its events, and is
    known for one by its key. `found` counts the keys that are shown.
    """
    thing, other = aliased(EpcisEventThing), aliased(EpcisEventThing)

    def mark(key: Any, of: FromClause) -> LateralFromClause:
        """1 where the key is shown."""
        seen = select(other.event_pk).where(
            other.key == key, other.role.in_(_ROLES_OF_THINGS), concerned(actor, other.event_pk.expression)
        )
        shown = case((key.regexp_match(f"^{CLASS_KEY}$"), 0), (seen.correlate(of).exists(), 1), else_=0)
        return select(shown.label("shown")).correlate(of).lateral()

    first = select(thing.key).order_by(thing.key).limit(1)
    begin = (first if after is None else first.where(thing.key > after)).subquery("begin")
    shown = mark(begin.c.key, begin)
    walk = (
        select(begin.c.key, shown.c.shown, shown.c.shown.label("found"))
        .join(shown, literal(True))
        .cte("walk", recursive=True)
    )
    onward = select(thing.key).where(thing.key > walk.c.key).order_by(thing.key).limit(1).correlate(walk).lateral()
    shown = mark(onward.c.key, onward)
    walk = walk.union_all(
        select(onward.c.key, shown.c.shown, walk.c.found + shown.c.shown)
        .select_from(walk)
        .join(onward, literal(True))
        .join(shown, literal(True))
        .where(walk.c.found < limit)
    )
    return select(walk.c.key).where(walk.c.shown == 1)
