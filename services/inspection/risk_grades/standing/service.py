"""Keeping what businesses add to the figures of risk in step with their history."""

from itertools import zip_longest
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.repository import get_business
from services.inspection.risk_grades.facts.repository import checks_of, latest_profiles
from services.inspection.risk_grades.grades.repository import history_of
from services.inspection.risk_grades.schemes.repository import schemes_of_day
from services.inspection.risk_grades.standing import repository
from services.inspection.risk_grades.standing.models import RiskFigureRow
from services.inspection.risk_grades.standing.rules import (
    Span,
    contributions,
    difference,
    in_turn,
    merged,
    on_file_spans,
)
from shared.calendar.rules import ONE_DAY
from shared.contracts.inspection import BusinessKind
from shared.figures.service import Change, record
from shared.ids import uuid7
from shared.times import day_of, now


async def follow(session: AsyncSession, business_id: UUID) -> None:
    """Append what has changed of a business: after an inspection, a grade, a move or a closing. Safe to repeat."""
    await repository.lock_standing(session, business_id)
    coverage = await repository.coverage_rule(session)
    checks = (await checks_of(session, [business_id])).get(business_id, [])
    covered = merged(Span("", check.on, coverage.last_day(check.on) + ONE_DAY) for check in checks if check.full)
    history = await history_of(session, business_id)
    ends = [later.valid_from for later in history[1:]]
    grades = [Span(one.grade.value, one.valid_from, until) for one, until in zip_longest(history, ends)]
    movements = await repository.movements_of(session, business_id)
    on_file = on_file_spans(movement[:3] for movement in movements)
    selling = on_file_spans(movement[:3] for movement in movements if movement[3] is BusinessKind.SALES)
    months = await _months_between_inspections(session, business_id) if grades else {}
    inspected = in_turn(grades, [check.on for check in checks], months)
    wanted = contributions(on_file, covered, grades, selling=selling, inspected=inspected)
    missing = difference(wanted, await repository.recorded_of(session, business_id))
    rows = [
        RiskFigureRow(
            id=uuid7(),
            code=code,
            business_id=business_id,
            region_code=region,
            day=day,
            numerator=numerator,
            denominator=denominator,
        )
        for (code, region, day), (numerator, denominator) in sorted(missing.items())
    ]
    if rows:
        await repository.append_rows(session, rows)
        await record(session, [Change(r.code, r.region_code, r.day, r.numerator, r.denominator) for r in rows])


async def _months_between_inspections(session: AsyncSession, business_id: UUID) -> dict[str, int]:
    """How many months may pass between inspections of the business, by grade, as its scheme says today."""
    business = await get_business(session, business_id)
    if business is None:
        return {}
    profile = (await latest_profiles(session, [business_id])).get(business_id)
    schemes = await schemes_of_day(session, [business.region_code], day_of(now()))
    scheme = schemes.scheme_for(business.kind, profile.variant if profile else None, business.region_code)
    rows = scheme.content.frequency.rows if scheme else ()
    return {row.grade.value: row.months // row.visits for row in rows}
