"""How long a dashboard takes through the gateway with a big register behind it, and with a service missing or slow.

Generated in SQL, from one invented row each: 1,000,000 rapid tests of a year, 100,000 businesses, 1,000,000 trace
events, spread over the villages of a district; the figures are then made from these rows as the nightly proof makes
them. Measured is `GET /api/v1/regions/{district}/dashboard` with its ranked children over 1, 8 and 32 connections, then
the district's seventeen towns in turns, of which no two connections ask for the same at once, and the district again at
gateways of their own to which one service is stopped, or answers after five seconds. Each line says how many dashboards
a second there were in proportion to one connection: what collapses under a rush falls below one.
"""

import asyncio
import itertools
import os
import re
import statistics
import subprocess
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import aiohttp
import asyncpg

from deploy.processes import free_port
from deploy.units import web_command
from gateway.dashboards.last_good import COLD_SECONDS
from gateway.identity.demo_token import demo_token
from gateway.settings import Settings
from services.inspection.main import service as inspection
from services.sampling.main import service as sampling
from shared.app import Service
from shared.contracts.codes import Role, Unit
from shared.contracts.figures import Period, PeriodKind
from shared.database import create_engine, create_sessions
from shared.figures import repository
from shared.figures.definition import Figure
from shared.figures.service import FOLD_BATCH, fold
from shared.times import day_of, now

DISTRICT = "330203000000"
TESTS, BUSINESSES, EVENTS = 1_000_000, 100_000, 1_000_000
STANDINGS = 2_000
"""Of each figure that subjects are counted in one by one, over seven hundred days."""
CONNECTIONS, SECONDS = (1, 8, 32), 12.0
SLOW_SECONDS = 5.0
STATE = re.compile(r'"status":"(\w+)"')

# One row as it stands is the pattern for all: every column that the table asks for has a value that it allows.
_COPIES = """
WITH place AS (SELECT array_agg(code ORDER BY code) AS codes FROM region_ancestors
                WHERE ancestor_code = '{district}' AND code NOT LIKE '%000000'),
     pattern AS (SELECT to_jsonb(t) AS row FROM {table} t WHERE {where} LIMIT 1)
INSERT INTO {table}
SELECT made.* FROM pattern, place, generate_series(1, {count}) n,
  LATERAL jsonb_populate_record(NULL::{table}, pattern.row || jsonb_build_object(
    'id', gen_random_uuid(), 'region_code', codes[1 + n % cardinality(codes)], {changes})) made
"""
_TESTS = """
  'upload_id', NULL, 'submission_id', NULL, 'record_key', NULL, 'content_hash', NULL, 'corrects_id', NULL,
  'superseded_at', NULL, 'verdict', CASE WHEN n % 97 = 0 THEN 'suspected_positive' ELSE 'negative' END,
  'tested_on', current_date - n % 365, 'tested_at', now() - (n % 365) * interval '1 day'
"""
_BUSINESSES = (
    "'uscc', NULL, 'name', '演示主体' || n || '（虚构）', 'site_id', NULL, 'stall_number', NULL, 'status', 'operating'"
)
_MOVEMENTS = """
INSERT INTO business_movements (id, business_id, region_code, kind, change, completed, day, recorded_at)
SELECT gen_random_uuid(), id, region_code, kind, 1, 0, current_date - (row_number() OVER () % 2500)::int, now()
  FROM businesses WHERE name LIKE '演示主体%（虚构）'
"""
_STANDINGS = """
INSERT INTO grid_counts (id, figure, subject, label, region_code, day, numerator, denominator)
SELECT gen_random_uuid(), figure, 'bench-' || n, '演示（虚构）', codes[1 + n % cardinality(codes)],
       current_date - n * 7 % 700, (n % 5 <> 0)::int, 1
  FROM unnest(ARRAY[{figures}]) figure, generate_series(1, {count}) n,
       (SELECT array_agg(code ORDER BY code) AS codes FROM region_ancestors
         WHERE ancestor_code = '{district}' AND code NOT LIKE '%000000') place
"""
_EVENTS = """
CREATE TEMP TABLE made AS
  SELECT gen_random_uuid() AS pk, now() - n * interval '10 seconds' AS at, codes[1 + n % cardinality(codes)] AS region
    FROM generate_series(1, {count}) n,
         (SELECT array_agg(code ORDER BY code) AS codes FROM region_ancestors
           WHERE ancestor_code = '{district}' AND code NOT LIKE '%000000') place;
INSERT INTO epcis_events (id, event_id, hash_id, event_type, event_time, event_time_zone, context_id, body, region_code)
  SELECT pk, 'urn:uuid:' || pk, 'ni:///' || pk, 'ObjectEvent', at, '+08:00', gen_random_uuid(), '{{}}', region
    FROM made;
INSERT INTO epcis_event_parties (event_pk, number, part, region_code, event_time)
  SELECT pk, 0, 'capturer', region, at FROM made;
"""


