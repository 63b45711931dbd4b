"""Every query of the week's visits."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.models import Business
from services.inspection.corrections.kinds import CorrectionState
from services.inspection.corrections.models import Correction
from services.inspection.corrections.repository import is_current_clock
from services.inspection.patrols.clues.models import Clue
from services.inspection.random_draws.codes import DrawnVisitState, DrawPurpose
from services.inspection.random_draws.inspectors.models import DrawInspector
from services.inspection.random_draws.models import DrawnVisit, RandomDraw
from services.inspection.recall_checks.models import RecallCheck
from services.inspection.visit_plans.models import VisitPlan
from services.inspection.visit_records.kinds import RecordState
from services.inspection.visit_records.models import VisitRecord
from services.inspection.visits.models import Visit
from shared.clocks.models import ClockRow
from shared.contracts.inspection import ClueState, RecallCheckState, VisitState
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.models import RegionAncestor, RegionRow
from shared.regions.repository import codes_within
from shared.regions.scope import within_scope

TOWN_LEVEL = 4


async def open_follow_ups(session: AsyncSession, region_code: str) -> Sequence[Visit]:
    """Follow-up visits still to be made."""
    statement = select(Visit).where(Visit.state == VisitState.SCHEDULED, Visit.region_code.in_(_within(region_code)))
    return (await session.scalars(statement.order_by(Visit.id))).all()


async def open_recall_checks(session: AsyncSession, region_code: str) -> Sequence[RecallCheck]:
    """Checks of what is called back that are still to be made."""
    statement = select(RecallCheck).where(
        RecallCheck.state == RecallCheckState.SCHEDULED, RecallCheck.region_code.in_(_within(region_code))
    )
    return (await session.scalars(statement.order_by(RecallCheck.id))).all()


async def open_rechecks(session: AsyncSession, region_code: str) -> Sequence[Row[Any, Any, Any, Any]]:
    """id, business_id, reported_at, due_at (None without a running limit) of corrections that wait for a re-check: the
    business has reported that it is done, or it has been given a time.
    """
    statement = (
        select(Correction.id, Correction.business_id, Correction.reported_at, ClockRow.due_at)
        .outerjoin(ClockRow, is_current_clock())
        .where(
            Correction.state.in_([CorrectionState.ORDERED, CorrectionState.REPORTED]),
            Correction.business_id.is_not(None),
            Correction.region_code.in_(_within(region_code)),
        )
    )
    return (await session.execute(statement.order_by(Correction.id))).all()


async def open_clues(session: AsyncSession, region_code: str) -> Sequence[Row[Any, Any, Any]]:
    """id, business_id, due_at of clues about a business that are not answered."""
    statement = (
        select(Clue.id, Clue.business_id, ClockRow.due_at)
        .join(ClockRow, ClockRow.id == Clue.clock_id)
        .where(
            Clue.state != ClueState.ANSWERED,
            Clue.business_id.is_not(None),
            Clue.region_code.in_(_within(region_code)),
        )
    )
    return (await session.execute(statement.order_by(Clue.id))).all()


async def drawn_visits(session: AsyncSession, region_code: str) -> Sequence[DrawnVisit]:
    """Drawn visits still to be made, but for unannounced inspections: a plan that many read must not tell of them."""
    statement = (
        select(DrawnVisit)
        .join(RandomDraw, RandomDraw.id == DrawnVisit.draw_id)
        .where(
            DrawnVisit.state == DrawnVisitState.SCHEDULED,
            RandomDraw.purpose != DrawPurpose.FLIGHT,
            DrawnVisit.region_code.in_(_within(region_code)),
        )
    )
    return (await session.scalars(statement.order_by(DrawnVisit.id))).all()


async def files_going_on(session: AsyncSession, businesses: Collection[UUID]) -> dict[UUID, Business]:
    """Of each of these businesses the file that goes on, if that is on file."""
    statement = select(Business).where(Business.id.in_(businesses))
    named = {business.id: business for business in await session.scalars(statement)}
    survivors = select(Business).where(Business.id.in_([one.merged_into for one in named.values() if one.merged_into]))
    later = {business.id: business for business in await session.scalars(survivors)}
    return {key: later.get(one.merged_into, one) if one.merged_into else one for key, one in named.items()}


async def checked_from_above(
    session: AsyncSession, region_code: str, businesses: Collection[UUID], since: datetime
) -> dict[UUID, datetime]:
    """When an authority above the region last visited a business since then; who had no such visit is not there."""
    above = select(RegionAncestor.ancestor_code).where(RegionAncestor.code == region_code, RegionAncestor.depth > 0)
    last = func.max(VisitRecord.began_at).label("last")
    statement = (
        select(VisitRecord.business_id, last)
        .where(
            VisitRecord.business_id.in_(businesses),
            VisitRecord.state == RecordState.COMPLETE,
            VisitRecord.began_at >= since,
            VisitRecord.authority_code.in_(above),
        )
        .group_by(VisitRecord.business_id)
    )
    return {row.business_id: row.last for row in await session.execute(statement)}


async def roster(
    session: AsyncSession, region_code: str, department: str, sent: Collection[UUID]
) -> Sequence[DrawInspector]:
    """Who of a department is on the roster in the region, below it, or above it (who may be sent down), and whom draws
    sent, of whatever department.
    """
    above = select(RegionAncestor.ancestor_code).where(RegionAncestor.code == region_code)
    there = DrawInspector.region_code.in_(_within(region_code)) | DrawInspector.region_code.in_(above)
    own = (DrawInspector.department == department) & there
    statement = select(DrawInspector).where(DrawInspector.active, own | DrawInspector.id.in_(sent))
    return (await session.scalars(statement.order_by(DrawInspector.id))).all()


async def regions_from(session: AsyncSession, codes: Collection[str]) -> dict[str, frozenset[str]]:
    """Each region with all above it."""
    found: dict[str, set[str]] = {code: {code} for code in codes}
    statement = select(RegionAncestor.code, RegionAncestor.ancestor_code).where(RegionAncestor.code.in_(codes))
    for row in await session.execute(statement):
        found[row.code].add(row.ancestor_code)
    return {code: frozenset(above) for code, above in found.items()}


async def towns(session: AsyncSession, codes: Collection[str]) -> set[str]:
    """Those of the regions that are towns or streets."""
    statement = select(RegionRow.code).where(RegionRow.code.in_(codes), RegionRow.level == TOWN_LEVEL)
    return set(await session.scalars(statement))


async def visible_plan(session: AsyncSession, actor: Actor, plan_id: UUID) -> VisitPlan | None:
    """One plan, if it lies in the actor's regions."""
    statement = within_scope(select(VisitPlan), VisitPlan.region_code, actor)
    return await session.scalar(statement.where(VisitPlan.id == plan_id))


async def list_plans(session: AsyncSession, actor: Actor, page: PageRequest) -> tuple[list[VisitPlan], str | None]:
    """One page of the plans of the actor's regions, the newest first."""
    statement = within_scope(select(VisitPlan), VisitPlan.region_code, actor)
    return await paginate(session, statement, page, order_by=[VisitPlan.id], descending=True)


def _within(region_code: str) -> Select[str]:
    return codes_within([region_code])
