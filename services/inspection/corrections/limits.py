"""The time limit of a document, and the local rule on how long it may be."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.corrections import repository
from services.inspection.corrections.models import CorrectionLimit
from services.inspection.corrections.problems import refused_at
from services.inspection.corrections.rules import TimeLimit, limit_until
from services.inspection.corrections.schemas import LimitCreate, Order
from shared.calendar.repository import load_calendar
from shared.calendar.rules import WorkingCalendar
from shared.clocks import rules as clock_rules
from shared.clocks.repository import rules_in_force
from shared.contracts.clocks import Authority
from shared.http.auth import Actor
from shared.regions.scope import ensure_in_scope
from shared.times import day_of


async def limit_of(session: AsyncSession, body: Order, region_code: str, at: datetime) -> TimeLimit:
    """What the document states. Raises `InvalidRequest` for no day after `at`, or more than the local rule allows."""
    if body.last_day is not None:
        limit = limit_until(body.last_day, at)
        if limit is None:
            raise refused_at("/last_day", "最后一日应在责令之日以后；当日改正的，请登记当场整改", "last_day")
    else:
        assert body.length is not None and body.unit is not None  # the schema has seen to it
        limit = TimeLimit(body.length, body.unit)
    longest = await repository.limit_on(session, region_code, day_of(at))
    if longest is not None and longest.length is not None:
        allowed = TimeLimit(longest.length, longest.unit)
        calendar = await load_calendar(session)
        ends = [await _end(session, one, at, calendar) for one in (limit, allowed)]
        if ends[0] > ends[1]:
            pointer = "/last_day" if body.last_day is not None else "/length"
            raise refused_at(pointer, f"本地规定整改时限最长{allowed.in_words}（{longest.source}），请改短", "limit")
    return limit


async def add_limit(session: AsyncSession, body: LimitCreate, actor: Actor) -> CorrectionLimit:
    """A local rule from a day on; it replaces an earlier one of that region from then. Raises OutsideRegion."""
    await ensure_in_scope(session, actor, body.region_code)
    row = CorrectionLimit(**body.model_dump(), recorded_by=actor.id)
    session.add(row)
    await session.flush()
    await session.refresh(row)
    return row


async def _end(session: AsyncSession, limit: TimeLimit, at: datetime, calendar: WorkingCalendar) -> datetime:
    known = [row.to_rule() for row in await rules_in_force(session, limit.code)]
    rule = clock_rules.applicable(known, limit.code, Authority.MARKET, at)
    assert rule is not None  # shipped for any authority
    due = clock_rules.due(clock_rules.Clock(at, rule, stated_length=limit.length), calendar)
    assert due is not None  # it does not stand still
    return due.at
