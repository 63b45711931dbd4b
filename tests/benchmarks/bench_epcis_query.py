"""How long queries over many events take: by thing, by time, by place, for an office, an enterprise, a subscription.

The events are invented and written by SQL straight into the tables, with the rows beside them that a capture writes:
two things, three facts, three parties each. Indexes are built afterwards, as they would stand.

`python -m tests.benchmarks.bench_epcis_query [events]`, by default 200,000; 10,000,000 take about 40 GB of disk. With
`SHIAN_BENCH_FOLDER` the database stays there, and the next run with the same number of events uses it again.
"""

import asyncio
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
from sqlalchemy.ext.asyncio import AsyncSession

from deploy.embedded_postgres import EmbeddedPostgres
from services.traceability.epcis_queries import occurring, repository
from services.traceability.epcis_queries.rules import read_query
from services.traceability.epcis_queries.values import Given
from services.traceability.epcis_subscriptions.models import LAST_ID
from services.traceability.epcis_subscriptions.repository import Range, complete_below, owed_events
from services.traceability.main import service
from services.traceability.settings import Settings
from shared.contracts.codes import Role
from shared.database import create_engine, create_sessions
from shared.http.auth import Actor
from shared.migrations.__main__ import load_seeds, upgrade

EVENTS, BUSINESSES, PLACES, ROUNDS = 200_000, 2_000, 5_000, 100
CITY, DISTRICT, STREET = "330200000000", "330203000000", "330203009000"
START = datetime(2026, 1, 1, tzinfo=UTC)
CHUNK = 500_000
CBV = "https://ref.gs1.org/cbv"
BODY = (
    """'{"type":"ObjectEvent","action":"OBSERVE","eventTime":"2026-01-01T00:00:00Z","eventTimeZoneOffset":"+08:00","""
    """"epcList":["https://id.gs1.org/01/06901234567892/21/' || n || '"],"example:note":"演示"}'"""
)
# Event n: one a second and a half; its thing occurs in ten events (n / 10), its lot in a thousand.
TABLES = (
    f"""INSERT INTO epcis_events (id, event_id, hash_id, event_type, event_time, event_time_zone, record_time,
            recorded_in, action, biz_step, disposition, read_point, biz_location, business_id, region_code, context_id,
            body)
        SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'urn:demo:' || n, 'ni:///demo;' || n,
            'ObjectEvent', timestamptz '{START.isoformat()}' + n * interval '1.5 second', '+08:00',
            timestamptz '{START.isoformat()}' + n * interval '1.5 second', n / 100 - {10**9}, 'OBSERVE',
            '{CBV}/BizStep-' || (ARRAY['shipping', 'receiving', 'packing', 'storing'])[1 + n % 4],
            '{CBV}/Disp-in_transit', 'https://id.gs1.org/414/' || lpad((n % {PLACES})::text, 13, '0'),
            'https://id.gs1.org/414/' || lpad((n % {PLACES})::text, 13, '0'),
            ('00000000-0000-4000-8000-' || lpad(to_hex(n % {BUSINESSES}), 12, '0'))::uuid,
            CASE WHEN n % 100 = 0 THEN '{STREET}' WHEN n % 3 = 0 THEN '{DISTRICT}' ELSE '{CITY}' END,
            '00000000-0000-8000-8000-000000000000', {BODY}
        FROM generate_series($1::bigint, $2::bigint) n""",
    f"""INSERT INTO epcis_event_things (event_pk, number, role, key, class_key, quantity, uom, event_time)
        SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, number,
            CASE number WHEN 0 THEN 'epc' ELSE 'epc_class' END,
            CASE number WHEN 0 THEN 'https://id.gs1.org/01/06901234567892/21/' || n / 10
                ELSE 'https://id.gs1.org/01/06901234567892/10/L' || n / 1000 END,
            'https://id.gs1.org/01/06901234567892', CASE number WHEN 1 THEN n % 500 END,
            CASE number WHEN 1 THEN 'KGM' END,
            timestamptz '{START.isoformat()}' + n * interval '1.5 second'
        FROM generate_series($1::bigint, $2::bigint) n, generate_series(0, 1) number""",
    """INSERT INTO epcis_event_facts (event_pk, number, family, name, value_text, value_number, uom)
        SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, number,
            (ARRAY['extension', 'biz_transaction', 'sensor_report'])[1 + number],
            (ARRAY['https://ns.example.com/epcis/note', 'https://ref.gs1.org/cbv/BTT-po', 'value'])[1 + number],
            (ARRAY['note ' || n % 1000, 'urn:demo:po:' || n / 20, (n % 400 / 10.0)::text])[1 + number],
            CASE number WHEN 2 THEN n % 400 / 10.0 END, CASE number WHEN 2 THEN 'CEL' END
        FROM generate_series($1::bigint, $2::bigint) n, generate_series(0, 2) number""",
    f"""INSERT INTO epcis_event_parties (event_pk, number, part, business_id, gln_key, region_code, event_time)
        SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, number,
            (ARRAY['capturer', 'location', 'destination'])[1 + number],
            CASE number WHEN 0 THEN ('00000000-0000-4000-8000-' || lpad(to_hex(n % {BUSINESSES}), 12, '0'))::uuid END,
            CASE WHEN number > 0 THEN lpad(((n + number) % {PLACES})::text, 13, '0') END,
            CASE WHEN number > 0 THEN NULL WHEN n % 100 = 0 THEN '{STREET}' WHEN n % 3 = 0 THEN '{DISTRICT}'
                ELSE '{CITY}' END,
            timestamptz '{START.isoformat()}' + n * interval '1.5 second'
        FROM generate_series($1::bigint, $2::bigint) n, generate_series(0, 2) number""",
)