@dataclass
class Measured:
    """The times of all answers in seconds, how often each state was said of a section, and how long it went on."""

    times: list[float] = field(default_factory=list)
    states: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    @property
    def per_second(self) -> float:
        return len(self.times) / self.seconds

    def __str__(self) -> str:
        ordered = sorted(self.times)
        worst = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
        states = "、".join(f"{state} {count / self.states.total():.0%}" for state, count in self.states.most_common())
        middle = statistics.median(ordered) * 1000
        return f"{len(ordered)} 次，中位 {middle:.0f} ms，p99 {worst * 1000:.0f} ms（各部分：{states}）"


async def load(unit: Unit, statements: list[str]) -> None:
    connection = await asyncpg.connect(
        os.environ[f"SHIAN_{unit.upper()}_DATABASE_URL"], server_settings={"search_path": unit.value, "jit": "off"}
    )
    try:
        for statement in statements:
            await connection.execute(statement)
        await connection.execute("ANALYZE")
    finally:
        await connection.close()


def figures_from(service: Service, table: str) -> list[Figure]:
    """The figures whose rows come from a table."""
    return [figure for figure in service.figures if table in str(figure.rows())]


async def make_figures(service: Service, table: str) -> None:
    """The figures whose rows come from a table, made from these rows and folded."""
    engine = create_engine(service.settings())
    sessions = create_sessions(engine)
    for figure in figures_from(service, table):
        async with sessions() as session, session.begin():
            await repository.replace_with_rows(session, figure)
    while True:
        async with sessions() as session, session.begin():
            if await fold(session) < FOLD_BATCH:
                break
    await engine.dispose()


async def fill() -> None:
    """All rows, and the figures of those tables that have them."""
    tests = _COPIES.format(
        district=DISTRICT, table="rapid_tests", where="counted_at IS NOT NULL", count=TESTS, changes=_TESTS
    )
    businesses = _COPIES.format(
        district=DISTRICT, table="businesses", where="merged_into IS NULL", count=BUSINESSES, changes=_BUSINESSES
    )
    await load(Unit.SAMPLING, [tests])
    standings = ", ".join(f"'{figure.definition.code}'" for figure in figures_from(inspection, "grid_counts"))
    await load(
        Unit.INSPECTION,
        [businesses, _MOVEMENTS, _STANDINGS.format(district=DISTRICT, figures=standings, count=STANDINGS)],
    )
    await load(Unit.TRACEABILITY, [_EVENTS.format(district=DISTRICT, count=EVENTS)])
    await make_figures(sampling, "rapid_tests")
    await make_figures(inspection, "business_movements")
    await make_figures(inspection, "grid_counts")


