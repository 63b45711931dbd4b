"""Following the recalls that disposal cases asked for."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.disposal_recalls import repository
from shared.contracts.traceability import RecallFacts, RecallState


async def follow(
    session: AsyncSession,
    recall: RecallFacts,
    *,
    state: RecallState,
    at: datetime,
    holders: int | None = None,
    acknowledged: int | None = None,
) -> None:
    """Keep where the recall stands; one that no case asked for is none of ours."""
    if recall.case_id is None:
        return
    await repository.keep_latest(
        session,
        {
            "case_id": recall.case_id,
            "recall_id": recall.recall_id,
            "version": recall.version,
            "state": state,
            "level": recall.level,
            "holders": holders,
            "acknowledged": acknowledged,
            "at": at,
        },
    )
