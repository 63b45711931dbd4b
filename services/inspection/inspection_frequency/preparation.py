"""What a plan is worked out from: the businesses with their grades, ends and teams."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.models import Business
from services.inspection.inspection_frequency import repository
from services.inspection.inspection_frequency.codes import PlanningRule
from services.inspection.inspection_frequency.models import PlanningRuleRow
from services.inspection.inspection_frequency.rules import Officer, Subject
from services.inspection.inspection_frequency.schemas import PlanRequest
from services.inspection.risk_grades.codes import Grade
from services.inspection.risk_grades.coverage import Coverage
from services.inspection.risk_grades.facts.repository import last_full_checks, latest_profiles
from services.inspection.risk_grades.grades.repository import grades_on
from services.inspection.risk_grades.schemes.models import RiskScheme
from services.inspection.risk_grades.schemes.repository import schemes_of_day
from services.inspection.risk_grades.standing.repository import coverage_rule
from shared.times import day_of

NOBODY = ""
"""The team of businesses for whose region no officer was named."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """The inputs of a plan run."""

    start: date
    months: int
    subjects: Sequence[Subject]
    officers: dict[str, list[Officer]]
    rules: dict[PlanningRule, PlanningRuleRow]
    coverage: Coverage

    @property
    def covered(self) -> Callable[[date], date]:
        """Until when a full inspection on a day covers."""
        return cache(self.coverage.last_day)

    def as_json(self) -> dict[str, Any]:
        """All that the plan depends on, in one spelling."""
        return {
            "start": self.start.isoformat(),
            "months": self.months,
            "rules": {code.value: row.value for code, row in self.rules.items()},
            "coverage": [[rule.valid_from.isoformat(), rule.length, rule.unit.value] for rule in self.coverage.rules],
            "officers": {
                team: sorted([officer.id, officer.name, officer.visits] for officer in officers)
                for team, officers in self.officers.items()
            },
            "subjects": [
                [
                    str(one.id),
                    one.team,
                    one.interval,
                    one.since.isoformat(),
                    one.checked,
                    one.covered_until.isoformat(),
                ]
                for one in sorted(self.subjects, key=lambda one: one.id)
            ],
        }


async def prepare(session: AsyncSession, asked: PlanRequest, businesses: Sequence[Business]) -> Prepared:
    """Gather what the plan depends on as of its first day."""
    ids = [business.id for business in businesses]
    regions = {business.region_code for business in businesses}
    officers: dict[str, list[Officer]] = {}
    for one in asked.officers:
        officers.setdefault(one.region_code, []).append(Officer(one.id, one.name, one.visits_a_month))
    teams = await repository.nearest_teams(session, regions, officers.keys())
    rules = await repository.rules_on(session, asked.start)
    coverage = await coverage_rule(session)
    last = await last_full_checks(session, ids)
    grades = await grades_on(session, ids, asked.start)
    profiles = await latest_profiles(session, ids)
    schemes = await schemes_of_day(session, regions, asked.start)
    intervals = _Intervals(rules[PlanningRule.MONTHS_WITHOUT_GRADE].value, {})
    until = cache(coverage.last_day)
    subjects = []
    for business in businesses:
        profile = profiles.get(business.id)
        scheme = schemes.scheme_for(business.kind, profile.variant if profile else None, business.region_code)
        since = last.get(business.id, day_of(business.registered_at))
        subjects.append(
            Subject(
                id=business.id,
                team=teams.get(business.region_code, NOBODY),
                interval=intervals.of(scheme, grades.get(business.id)),
                since=since,
                checked=business.id in last,
                covered_until=until(since),
            )
        )
    return Prepared(asked.start, asked.months, subjects, officers, rules, coverage)


@dataclass(frozen=True, slots=True)
class _Intervals:
    """Months between inspections, by scheme and grade."""

    without: int
    known: dict[tuple[Any, Grade], int]

    def of(self, scheme: RiskScheme | None, grade: Grade | None) -> int:
        if scheme is None or grade is None:
            return self.without
        if (scheme.id, grade) not in self.known:
            rows = scheme.content.frequency.rows
            self.known.update({(scheme.id, row.grade): row.months // row.visits for row in rows})
        return self.known[scheme.id, grade]
