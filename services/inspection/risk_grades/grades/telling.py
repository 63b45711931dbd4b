"""What of a grade the timeline of its business tells."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.timeline.service import tell
from services.inspection.risk_grades.codes import Grade
from services.inspection.risk_grades.grades.models import RiskProposal
from shared.contracts.inspection import TimelineKind
from shared.http.auth import Actor


async def tell_grade(session: AsyncSession, proposal: RiskProposal, grade: Grade, at: datetime, actor: Actor) -> None:
    """Note that a person confirmed a grade."""
    await tell(
        session,
        kind=TimelineKind.RISK_GRADE_CONFIRMED,
        source=f"risk grade/{proposal.id}",
        business_id=proposal.business_id,
        summary=f"风险等级{grade.label}，自 {proposal.valid_from} 起",
        details={"proposal_id": str(proposal.id), "grade": grade.value},
        happened_at=at,
        link=f"/v1/risk-proposals/{proposal.id}",
        actor_id=actor.id,
    )
