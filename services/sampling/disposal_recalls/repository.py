"""Every query of the recalls that cases asked for."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.disposal_recalls.models import DisposalRecall


async def keep_latest(session: AsyncSession, values: Mapping[str, Any]) -> None:
    """Keep what was told of a case's recall, unless something later is known."""
    entering = insert(DisposalRecall).values(dict(values))
    said = {name: entering.excluded[name] for name in values if name != "case_id"}
    later = DisposalRecall.version < entering.excluded.version
    await session.execute(entering.on_conflict_do_update(index_elements=["case_id"], set_=said, where=later))


async def recall_of(session: AsyncSession, case_id: UUID) -> DisposalRecall | None:
    """What is known of the case's recall; None while traceability has opened none."""
    return await session.get(DisposalRecall, case_id, populate_existing=True)
