"""What risk grading hears: conclusions of sampling, suspicions and their end, own visits.

A producer elsewhere is not accused by a sample taken at a seller: he is reached when the case against him is filed.
"""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.risk_grades.codes import FactKind, FactState
from services.inspection.risk_grades.facts import service
from services.inspection.risk_grades.facts.rules import state_of_sample, state_of_whistle
from shared.contracts.inspection import VisitCompleted, VisitOutcome
from shared.contracts.sampling import RapidTestFailed, WhistleClosed, WhistleFacts
from shared.contracts.statutory_sampling import SampleConcluded
from shared.times import day_of


async def on_sample_concluded(session: AsyncSession, sample: SampleConcluded) -> None:
    """Record the conclusion on whom the sample was taken from; a later one replaces it, also where it passes."""
    await service.record_told(
        session,
        kind=FactKind.SAMPLE_FAILED,
        source_id=sample.sample_id,
        source_version=sample.version,
        state=state_of_sample(sample.conclusion),
        occurred_on=day_of(sample.concluded_at),
        summary=f"{sample.food_name} {sample.stream.label}{sample.conclusion.label}",
        business_id=sample.business_id,
        uscc=sample.sampled_party_uscc,
        business_name=sample.sampled_party_name,
        region_code=sample.region_code,
    )


async def on_rapid_test_failed(session: AsyncSession, failed: RapidTestFailed) -> None:
    """Record the suspicion; it moves no grade while it is open."""
    await _record_whistle(session, failed, FactState.OPEN, day_of(failed.tested_at))


async def on_whistle_closed(session: AsyncSession, closed: WhistleClosed) -> None:
    """Record what became of the suspicion."""
    state = state_of_whistle(closed.outcome, same_lot=closed.same_lot)
    await _record_whistle(session, closed, state, day_of(closed.closed_at))


async def on_visit_completed(session: AsyncSession, visit: VisitCompleted) -> None:
    """Record the violation that officers found at a follow-up visit."""
    if visit.outcome is VisitOutcome.VIOLATION:
        await service.record_told(
            session,
            kind=FactKind.VISIT_VIOLATION,
            source_id=visit.visit_id,
            source_version=visit.version,
            state=FactState.CONFIRMED,
            occurred_on=day_of(visit.completed_at),
            summary=f"跟进检查：{visit.outcome.label}",
            business_id=visit.business_id,
            uscc=None,
            business_name=visit.site_name or "",
            region_code=visit.region_code,
        )


async def _record_whistle(session: AsyncSession, whistle: WhistleFacts, state: FactState, day: date) -> None:
    await service.record_told(
        session,
        kind=FactKind.RAPID_TEST_FAILED,
        source_id=whistle.whistle_id,
        source_version=whistle.version,
        state=state,
        occurred_on=day,
        summary=f"{whistle.product_name} · {whistle.item_name} 疑似阳性（{whistle.site_name}）",
        business_id=whistle.seller_business_id,
        uscc=whistle.seller_uscc,
        business_name=whistle.seller_name or whistle.site_name,
        region_code=whistle.region_code,
    )
