"""The sweep: turns ends that were reached into events, once each, whoever and however many run it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from shared.clocks import repository
from shared.clocks.models import ClockRow
from shared.contracts.clocks import BREACHED, ELAPSED, END_WITHDRAWN, ClockEventData, EntryKind
from shared.contracts.codes import Unit
from shared.events.outbox import publish_all
from shared.jobs.definition import JobContext, JobKind
from shared.times import now

CHUNK = 500

EVENTS = {EntryKind.BREACHED: BREACHED, EntryKind.ELAPSED: ELAPSED, EntryKind.END_WITHDRAWN: END_WITHDRAWN}


async def sweep_overdue(session: AsyncSession, unit: Unit, at: datetime, limit: int = CHUNK) -> int:
    """Look at up to ``limit`` clocks whose end has come, record what became of them and publish it.

    Returns how many were looked at; fewer than ``limit`` means that none is left for this sweep.
    """
    events: list[tuple[ClockEventData, str]] = []
    rows = await repository.claim_due(session, at, limit)
    for row in rows:
        happening = row.settle(at)
        if happening is None:
            continue
        row.record(happening, at, actor_id=None, actor_name="系统", recorded_at=at, reason="", evidence="", length=None)
        events.append((_event(EVENTS[happening][unit], row), str(row.id)))
    await session.flush()
    await publish_all(session, events)
    return len(rows)


async def run_sweep(context: JobContext) -> Mapping[str, Any]:
    """Sweep chunk by chunk, each in its own transaction, until nothing is left."""
    moment, swept = now(), 0
    while True:
        async with context.sessions() as session, session.begin():
            found = await sweep_overdue(session, context.settings.unit, moment)
        swept += found
        if found < CHUNK:
            return {"swept": swept}


SWEEP = JobKind(name="sweep_clocks", label="期限到期巡查", run=run_sweep, cron="* * * * *")


def _event(kind: type[ClockEventData], row: ClockRow) -> ClockEventData:
    return kind(
        clock_id=row.id,
        version=row.version,
        code=row.code,
        name=row.rule.name,
        authority=row.rule.authority,
        state=row.state,
        object_type=row.object_type,
        object_id=row.object_id,
        region_code=row.region_code,
        title=row.title,
        triggered_at=row.triggered_at,
        due_at=row.due_at,
        provisional=row.provisional,
        statutory=row.rule.statutory,
    )
