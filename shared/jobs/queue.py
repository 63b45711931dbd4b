"""The queue behind the jobs: pgqueuer's tables in the unit's schema. An entry holds a job's id and nothing else."""

import re
from typing import Any
from uuid import UUID

from asyncpg import Connection
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment, QueryQueueBuilder, QuerySchedulerBuilder
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.domain.settings import DBSettings, Durability


def settings_for(schema: str) -> DBSettings:
    """Names of the queue's objects. NOTIFY channels are known in the whole database, so theirs carries the schema."""
    channel = "jobs_" + re.sub(r"[^A-Za-z0-9_.-]", "_", schema)
    # Balanced: the queue survives a crash of the server; pgqueuer's own log may be lost, ours is the table of jobs.
    return DBSettings(channel=channel[:63], durability=Durability.balanced)


def open_queue(connection: "Connection[Any]", schema: str) -> Queries:
    """The queue as seen through one connection, whose transaction (if it is in one) it shares."""
    settings = settings_for(schema)
    return Queries(
        AsyncpgDriver(connection),
        QueryBuilderEnvironment(settings),
        QueryQueueBuilder(settings),
        QuerySchedulerBuilder(settings),
    )


async def put(connection: "Connection[Any]", kind: str, job_id: UUID) -> None:
    """Queue a job, unless it is queued already."""
    entry = str(job_id)
    await open_queue(connection, "").enqueue(kind, entry.encode(), dedupe_key=entry, on_conflict="skip")
