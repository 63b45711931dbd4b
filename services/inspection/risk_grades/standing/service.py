"""Keeping what businesses add to the figures of risk in step with their history."""

from itertools import zip_longest
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.risk_grades.facts.repository import full_checks
from services.inspection.risk_grades.grades.repository import history_of
from services.inspection.risk_grades.standing import repository
from services.inspection.risk_grades.standing.models import RiskFigureRow
from services.inspection.risk_grades.standing.rules import Span, contributions, difference, merged, on_file_spans
from shared.calendar.rules import ONE_DAY
from shared.contracts.inspection import BusinessKind
from shared.figures.service import Change, record
from shared.ids import uuid7


async def follow(session: AsyncSession, business_id: UUID) -> None:
    """Append what has changed of a business: after an inspection, a grade, a move or a closing. Safe to repeat."""
    await repository.lock_standing(session, business_id)
    coverage = await repository.coverage_rule(session)
    checks = (await full_checks(session, [business_id])).get(business_id, [])
    covered = merged(Span("", check.on, coverage.last_day(check.on) + ONE_DAY) for check in checks)
    history = await history_of(session, business_id)
    ends = [later.valid_from for later in history[1:]]
    grades = [Span(one.grade.value, one.valid_from, until) for one, until in zip_longest(history, ends)]
    movements = await repository.movements_of(session, business_id)
    on_file = on_file_spans(movement[:3] for movement in movements)
    selling = on_file_spans(movement[:3] for movement in movements if movement[3] is BusinessKind.SALES)
    wanted = contributions(on_file, covered, grades, selling=selling)
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