def actor(*roles: Role, region: str, business: int | None = None) -> Actor:
    business_id = None if business is None else UUID(f"00000000-0000-4000-8000-{business:012x}")
    return Actor(uuid4(), "演示", "user", frozenset(roles), (region,), None, business_id, frozenset())


async def fill(url: str, events: int) -> None:
    """Write the events, unless they are there; without indexes first."""
    connection = await asyncpg.connect(url, server_settings={"search_path": "traceability"})
    if await connection.fetchval("SELECT count(*) FROM (SELECT FROM epcis_events LIMIT 1) one"):
        return await connection.close()
    begun = time.monotonic()
    indexes = await connection.fetch(
        """SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'traceability'
           AND tablename IN ('epcis_events', 'epcis_event_things', 'epcis_event_facts', 'epcis_event_parties')
           AND indexname NOT LIKE 'pk_%'"""
    )
    for index in indexes:
        await connection.execute(f'DROP INDEX "{index["indexname"]}"')
    await connection.execute(
        "INSERT INTO epcis_contexts VALUES ('00000000-0000-8000-8000-000000000000', '[]') ON CONFLICT DO NOTHING"
    )
    for first in range(0, events, CHUNK):
        for statement in TABLES:
            await connection.execute(statement, first, min(first + CHUNK, events) - 1)
    await connection.execute("SET maintenance_work_mem = '1GB'")
    for index in indexes:
        await connection.execute(index["indexdef"])
    await connection.execute(
        "VACUUM (ANALYZE) epcis_events, epcis_event_things, epcis_event_facts, epcis_event_parties"
    )
    size = await connection.fetchval("SELECT pg_size_pretty(pg_database_size(current_database()))")
    print(f"{events:,} events written in {time.monotonic() - begun:,.0f} s, {size}", flush=True)
    return await connection.close()


async def measure(name: str, ask: Callable[[], Awaitable[int]]) -> None:
    took, found = [], []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        found.append(await ask())
        took.append((time.perf_counter() - begun) * 1000)
        if sum(took) > 60_000:  # enough is known
            break
    took.sort()
    p99 = took[min(len(took) - 1, int(len(took) * 0.99))]
    print(
        f"{name:<48} median {statistics.median(took):>9,.1f} ms   p99 {p99:>9,.1f} ms   events {max(found):>4}",
        flush=True,
    )


