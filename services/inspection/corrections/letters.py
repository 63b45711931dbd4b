"""What a letter means to the corrections it concerns: interview and listing escalate, the others are noted."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.corrections import repository, service
from services.inspection.corrections.kinds import CorrectionStep
from services.inspection.corrections.problems import CorrectionNotFound, CorrectionStepRefused
from shared.http.auth import Actor

STEPS = {"interview": CorrectionStep.INTERVIEWED, "listed_supervision": CorrectionStep.LISTED}


async def note_letter(
    session: AsyncSession, correction_ids: Sequence[UUID], kind: str, words: str, at: datetime, actor: Actor
) -> None:
    """Write an issued letter of that kind into its corrections.

    Raises CorrectionStepRefused where an interview or a listing is not in place: nothing is overdue, nothing failed.
    """
    if not correction_ids:
        return
    step = STEPS.get(kind, CorrectionStep.LETTER_NOTED)
    corrections = await repository.lock_corrections(session, correction_ids, actor)
    if len(corrections) != len(set(correction_ids)):
        raise CorrectionNotFound("所涉的整改有的不存在或不在辖区内，请核对")
    for correction in corrections:
        if step in STEPS.values() and not correction.may_escalate(await service.is_overdue(session, correction, at)):
            raise CorrectionStepRefused(f"“{correction.title}”没有逾期，也没有复查不合格，不能升级")
        correction.log(step, at, **service.by(actor), note=words)
        correction.advance()
    await session.flush()