async def ask(gateway: str, regions: Sequence[str], connections: int, seconds: float) -> Measured:
    """Ask for the dashboards of `regions` in turns, again and again. Only where all services are silent it is a 503."""
    found = Measured()
    month = Period.containing(day_of(now()), PeriodKind.MONTH)
    headers = {"Authorization": f"Bearer {demo_token(Settings(), Role.LEADER, '330203')}"}
    connector = aiohttp.TCPConnector(limit=connections)
    turns = itertools.cycle(regions)
    async with aiohttp.ClientSession(connector=connector, headers=headers) as http:
        begun = time.perf_counter()

        async def one() -> None:
            while (asked := time.perf_counter()) < begun + seconds:
                async with http.get(f"{gateway}/api/v1/regions/{next(turns)}/dashboard?period={month}") as answer:
                    body = await answer.text()
                    assert answer.status in (200, 503), body
                found.times.append(time.perf_counter() - asked)
                found.states.update(STATE.findall(body) or ["503"])

        await asyncio.gather(*(one() for _ in range(connections)))
        found.seconds = time.perf_counter() - begun
    return found


async def towns() -> list[str]:
    """The regions directly below the district."""
    address = f"{os.environ['SHIAN_SAMPLING_URL']}/v1/regions/{DISTRICT}/children?limit=100"
    headers = {"Authorization": f"Bearer {demo_token(Settings(), Role.LEADER, '330203')}"}
    async with aiohttp.ClientSession(headers=headers) as http, http.get(address) as answer:
        return [region["code"] for region in (await answer.json())["items"]]


@asynccontextmanager
async def gateway_with(**addresses: str) -> AsyncIterator[str]:
    """A gateway of its own to which some services are elsewhere."""
    port = free_port()
    environment = os.environ | {f"SHIAN_{unit.upper()}_URL": address for unit, address in addresses.items()}
    process = await asyncio.create_subprocess_exec(
        *web_command(Unit.GATEWAY, port), env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    address = f"http://127.0.0.1:{port}"
    try:
        async with aiohttp.ClientSession() as http:
            for _ in range(600):
                try:
                    async with http.get(f"{address}/healthz") as answer:
                        if answer.status == 200:
                            break
                except aiohttp.ClientError:
                    await asyncio.sleep(0.1)
        yield address
    finally:
        process.terminate()
        await process.wait()


@asynccontextmanager
async def slow_service() -> AsyncIterator[str]:
    """Takes every question and says nothing for five seconds."""

    async def dawdle(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.CancelledError):  # at the end of the measurement
            await asyncio.sleep(SLOW_SECONDS)
        writer.close()

    server = await asyncio.start_server(dawdle, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def measure() -> None:
    begun = time.perf_counter()
    await fill()
    print(
        f"\n{TESTS:,} 条快检、{BUSINESSES:,} 户、{EVENTS:,} 条追溯事件，装入与汇总 {time.perf_counter() - begun:.0f} 秒"
    )
    whole, below = os.environ["SHIAN_GATEWAY_URL"], await towns()
    for name, regions in (("同一看板", [DISTRICT]), (f"{len(below)} 个不同的看板", below)):
        await ask(whole, regions, 4, 5)  # the caches warm
        alone = 0.0
        for connections in CONNECTIONS:
            found = await ask(whole, regions, connections, SECONDS)
            alone = alone or found.per_second
            ratio = found.per_second / alone
            load = os.getloadavg()[0]
            print(f"{name}，{connections} 个连接：{found}，为 1 个连接的 {ratio:.2f} 倍；负载 {load:.1f}", flush=True)
    async with gateway_with(scoring=f"http://127.0.0.1:{free_port()}") as stopped:
        await ask(stopped, [DISTRICT], 1, 3)
        for connections in CONNECTIONS:
            found = await ask(stopped, [DISTRICT], connections, SECONDS)
            print(f"停了一个服务，{connections} 个连接：{found}", flush=True)
    async with slow_service() as address, gateway_with(scoring=address) as slow:
        await asyncio.sleep(COLD_SECONDS)  # right after its start a gateway waits longer
        for connections in CONNECTIONS:
            found = await ask(slow, [DISTRICT], connections, SECONDS)
            print(f"一个服务慢（5 秒），{connections} 个连接：{found}", flush=True)


def bench_dashboards() -> None:
    asyncio.run(measure())
