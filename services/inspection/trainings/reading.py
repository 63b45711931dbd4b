"""Years of trainees as callers see them."""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.trainings import repository, service
from services.inspection.trainings.codes import TraineeGroup
from services.inspection.trainings.exams.repository import count_examined
from services.inspection.trainings.rules import hours_that_count, shares
from services.inspection.trainings.schemas import RosterRates, TraineeYear
from shared.http.auth import Actor
from shared.http.pagination import Page, PageRequest
from shared.regions.scope import ensure_in_scope
from shared.times import day_of, now


async def show_years(
    session: AsyncSession,
    actor: Actor,
    page: PageRequest,
    *,
    year: int,
    region: str | None,
    group: TraineeGroup | None,
    behind: bool,
) -> Page[TraineeYear]:
    """One page of the roster with everybody's hours; with `behind`, those of the page who miss some."""
    trainees, following = await repository.list_trainees(
        session, actor, page, region=region, group=group, on=_end_of(year)
    )
    years = await service.years_of(session, trainees, year)
    items = [
        TraineeYear(
            trainee_id=trainee.id,
            name=trainee.name,
            role_group=trainee.role_group,
            region_code=trainee.region_code,
            required=hours.required,
            rule_id=rule.id if rule else None,
            hours=hours.hours,
            met=hours.met,
            missing=hours.missing,
        )
        for trainee in trainees
        for hours, rule in [years[trainee.id]]
        if not behind or hours.met is False
    ]
    return Page(items=items, next_cursor=following)


async def show_rates(session: AsyncSession, actor: Actor, region: str, year: int, group: TraineeGroup) -> RosterRates:
    """How many of a roster were trained, examined and passed."""
    await ensure_in_scope(session, actor, region)
    persons = await repository.roster_ids(session, region, group, _end_of(year))
    recorded = await repository.hours_in(session, persons, year)
    trained = sum(1 for attended in recorded.values() if hours_that_count(attended) > 0)
    examined, passed = await count_examined(session, persons, year)
    counts = {"persons": len(persons), "trained": trained, "examined": examined, "passed": passed}
    return RosterRates(
        persons=len(persons),
        trained_persons=trained,
        examined_persons=examined,
        passed_persons=passed,
        **shares(counts),
    )


def _end_of(year: int) -> date:
    return min(date(year, 12, 31), day_of(now()))
