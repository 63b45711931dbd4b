"""Working out the order of a region's visits from its own history."""

import asyncio
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.risk_grades.grades.problems import TooManyBusinesses
from services.inspection.visit_priority import repository
from services.inspection.visit_priority.models import PriorityRun
from services.inspection.visit_priority.own_history import OwnHistory, gather
from services.inspection.visit_priority.problems import NoOrderYet, UnknownRun
from services.inspection.visit_priority.report import lines_as_json, training_as_json
from services.inspection.visit_priority.schemas import RunRequest
from services.inspection.visit_priority.training import Ranked, Training, rank, train
from shared.http.auth import Actor
from shared.ids import uuid7
from shared.regions.scope import ensure_in_scope
from shared.times import day_of, now

MOST_BUSINESSES = 20_000


async def work_out(session: AsyncSession, actor: Actor, asked: RunRequest) -> PriorityRun:
    """Learn from a region's history, measure, and put its businesses in order. Raises `OutsideRegion`,
    `TooManyBusinesses`.
    """
    await ensure_in_scope(session, actor, asked.region_code)
    files = await repository.files_of(session, asked.region_code, MOST_BUSINESSES + 1)
    if len(files) > MOST_BUSINESSES:
        raise TooManyBusinesses(f"区划内超过 {MOST_BUSINESSES} 户，请按镇街分别排次序")
    today = day_of(now())
    history = await gather(session, files, today, asked.window_days)
    training, ranking = await asyncio.to_thread(_learn, history, asked.window_days, today)  # seconds of work
    told = training_as_json(training)
    run = PriorityRun(
        id=uuid7(),
        region_code=asked.region_code,
        as_of=today,
        method=training.method,
        why=training.why,
        businesses=len(ranking),
        inspectors=told.pop("inspectors"),
        training=told,
        created_at=now(),
        created_by=actor.id,
    )
    session.add(run)
    await session.flush()
    rows = [
        {
            "run_id": run.id,
            "number": number,
            "place": one.place,
            "business_id": UUID(one.business),
            "score": one.score,
            "lines": lines_as_json(one.lines),
        }
        for number, one in enumerate(ranking, start=1)
    ]
    await repository.add_places(session, rows)
    return run


def _learn(history: OwnHistory, window_days: int, today: date) -> tuple[Training, list[Ranked]]:
    training = train(history.inspections, window_days=window_days)
    return training, rank(training, today, history.register)


async def run_for(session: AsyncSession, actor: Actor, run_id: UUID) -> PriorityRun:
    """A run of the actor's regions. Raises `UnknownRun`."""
    run = await repository.visible_run(session, actor, run_id)
    if run is None:
        raise UnknownRun("请核对编号；只能查看辖区内的")
    return run


async def order_for(session: AsyncSession, actor: Actor, region_code: str) -> PriorityRun:
    """The run that orders a region's visits. Raises `OutsideRegion`, `NoOrderYet`."""
    await ensure_in_scope(session, actor, region_code)
    run = await repository.latest_run(session, region_code)
    if run is None:
        raise NoOrderYet("请食安办先排一份（POST /v1/priority-runs）")
    return run
