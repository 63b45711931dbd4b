"""What a week's plan is worked out from: everything that is due, where, and who there is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.models import Business
from services.inspection.checklists.coverage import add_months
from services.inspection.inspection_frequency.codes import PlanningRule
from services.inspection.inspection_frequency.models import PlanningRuleRow
from services.inspection.inspection_frequency.preparation import prepare
from services.inspection.inspection_frequency.rules import Subject
from services.inspection.inspection_frequency.schemas import PlanRequest
from services.inspection.random_draws.freezing import REPETITION_RULE
from services.inspection.random_draws.inspectors.models import DrawInspector
from services.inspection.random_draws.inspectors.repository import recusals_on
from services.inspection.visit_plans import repository
from services.inspection.visit_plans.codes import DutyKind
from services.inspection.visit_plans.rules import Duty, Officer, Place
from services.inspection.visit_plans.schemas import WeekRequest
from services.inspection.visit_priority.repository import latest_run, places_of
from shared.calendar.repository import load_calendar
from shared.clocks import rules as clock_rules
from shared.clocks.repository import rules_in_force
from shared.contracts.clocks import Authority
from shared.contracts.inspection import BusinessStatus
from shared.times import day_of, last_day, now, start_of_day


@dataclass(frozen=True, slots=True)
class KeptAway:
    """A business that an authority above has inspected: routine inspections wait until `free_on`."""

    business: Business
    checked_on: date
    free_on: date


@dataclass(slots=True)
class Gathered:
    """The inputs of a week's plan."""

    asked: WeekRequest
    days: list[date]
    rule: PlanningRuleRow
    places: dict[str, Place] = field(default_factory=dict)
    businesses: dict[str, UUID] = field(default_factory=dict)
    duties: list[Duty] = field(default_factory=list)
    officers: list[Officer] = field(default_factory=list)
    kept_away: list[KeptAway] = field(default_factory=list)

    @property
    def week_end(self) -> date:
        return self.asked.monday + timedelta(days=6)

    @property
    def ahead_until(self) -> date:
        return self.week_end + timedelta(days=self.asked.look_ahead_days)

    def as_json(self) -> dict[str, Any]:
        """All that the plan depends on, in one spelling."""
        return {
            "asked": self.asked.model_dump(mode="json"),
            "days": [day.isoformat() for day in self.days],
            "officers_a_visit": self.rule.value,
            "places": [
                [one.id, one.kind, one.town, sorted(one.regions), one.order]
                for one in sorted(self.places.values(), key=lambda one: one.id)
            ],
            "duties": sorted(
                [one.kind.value, one.place, one.source, one.due.isoformat() if one.due else "", sorted(one.sent)]
                for one in self.duties
            ),
            "officers": [
                [
                    one.id,
                    one.region,
                    sorted(one.skills),
                    sorted(map(str, one.days)),
                    sorted(one.recused_from),
                    one.only_drawn,
                ]
                for one in sorted(self.officers, key=lambda one: one.id)
            ],
        }


async def gather(session: AsyncSession, asked: WeekRequest, businesses: Sequence[Business]) -> Gathered:
    """Everything due in a region until as far ahead as asked; `businesses`: its register."""
    calendar = await load_calendar(session)
    week = [asked.monday + timedelta(days=number) for number in range(7)]
    frequency = PlanRequest(region_code=asked.region_code, start=asked.monday.replace(day=1), months=1, officers=[])
    prepared = await prepare(session, frequency, businesses)
    days = [day for day in week if calendar.is_working_day(day) and day >= day_of(now())]
    found = Gathered(asked, days, prepared.rules[PlanningRule.OFFICERS_A_VISIT])
    known = {business.id: business for business in businesses}
    await _add_told(session, found, known)
    await _add_routine(session, found, known, prepared.subjects)
    await _settle_places(session, found, known)
    found.officers = await _officers(session, found)
    return found


