"""What the platform has written down, read past its interface: how many of everything, and whether all is delivered."""

from collections.abc import Mapping
from typing import Any

import asyncpg

from shared.contracts.codes import SERVICES, Unit
from shared.contracts.subscriptions import SUBSCRIPTIONS

MACHINERY = frozenset(
    {
        *("alembic_version", "idempotency_records", "jobs", "figure_deltas", "figure_rollups", "outbox_deliveries"),
        *("audit_records", "audit_blocks", "audit_heads"),
        *("pgqueuer", "pgqueuer_log", "pgqueuer_schedules", "pgqueuer_statistics"),
    }
)
"""Tables that change with the clock on the wall or with every request, not with what has happened in the field."""

Counts = Mapping[str, int]


class Ledger:
    """A look into the schemas of the four services."""

    def __init__(self, connection: "asyncpg.Connection[Any]") -> None:
        self.connection = connection

    async def counts(self) -> Counts:
        """`service.table` → number of rows, and of the rapid tests how many count."""
        tables = await self.connection.fetch(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname = ANY($1) AND NOT tablename = ANY($2)",
            [unit.value for unit in SERVICES],
            list(MACHINERY),
        )
        parts = [f"SELECT '{schema}.{table}', count(*) FROM {schema}.{table}" for schema, table in tables]
        parts.append("SELECT 'counted rapid tests', count(counted_at) FROM sampling.rapid_tests")
        return dict(await self.connection.fetch(" UNION ALL ".join(parts)))

    async def owed(self) -> int:
        """How many deliveries of events are still under way."""
        parts = [f"SELECT count(*) FROM {unit}.outbox_deliveries" for unit in Unit]
        return int(await self.connection.fetchval(f"SELECT ({') + ('.join(parts)})"))

    async def all_delivered(self) -> bool:
        return await self.owed() == 0

    async def tell_everything_again(self) -> None:
        """Let every service forget what it has heard, and owe it all of it once more."""
        for unit in SERVICES:
            await self.connection.execute(f"DELETE FROM {unit}.inbox_events")
        for event_type, listeners in SUBSCRIPTIONS.items():
            publisher = event_type.partition(".")[0]
            await self.connection.execute(
                f"INSERT INTO {publisher}.outbox_deliveries (event_id, target)"
                f" SELECT id, unnest($2::text[]) FROM {publisher}.outbox_events WHERE type = $1",
                event_type,
                [unit.value for unit in listeners],
            )


def changed(before: Counts, after: Counts) -> dict[str, int]:
    """What there is more (or less) of."""
    return {name: after[name] - before[name] for name in before if after[name] != before[name]}