async def run(url: str, events: int) -> None:
    engine = create_engine(Settings(database_url=url))
    sessions = create_sessions(engine)
    chance = random.Random(1)
    city, street = actor(Role.INSPECTOR, region=CITY), actor(Role.INSPECTOR, region=STREET)

    def when(offset: timedelta = timedelta()) -> str:
        return (START + timedelta(seconds=1.5 * chance.randrange(events)) + offset).isoformat()

    def asked(who: Callable[[], Actor], **parameters: Callable[[], str]) -> Callable[[], Awaitable[int]]:
        async def ask() -> int:
            query = read_query([Given(name, (value(),)) for name, value in parameters.items()], {})
            async with sessions() as session:
                return len((await repository.find_events(session, who(), query, limit=31)).events)

        return ask

    def thing() -> str:
        return f"https://id.gs1.org/01/06901234567892/21/{chance.randrange(events // 10)}"

    def lot() -> str:
        return f"https://id.gs1.org/01/06901234567892/10/L{chance.randrange(max(events // 1000, 1))}"

    def place() -> str:
        return f"https://id.gs1.org/414/{chance.randrange(PLACES):013d}"

    def enterprise() -> Actor:
        return actor(Role.BUSINESS, region=STREET, business=chance.randrange(BUSINESSES))

    for label, who in (
        ("city office", lambda: city),
        ("street office (1 %)", lambda: street),
        ("enterprise", enterprise),
    ):
        await measure(f"{label}: newest", asked(who))
        await measure(f"{label}: by thing", asked(who, MATCH_anyEPC=thing))
        await measure(f"{label}: by lot", asked(who, MATCH_anyEPCClass=lot))
        await measure(f"{label}: from a time on", asked(who, GE_eventTime=when, orderBy=lambda: "eventTime"))
        await measure(f"{label}: by place", asked(who, EQ_bizLocation=place))
        await measure(
            f"{label}: by document",
            asked(who, EQ_bizTransaction_po=lambda: f"urn:demo:po:{chance.randrange(events // 20)}"),
        )
        await measure(f"{label}: warmer than 39.5 °C", asked(who, GE_value_CEL=lambda: "39.5"))

    async def listed(session: AsyncSession, resource: str) -> int:
        return len(await occurring.list_values(session, city, resource, limit=31, after=None))

    for resource in ("bizSteps", "bizLocations", "epcs"):

        async def ask(resource: str = resource) -> int:
            async with sessions() as session:
                return await listed(session, resource)

        await measure(f"city office: list of {resource}", ask)
    await catch_up(sessions, street, "subscription of a street: catching up")
    await catch_up(sessions, city, "subscription of the city: catching up")
    await engine.dispose()


async def catch_up(sessions: Callable[[], AsyncSession], who: Actor, label: str, batches: int = 50) -> None:
    """A subscription from the beginning: batches of 200, one after the other."""
    query = read_query([Given("EQ_bizStep", ("shipping",))], {})
    reached, took, found = (-(2**62), LAST_ID), [], 0
    for _ in range(batches):
        begun = time.perf_counter()
        async with sessions() as session:
            within = Range(*reached, await complete_below(session) - 1, LAST_ID)
            events = await owed_events(session, who, query, None, within, 201)
        took.append((time.perf_counter() - begun) * 1000)
        found += len(events)
        if len(events) < 201:
            break
        reached = (events[-1].recorded_in, events[-1].id)
    took.sort()
    speed = found / (sum(took) / 1000)
    print(f"{label:<48} median {statistics.median(took):>9,.1f} ms   p99 {took[-1]:>9,.1f} ms   {speed:,.0f} events/s")


def main(events: int) -> None:
    kept = os.environ.get("SHIAN_BENCH_FOLDER")
    with tempfile.TemporaryDirectory() as temporary, EmbeddedPostgres(Path(kept or temporary), durable=False) as server:
        settings = Settings(database_url=server.url())
        upgrade(service, settings)
        asyncio.run(load_seeds(service, settings))
        asyncio.run(fill(server.url(), events))
        asyncio.run(run(server.url(), events))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else EVENTS)
