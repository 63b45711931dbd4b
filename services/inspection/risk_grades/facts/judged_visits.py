"""An inspection as a terminal recorded it and a checklist judged it, as grades and coverage see it."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.checklists.schemas import JudgementRead
from services.inspection.risk_grades.facts.service import record_check
from services.inspection.risk_grades.inputs import Check

SIX_PLACES = Decimal("0.000001")


def check_of(record_id: UUID, on: date, judgement: JudgementRead, *, whole_list: bool) -> Check:
    """The result in counts. `whole_list`: the list holds every item of its document.

    Full is only an inspection by a whole list that left no applicable item open; who checked nothing did not check all.
    """
    key, general, score = judgement.key, judgement.general, judgement.score
    answered = key.passed + key.failed + general.passed + general.failed
    share = (score.got / score.due).quantize(SIX_PLACES, ROUND_HALF_UP) if score and score.due else None
    return Check(
        source_id=record_id,
        on=on,
        full=whole_list and answered > 0 and not key.open and not general.open,
        key_checked=key.passed + key.failed,
        key_failed=key.failed,
        key_open=key.open,
        general_checked=general.passed + general.failed,
        general_failed=general.failed,
        general_open=general.open,
        score_share=share,
    )


async def record_judged_visit(
    session: AsyncSession,
    *,
    business_id: UUID,
    record_id: UUID,
    record_version: int,
    on: date,
    judgement: JudgementRead,
    whole_list: bool,
) -> None:
    """Record a judged inspection of a business on file; judged anew, the greater version of its record holds."""
    await record_check(session, business_id, check_of(record_id, on, judgement, whole_list=whole_list), record_version)
