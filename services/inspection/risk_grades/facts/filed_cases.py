"""A suspected violation on which a case was opened, as a risk fact."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.case_requests.models import CaseRequest
from services.inspection.risk_grades.codes import FactKind, FactState
from services.inspection.risk_grades.facts.service import record_told
from shared.times import day_of


async def record_case_filed(session: AsyncSession, request: CaseRequest) -> None:
    """Record an accepted request; it says when it was decided."""
    assert request.decided_at is not None  # said by the request's own steps
    await record_told(
        session,
        kind=FactKind.CASE_FILED,
        source_id=request.id,
        source_version=request.version,
        state=FactState.CONFIRMED,
        occurred_on=day_of(request.decided_at),
        summary=f"立案 {request.filing_number}：{request.food_name} {request.reason}",
        business_id=request.business_id,
        uscc=request.party_uscc,
        business_name=request.party_name,
        region_code=request.region_code,
    )