async def _add_told(session: AsyncSession, found: Gathered, known: dict[UUID, Business]) -> None:
    """What somebody or something asked for: follow-ups, recalls, re-checks, clues, draws."""
    region = found.asked.region_code
    told: list[tuple[DutyKind, UUID, UUID, date | None, frozenset[str]]] = []
    for visit in await repository.open_follow_ups(session, region):
        if visit.business_id is None:
            place = Place(str(visit.id), visit.target, None, visit.region_code, frozenset())
            found.places[place.id] = place
            found.duties.append(Duty(DutyKind.FOLLOW_UP, place.id, str(visit.id), last_day(visit.due_at)))
        else:
            told.append((DutyKind.FOLLOW_UP, visit.business_id, visit.id, last_day(visit.due_at), frozenset()))
    for check in await repository.open_recall_checks(session, region):
        # No rule says by when; what is called back must leave the shelf, so it is looked at this week.
        told.append((DutyKind.RECALL, check.business_id, check.id, found.week_end, frozenset()))
    for recheck in await repository.open_rechecks(session, region):
        # What is reported as done is looked at this week; what is not, when its time is up.
        this_week = recheck.reported_at is not None or recheck.due_at is None
        due = found.week_end if this_week else last_day(recheck.due_at)
        told.append((DutyKind.RECHECK, recheck.business_id, recheck.id, due, frozenset()))
    for clue in await repository.open_clues(session, region):
        told.append((DutyKind.CLUE, clue.business_id, clue.id, last_day(clue.due_at), frozenset()))
    for drawn in await repository.drawn_visits(session, region):
        sent = frozenset(str(one["id"]) for one in drawn.inspectors)
        told.append((DutyKind.DRAWN, drawn.business_id, drawn.id, None, sent))
    files = await repository.files_going_on(session, {business_id for _, business_id, *_ in told})
    for kind, business_id, source, until, sent in told:
        business = files[business_id]
        wanted = not found.asked.kinds or business.kind in found.asked.kinds
        if wanted and (business.status is not BusinessStatus.CLOSED or kind is not DutyKind.DRAWN):
            known[business.id] = business
            found.duties.append(Duty(kind, str(business.id), str(source), until, sent))


async def _add_routine(
    session: AsyncSession, found: Gathered, known: dict[UUID, Business], subjects: Iterable[Subject]
) -> None:
    """Frequency and coverage, but for those whom an authority above has just inspected."""
    ends: dict[UUID, tuple[DutyKind, date]] = {}
    for subject in subjects:
        wanted = add_months(subject.since, subject.interval)
        covers = subject.covered_until <= max(wanted, found.week_end)  # what the law asks for is called by its name
        due = min(subject.covered_until, wanted)
        if due <= found.ahead_until:
            ends[subject.id] = (DutyKind.COVERAGE if covers else DutyKind.FREQUENCY, due)
    rows = [row.to_rule() for row in await rules_in_force(session, REPETITION_RULE)]
    rule = clock_rules.applicable(rows, REPETITION_RULE, Authority.MARKET, now())
    above = {}
    if rule is not None:
        since = start_of_day(add_months(found.asked.monday, -rule.length))
        above = await repository.checked_from_above(session, found.asked.region_code, ends, since)
    for business_id, (kind, due) in ends.items():
        if rule is not None and business_id in above:
            checked_on = day_of(above[business_id])
            free_on = add_months(checked_on, rule.length)
            if free_on > found.week_end:
                found.kept_away.append(KeptAway(known[business_id], checked_on, free_on))
                continue
        found.duties.append(Duty(kind, str(business_id), str(business_id), due))


async def _settle_places(session: AsyncSession, found: Gathered, known: dict[UUID, Business]) -> None:
    """Where the duties are: regions, towns, places in the order of visits."""
    wanted = {duty.place for duty in found.duties}
    there = {str(one): business for one, business in known.items() if str(one) in wanted}
    codes = {business.region_code for business in there.values()} | {one.town for one in found.places.values()}
    regions = await repository.regions_from(session, codes)
    towns = await repository.towns(session, frozenset().union(*regions.values()))
    run = await latest_run(session, found.asked.region_code)
    order = await places_of(session, run.id, [one.id for one in there.values()]) if run else {}

    def town_of(code: str) -> str:
        return next(iter(sorted(regions[code] & towns)), code)

    for place in list(found.places.values()):
        found.places[place.id] = Place(place.id, place.name, None, town_of(place.town), regions[place.town])
    for key, business in there.items():
        code = business.region_code
        found.places[key] = Place(
            key, business.name, business.kind.value, town_of(code), regions[code], order.get(business.id)
        )
        found.businesses[key] = business.id


async def _officers(session: AsyncSession, found: Gathered) -> list[Officer]:
    department = found.asked.department
    sent = {UUID(one) for duty in found.duties for one in duty.sent}
    people = await repository.roster(session, found.asked.region_code, department, sent)
    recused: dict[UUID, set[str]] = {}
    for row in await recusals_on(session, [one.id for one in people], found.asked.monday):
        recused.setdefault(row.inspector_id, set()).add(str(row.business_id))
    return [
        Officer(
            id=str(one.id),
            name=one.name,
            region=one.region_code,
            skills=frozenset(one.skills),
            days=frozenset(day for day in found.days if _is_there(one, day)),
            recused_from=frozenset(recused.get(one.id, ())),
            only_drawn=one.department != department,
        )
        for one in people
    ]


def _is_there(one: DrawInspector, day: date) -> bool:
    expired = one.certificate_until is not None and one.certificate_until < day
    return not expired and not one.is_away(day)
