"""Supervision assignments and their quarterly visits."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.assignments import repository
from services.inspection.assignments.models import Assignment, SupervisionVisit
from services.inspection.assignments.problems import AssignmentStepRefused, UnknownAssignment
from services.inspection.assignments.rules import owed_quarters, standing, visits_in
from services.inspection.assignments.schemas import AssignmentCreate, AssignmentEnd, SupervisionVisitCreate
from services.inspection.businesses.service import read_business
from services.inspection.businesses.timeline.service import tell
from services.inspection.grid.cells.problems import wrong
from services.inspection.grid.counts.service import QUARTERLY_VISITS, Standing, settle
from services.inspection.grid.dated_rules.contents import Subject, SupervisionDuty
from services.inspection.grid.dated_rules.service import rule_for
from services.inspection.grid.periods import Stretch, first_overlap
from shared.contracts.figures import Period
from shared.contracts.inspection import TimelineKind
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.ids import uuid7
from shared.times import day_of, now, start_of_day


async def assignment_for(session: AsyncSession, assignment_id: UUID, actor: Actor, *, lock: bool = False) -> Assignment:
    """An assignment. Raises `UnknownAssignment`."""
    assignment = await repository.visible_assignment(session, assignment_id, actor, lock=lock)
    if assignment is None:
        raise UnknownAssignment("请核对编号；只能查看、办理辖区内的，或自己的包保")
    return assignment


async def assign(session: AsyncSession, actor: Actor, body: AssignmentCreate) -> Assignment:
    """Let a leader answer for a business. Raises `AssignmentStepRefused` where another one does on one of the days."""
    business = await read_business(session, actor, body.business_id, lock=True)
    rule = await rule_for(session, Subject.SUPERVISION_DUTY, body.level.value, business.region_code, body.since)
    others = {other.days: other for other in await repository.assignments_of_business(session, business.id)}
    if known := first_overlap(Stretch(body.since), others):
        other = others[known]
        raise AssignmentStepRefused(
            f"{other.leader_name}自 {other.since} 起包保这一户，请先结束（自 {body.since} 或更早）再登记"
        )
    assignment = Assignment(
        id=uuid7(),
        version=1,
        business_name=business.name,
        region_code=business.region_code,
        rule_id=rule.id,
        visits_per_quarter=rule.says(SupervisionDuty).visits_per_quarter,
        recorded_by=actor.id,
        **dict(body),
    )
    session.add(assignment)
    await session.flush()
    await count_quarters(session, assignment)
    return assignment


async def end(
    session: AsyncSession, actor: Actor, assignment_id: UUID, body: AssignmentEnd, expected: int
) -> Assignment:
    """End an assignment; the quarter in which it ends owes nothing."""
    assignment = await assignment_for(session, assignment_id, actor, lock=True)
    ensure_version(assignment, expected)
    assignment.end(body.on, body.reason)
    await session.flush()
    await count_quarters(session, assignment)
    return assignment


async def record_visit(
    session: AsyncSession, actor: Actor, assignment_id: UUID, body: SupervisionVisitCreate
) -> SupervisionVisit:
    """Enter a visit that was made while the assignment held."""
    assignment = await assignment_for(session, assignment_id, actor, lock=True)
    today = day_of(now())
    if body.visited_on > today:
        raise wrong("/visited_on", f"督导日期 {body.visited_on} 在今天以后，请在督导以后登记", "visited_on")
    if not assignment.days.holds(body.visited_on):
        until = f"至 {assignment.until} 前" if assignment.until else "至今"
        message = f"{assignment.leader_name}自 {assignment.since} {until}包保这一户，现为 {body.visited_on}"
        raise wrong("/visited_on", message, "visited_on")
    visit = SupervisionVisit(id=uuid7(), assignment_id=assignment.id, recorded_by=actor.id, **dict(body))
    session.add(visit)
    await session.flush()
    await session.refresh(visit)
    problems = f"发现问题 {len(visit.problems)} 个" if visit.problems else "没有发现问题"
    await tell(
        session,
        kind=TimelineKind.LEADER_VISITED,
        source=f"supervision visit/{visit.id}",
        business_id=assignment.business_id,
        summary=f"{assignment.leader_name}（{assignment.leader_post}）包保督导，{problems}",
        details={"assignment_id": str(assignment.id)},
        happened_at=start_of_day(visit.visited_on),
        link=f"/v1/supervision-assignments/{assignment.id}",
        actor_id=actor.id,
    )
    await count_quarters(session, assignment)
    return visit


async def count_quarters(session: AsyncSession, assignment: Assignment) -> int:
    """Let the figure say what is so of every quarter of an assignment, which is held; returns how many rows it took."""
    days = (await repository.days_visited(session, [assignment.id])).get(assignment.id, [])
    today = day_of(now())
    # All quarters ever counted, so that what an earlier end of the assignment no longer owes is taken back.
    ever = owed_quarters(Stretch(assignment.since), today)
    owed = {quarter: _met(assignment, days, quarter, today) for quarter in owed_quarters(assignment.days, today)}
    standings: dict[str, Standing | None] = {}
    for quarter in ever:
        met = owed.get(quarter)
        label, link = f"{assignment.business_name} · {quarter}", f"/v1/supervision-assignments/{assignment.id}"
        standings[f"{assignment.id}:{quarter}"] = (
            None if met is None else Standing(assignment.region_code, met, label, link, quarter.last)
        )
    return await settle(session, QUARTERLY_VISITS, str(assignment.id), standings)


def _met(assignment: Assignment, days: Sequence[date], quarter: Period, today: date) -> bool | None:
    return standing(quarter, visits_in(quarter, days), assignment.visits_per_quarter, today)
