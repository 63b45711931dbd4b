"""Taking a snapshot of every live and registered input of a run."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.scoring.evaluations.access import ensure_may_write, evaluation_for
from services.scoring.evaluations.problems import EvaluationStepRefused
from services.scoring.evaluations.repository import scheme_of
from services.scoring.indicators import repository
from services.scoring.indicators.models import Snapshot
from services.scoring.indicators.source import FigureSource
from services.scoring.indicators.taking import Place, read_inputs, said_of
from services.scoring.schemes.files import fingerprint
from shared.http.auth import Actor
from shared.ids import uuid7
from shared.times import now

MAX_SNAPSHOTS = 500
"""A run of two years with one a working day."""


async def take_snapshot(session: AsyncSession, evaluation_id: UUID, source: FigureSource, actor: Actor) -> Snapshot:
    """Read all inputs now. What a service does not tell is not available; it is never zero and never an old value.

    Raises NotYourSide for who does not write in the open stage: what is read counts for its score.
    """
    evaluation = await evaluation_for(session, evaluation_id, actor)
    await ensure_may_write(session, evaluation, evaluation.current.stage, actor)
    if await repository.count_snapshots(session, evaluation.id) >= MAX_SNAPSHOTS:
        raise EvaluationStepRefused(f"一次评价最多取数 {MAX_SNAPSHOTS} 次")
    content = (await scheme_of(session, evaluation)).content
    parent = await repository.parent_of(session, evaluation.region_code)
    place = Place(evaluation.region_code, parent, evaluation.span)
    readings = await read_inputs(source, content.inputs, place)
    evaluation = await evaluation_for(session, evaluation_id, actor, lock=True)
    snapshot = Snapshot(
        id=uuid7(),
        evaluation_id=evaluation.id,
        number=await repository.count_snapshots(session, evaluation.id) + 1,
        taken_at=now(),
        taken_by=actor.id,
        taken_by_name=actor.name,
        sha256=fingerprint({"readings": [said_of(reading) for reading in readings]}),
        readings=readings,
    )
    session.add(snapshot)
    await session.flush()
    return snapshot
