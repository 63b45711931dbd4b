"""Every query of task packs."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.inspection.businesses.models import Business, TimelineEntry
from services.inspection.checklists.models import Checklist
from services.inspection.random_draws.models import DrawnVisit
from services.inspection.visits.models import Visit
from shared.contracts.inspection import BusinessStatus, TimelineKind, VisitState
from shared.http.auth import Actor
from shared.regions.models import RegionAncestor, RegionRow
from shared.regions.repository import codes_within
from shared.regions.scope import within_scope
from shared.times import day_of, now


async def businesses_after(
    session: AsyncSession,
    actor: Actor,
    changed_since: datetime | None,
    after: UUID | None,
    limit: int,
    only: UUID | None = None,
) -> Sequence[Business]:
    """Businesses in the order of their ids: all open ones of the actor's regions, or all of which anything has become
    known since, those that have closed or left his regions included. With `only`, none but this one.
    """
    statement = select(Business).order_by(Business.id).limit(limit)
    if only is not None:
        statement = statement.where(Business.id == only)
    if after is not None:
        statement = statement.where(Business.id > after)
    if changed_since is None:
        statement = within_scope(statement, Business.region_code, actor)
        return (await session.scalars(statement.where(Business.status != BusinessStatus.CLOSED))).all()
    codes = codes_within(actor.regions)
    heard = select(TimelineEntry.business_id).where(TimelineEntry.id >= first_id_at(changed_since))
    left = heard.where(
        TimelineEntry.kind == TimelineKind.CHANGED, TimelineEntry.details["region_code"][0].astext.in_(codes)
    )
    concerned: ColumnElement[bool] = or_(Business.region_code.in_(codes), Business.id.in_(left))
    merged = aliased(Business)
    # What becomes known under a merged file is news of the one that goes on.
    goes_on = select(merged.merged_into).where(merged.id.in_(heard), merged.merged_into.is_not(None))
    # Of a random draw only those hear who are sent: an unannounced visit stands on no timeline.
    drawn = select(DrawnVisit.business_id).where(
        DrawnVisit.user_ids.contains([actor.id]), DrawnVisit.changed_at >= changed_since
    )
    news = or_(Business.id.in_(heard), Business.id.in_(goes_on), Business.id.in_(drawn))
    return (await session.scalars(statement.where(news, concerned))).all()


async def open_visits_of(session: AsyncSession, businesses: Collection[UUID]) -> Sequence[Visit]:
    """The follow-up visits still to be made to these businesses, the one due first at the head."""
    statement = select(Visit).where(Visit.business_id.in_(businesses), Visit.state == VisitState.SCHEDULED)
    return (await session.scalars(statement.order_by(Visit.due_at, Visit.id))).all() if businesses else []


async def open_visits_of_places(session: AsyncSession, actor: Actor, after: UUID | None, limit: int) -> Sequence[Visit]:
    """The follow-up visits still to be made where no business on file is known, in the order of their ids."""
    statement = within_scope(select(Visit), Visit.region_code, actor)
    statement = statement.where(Visit.business_id.is_(None), Visit.state == VisitState.SCHEDULED)
    if after is not None:
        statement = statement.where(Visit.id > after)
    return (await session.scalars(statement.order_by(Visit.id).limit(limit))).all()


async def lists_for(session: AsyncSession, actor: Actor) -> Sequence[Checklist]:
    """The checklists in force today in the actor's regions: national ones, those of regions above and below."""
    today = day_of(now())
    above = select(RegionAncestor.ancestor_code).where(RegionAncestor.code.in_(actor.regions))
    statement = (
        select(Checklist)
        .where(
            Checklist.effective_on <= today,
            or_(Checklist.superseded_on.is_(None), Checklist.superseded_on > today),
            or_(
                Checklist.region_code.is_(None),
                Checklist.region_code.in_(above),
                Checklist.region_code.in_(codes_within(actor.regions)),
            ),
        )
        .order_by(Checklist.code)
    )
    return (await session.scalars(statement)).all()


async def regions_above(session: AsyncSession, codes: Collection[str]) -> dict[str, set[str]]:
    """Each region with itself and all above it."""
    found: dict[str, set[str]] = {code: {code} for code in codes}
    statement = select(RegionAncestor.code, RegionAncestor.ancestor_code).where(RegionAncestor.code.in_(codes))
    for code, ancestor in await session.execute(statement):
        found[code].add(ancestor)
    return found


async def levels_of(session: AsyncSession, codes: Collection[str]) -> dict[str, int]:
    """The level of each region, 1 the province."""
    statement = select(RegionRow.code, RegionRow.level).where(RegionRow.code.in_(codes))
    return {row.code: row.level for row in await session.execute(statement)}


def first_id_at(moment: datetime) -> UUID:
    """The least UUIDv7 of a moment: what was written since has a greater one."""
    return UUID(int=max(0, int(moment.timestamp() * 1000)) << 80)
