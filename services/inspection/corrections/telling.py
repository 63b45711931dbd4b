"""What of a correction the timeline of its business tells."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.timeline.service import tell
from services.inspection.corrections.kinds import CorrectionStep
from services.inspection.corrections.models import Correction
from shared.contracts.inspection import TimelineKind

_ENDS = (CorrectionStep.ON_THE_SPOT, CorrectionStep.CLOSED, CorrectionStep.WITHDRAWN)
_NOT_TOLD = (
    CorrectionStep.ASSESSED,
    CorrectionStep.LETTER_NOTED,
    CorrectionStep.INTERVIEWED,
    CorrectionStep.LISTED,
)
"""A judgement on the way, and what the letter tells itself."""

TOLD: Mapping[CorrectionStep, TimelineKind] = (
    dict.fromkeys(CorrectionStep, TimelineKind.CORRECTION_MOVED)
    | {CorrectionStep.OPENED: TimelineKind.CORRECTION_OPENED}
    | dict.fromkeys(_ENDS, TimelineKind.CORRECTION_CLOSED)
)


async def tell_last_step(session: AsyncSession, correction: Correction) -> None:
    """Note the last entry of a correction (its entries must be loaded)."""
    entry = correction.entries[-1]
    if entry.kind in _NOT_TOLD:
        return
    limit = f"（{entry.details['limit']}）" if entry.details and "limit" in entry.details else ""
    await tell(
        session,
        kind=TOLD[entry.kind],
        source=f"correction/{correction.id}/{entry.number}",
        business_id=correction.business_id,
        summary=f"{entry.kind.label}{limit}：{correction.problem[:60]}",
        details={"correction_id": str(correction.id), "step": entry.kind.value},
        happened_at=entry.at,
        link=f"/v1/corrections/{correction.id}",
        actor_id=entry.actor_id,
    )
