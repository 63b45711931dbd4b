"""Recall checks: one for every business on file that had any of what is called back, and what was found there."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.repository import get_survivor
from services.inspection.businesses.timeline.service import tell
from services.inspection.recall_checks import repository
from services.inspection.recall_checks.models import RecallCheck
from services.inspection.recall_checks.problems import RecallCheckMistimed, UnknownRecallCheck
from services.inspection.recall_checks.schemas import RecallCheckCompletion
from shared.contracts.inspection import RecallCheckState, TimelineKind
from shared.contracts.traceability import RecallClosed, RecallFacts, RecallState
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.http.problems import FieldError
from shared.ids import uuid7
from shared.times import now

CLOCK_SKEW = timedelta(minutes=5)


async def schedule(session: AsyncSession, recall: RecallFacts) -> None:
    """Enter the check of every business on file that the recall names and that has none yet."""
    for business_id in sorted(set(recall.business_ids)):
        business = await get_survivor(session, business_id)
        if business is None:
            continue
        await repository.add(
            session,
            {
                "id": uuid7(),
                "version": 1,
                "recall_id": recall.recall_id,
                "business_id": business.id,
                "business_name": business.name,
                "region_code": business.region_code,
                "product_name": recall.product_name,
                "code": recall.code,
                "reason": recall.reason,
                "level": recall.level,
                "state": RecallCheckState.SCHEDULED,
                "checked_by_name": "",
                "note": "",
            },
        )


async def hear_end(session: AsyncSession, recall: RecallClosed) -> None:
    """A recall that was withdrawn leaves nothing to look for; of one that was completed the open checks remain.

    The end may be told before the beginning: then the checks are entered here, and the late beginning finds them.
    """
    await schedule(session, recall)
    if recall.state is RecallState.WITHDRAWN:
        for check in await repository.checks_of(session, recall.recall_id):
            check.cancel()
        await session.flush()


async def check_for(session: AsyncSession, check_id: UUID, actor: Actor, *, lock: bool = False) -> RecallCheck:
    """The check. Raises `UnknownRecallCheck`, also for one of another region."""
    check = await repository.visible_check(session, check_id, actor, lock=lock)
    if check is None:
        raise UnknownRecallCheck("请核对编号；只能办理辖区内的")
    return check


async def complete(
    session: AsyncSession, check_id: UUID, found: RecallCheckCompletion, version: int, actor: Actor
) -> RecallCheck:
    """Write down what was found. Raises `UnknownRecallCheck`, `RecallCheckSettled`, `RecallCheckMistimed`."""
    check = await check_for(session, check_id, actor, lock=True)
    ensure_version(check, version)
    if found.checked_at > now() + CLOCK_SKEW:
        error = FieldError(pointer="/checked_at", message="在将来，请核对日期和时间", code="future")
        raise RecallCheckMistimed("有 1 处需要改正", errors=[error])
    check.complete(at=found.checked_at, by=actor.id, by_name=actor.name, outcome=found.outcome, note=found.note)
    await session.flush()
    await tell(
        session,
        kind=TimelineKind.RECALL_CHECKED,
        source=f"recall_check/{check.id}",
        business_id=check.business_id,
        summary=f"召回核查：{check.product_name} {check.code}，{found.outcome.label}",
        details={"recall_check_id": str(check.id), "recall_id": str(check.recall_id), "outcome": found.outcome.value},
        happened_at=found.checked_at,
        link=f"/v1/recall-checks/{check.id}",
        actor_id=actor.id,
    )
    return check
