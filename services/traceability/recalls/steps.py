"""What the steps of a recall have in common: the history, the clocks, what events say of it."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.recalls import repository
from services.traceability.recalls.models import Recall, RecallEntry, RecallNotice
from services.traceability.recalls.rules import Step
from shared.clocks.service import cancel_clock, clocks_of, open_clock
from shared.contracts.clocks import OPEN_STATES
from shared.http.auth import Actor
from shared.times import now

OBJECT = "recall"
_MOST_TOLD = 200


async def start_clock(session: AsyncSession, recall: Recall, actor: Actor) -> None:
    await _clock(session, recall, "recall_start", recall.known_at, actor)


async def completion_clock(session: AsyncSession, recall: Recall, actor: Actor) -> None:
    assert recall.notified_at is not None
    await _clock(session, recall, "recall_completion", recall.notified_at, actor)


async def _clock(session: AsyncSession, recall: Recall, code: str, at: datetime, actor: Actor) -> None:
    assert recall.level is not None
    gradings = sum(entry.step is Step.GRADED for entry in recall.entries) if "entries" in recall.__dict__ else 0
    await open_clock(
        session,
        code=f"{code}_{recall.level}",
        object_type=OBJECT,
        object_id=recall.id,
        region_code=recall.region_code,
        triggered_at=at + timedelta(microseconds=gradings),  # a clock that was cancelled never runs again
        title=f"{recall.product_name} {recall.code}",
        actor=actor,
    )


async def cancel_clocks(session: AsyncSession, recall: Recall, reason: str, actor: Actor | None) -> None:
    for clock in await clocks_of(session, OBJECT, recall.id):
        if clock.state in OPEN_STATES:
            await cancel_clock(session, clock.id, reason=reason, actor=actor)


def note(
    session: AsyncSession,
    recall: Recall,
    step: Step,
    says: str,
    actor: Actor | None,
    *,
    at: datetime | None = None,
    notice: RecallNotice | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    session.add(
        RecallEntry(
            recall_id=recall.id,
            notice_id=notice.id if notice else None,
            step=step,
            at=at or now(),
            says=says,
            detail=detail or {},
            actor_id=actor.id if actor else None,
            actor_name=actor.name if actor else "",
        )
    )


async def flushed(session: AsyncSession, recall: Recall) -> Recall:
    await session.flush()
    return await repository.locked_recall(session, recall.id)


def facts(recall: Recall) -> dict[str, Any]:
    lots = sorted({line.key for notice in recall.notices for line in notice.lines})
    businesses = [notice.business_id for notice in recall.notices if notice.business_id]
    return {
        "recall_id": recall.id,
        "version": recall.version,
        "level": recall.level,
        "code": recall.code,
        "lots": lots[:_MOST_TOLD],
        "product_name": recall.product_name,
        "reason": recall.reason,
        "region_code": recall.region_code,
        "request_id": recall.request_id,
        "case_id": recall.case_id,
        "business_ids": businesses[:_MOST_TOLD],
    }
