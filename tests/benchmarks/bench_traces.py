"""How long a trace takes, against the bare recursive query over the same edges, and the reach of a lot in many shops.

Trees of 400, 5,000 and 50,000 nodes, and dense diamonds (every lot of a layer made of every lot of the one before), lie
among background edges, all generated in SQL. Measured is the walk with all it does for its caller: only along events
that stand and that he sees, in the order of time, said where it is cut. The bare query follows the same edges in the
order of time to the same things, and asks neither who may see them nor what stands, nor what lay in what. "Cold" is
the first run after the server was started anew: its buffers are empty, files may still be in the system's cache.

`./shian bench -k traces` runs it small. `python -m tests.benchmarks.bench_traces [background edges] [runs] [shops]`
takes any size, e.g. `10_000_000 20 10_000`. Background edges have no events of their own: what a walk reads of events
are those of its own way.
"""

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from uuid import uuid4

import asyncpg
from sqlalchemy.ext.asyncio import AsyncSession

from deploy.embedded_postgres import EmbeddedPostgres
from services.traceability.main import service as traceability
from services.traceability.settings import Settings
from services.traceability.traces.custody import Heads
from services.traceability.traces.reaching import reach
from services.traceability.traces.rules import Direction
from services.traceability.traces.service import MOST_DEPTH, MOST_NODES, trace, walk
from shared.contracts.codes import Role
from shared.database import create_engine, create_sessions
from shared.http.auth import Actor
from shared.migrations.__main__ import load_seeds, upgrade
from shared.times import now

REGION = "330203000000"
SIZES = {"400": 400, "5,000": 5_000, "50,000": 50_000}
FAN_OUT, WIDTH, LAYERS = 5, 30, 15
BARE = {
    Direction.FORWARD: """
        WITH RECURSIVE found(key, first) AS (SELECT $1::text COLLATE "C", '-infinity'::timestamptz UNION
        SELECT e.target_key, e.event_time FROM trace_edges e JOIN found f ON e.source_key = f.key
          AND e.event_time >= f.first WHERE e.event_time <= $2 AND e.kind = 'transformed')
        SELECT key, min(first) FROM found GROUP BY key""",
    Direction.BACK: """
        WITH RECURSIVE found(key, last) AS (SELECT $1::text COLLATE "C", $2::timestamptz UNION
        SELECT e.source_key, e.event_time FROM trace_edges e JOIN found f ON e.target_key = f.key
          AND e.event_time <= f.last WHERE e.kind = 'transformed')
        SELECT key, max(last) FROM found GROUP BY key""",
}

_EVENTS = """
CREATE TEMP TABLE made AS SELECT n, gen_random_uuid() AS pk, timestamptz '2026-01-01' + depth * interval '1 hour' AS at
  FROM ({numbers}) AS numbered(n, depth);
INSERT INTO epcis_events (id, event_id, hash_id, event_type, event_time, event_time_zone, context_id, body, region_code,
  biz_location)
  SELECT pk, 'urn:uuid:' || pk, 'ni:///' || pk, '{kind}', at, '+08:00', gen_random_uuid(), '{{}}', '{region}', {place}
  FROM made;
INSERT INTO epcis_event_parties (event_pk, number, part, region_code, event_time)
  SELECT pk, 0, 'capturer', '{region}', at FROM made;
"""


def _tree(name: str, nodes: int) -> str:
    """Every lot is turned into five: about `nodes` lots and transformations."""
    parents = max(nodes // (FAN_OUT + 1), 1)
    depth = f"floor(ln(n * {FAN_OUT - 1} + 1) / ln({FAN_OUT}))::int"
    numbers = f"SELECT n, {depth} FROM generate_series(0, {parents - 1}) n"
    return (
        _EVENTS.format(numbers=numbers, kind="TransformationEvent", region=REGION, place="NULL")
        + f"""
INSERT INTO trace_edges (source_key, target_key, event_pk, event_time, kind)
  SELECT '{name}:' || n, 'event:' || pk, pk, at, 'transformed' FROM made
  UNION ALL SELECT 'event:' || pk, '{name}:' || n * {FAN_OUT} + k, pk, at, 'transformed'
  FROM made, generate_series(1, {FAN_OUT}) k;
INSERT INTO epcis_event_things (event_pk, number, role, key, quantity, uom, event_time)
  SELECT pk, 0, 'input_class', '{name}:' || n, 5, 'KGM', at FROM made
  UNION ALL SELECT pk, k, 'output_class', '{name}:' || n * {FAN_OUT} + k, 1, 'KGM', at
  FROM made, generate_series(1, {FAN_OUT}) k;
DROP TABLE made;
"""
    )


def _diamonds() -> str:
    """Each lot of a layer is made of all lots of the layer before."""
    numbers = f"SELECT n, n / {WIDTH} FROM generate_series(0, {WIDTH * LAYERS - 1}) n"
    return (
        _EVENTS.format(numbers=numbers, kind="TransformationEvent", region=REGION, place="NULL")
        + f"""
INSERT INTO trace_edges (source_key, target_key, event_pk, event_time, kind)
  SELECT 'diamond:' || n / {WIDTH} || ':' || k, 'event:' || pk, pk, at, 'transformed'
  FROM made, generate_series(0, {WIDTH - 1}) k
  UNION ALL SELECT 'event:' || pk, 'diamond:' || n / {WIDTH} + 1 || ':' || n % {WIDTH}, pk, at, 'transformed' FROM made;
DROP TABLE made;
"""
    )


def _shops(count: int) -> str:
    """One lot received by so many shops."""
    numbers = f"SELECT n, 1 FROM generate_series(0, {count - 1}) n"
    return (
        _EVENTS.format(numbers=numbers, kind="ObjectEvent", region=REGION, place="'urn:demo:shop:' || n")
        + """
INSERT INTO epcis_event_things (event_pk, number, role, key, quantity, uom, event_time)
  SELECT pk, 0, 'epc_class', 'wide:0', 1, 'KGM', at FROM made;
DROP TABLE made;
"""
    )


def _background(edges: int) -> str:
    return f"""
INSERT INTO trace_edges (source_key, target_key, event_pk, event_time, kind)
  SELECT 'other:' || n / 3, 'other:' || n / 3 + 1 + floor(random() * 50), gen_random_uuid(),
    timestamptz '2026-01-01' + n * interval '1 second', 'transformed' FROM generate_series(1, {edges}) n
  ON CONFLICT DO NOTHING;
"""


async def load(url: str, background: int, shops: int) -> int:
    """Fill the tables; returns how many edges there are."""
    connection = await asyncpg.connect(url, server_settings={"search_path": "traceability"})
    await connection.execute(
        "INSERT INTO region_ancestors (code, ancestor_code, depth) VALUES ($1, $1, 0) ON CONFLICT DO NOTHING", REGION
    )
    for start in range(0, background, 1_000_000):
        await connection.execute(_background(min(1_000_000, background - start)))
    for name, nodes in SIZES.items():
        await connection.execute(_tree(name, nodes))
    await connection.execute(_diamonds())
    await connection.execute(_shops(shops))
    await connection.execute("VACUUM ANALYZE")
    count: int = await connection.fetchval("SELECT count(*) FROM trace_edges")
    await connection.close()
    return count


async def _timed(runs: int, work: Callable[[], Awaitable[object]]) -> list[float]:
    """Milliseconds of the first run, then of the others."""
    times = []
    for _ in range(runs + 1):
        begun = time.perf_counter()
        await work()
        times.append((time.perf_counter() - begun) * 1000)
    return times


async def measure(url: str, runs: int, shops: int) -> None:
    engine = create_engine(Settings(database_url=url))
    sessions = create_sessions(engine)
    bare = await asyncpg.connect(url, server_settings={"search_path": "traceability", "jit": "off"})
    actor = Actor(uuid4(), "演示", "user", frozenset({Role.INSPECTOR}), (REGION,), None, None, frozenset())
    as_of = now()
    starts = {name: (f"{name}:0", f"{name}:{nodes // (FAN_OUT + 1) * FAN_OUT}") for name, nodes in SIZES.items()}
    starts["密集菱形"] = ("diamond:0:0", f"diamond:{LAYERS}:0")
    try:
        for name, (first, last) in starts.items():
            for way, start in ((Direction.FORWARD, first), (Direction.BACK, last)):
                await _compare(sessions(), bare, actor, name, way, start, runs)
        async with sessions() as session:
            for name in SIZES:
                whole = partial(trace, session, actor, f"{name}:0", Direction.FORWARD, as_of=as_of)
                _tell(f"{name} 整份（含事件、核算）", await _timed(runs, partial(whole, depth=50, limit=MOST_NODES)))
        async with sessions() as session:
            _tell(f"波及面：{shops} 家店", await _timed(runs, lambda: reach(session, actor, "wide:0", as_of=as_of)))
    finally:
        await bare.close()
        await engine.dispose()


async def _compare(
    session: AsyncSession,
    bare: "asyncpg.Connection[asyncpg.Record]",
    actor: Actor,
    name: str,
    way: Direction,
    start: str,
    runs: int,
) -> None:
    as_of = now()
    found: list[int] = []

    async def ours() -> None:
        graph = await walk(session, actor, start, way, Heads(), as_of=as_of, depth=MOST_DEPTH, limit=MOST_NODES)
        found.append(len(graph.depth))

    async with session:
        mine = await _timed(runs, ours)
        plain = await _timed(runs, lambda: bare.fetch(BARE[way], start, as_of))
    ratio = statistics.median(mine[1:]) / statistics.median(plain[1:])
    _tell(f"{name} {way.label}（{found[-1]} 个节点）", mine)
    _tell("  只按先后跟边的递归查询", plain, f"；与之比 {ratio:.1f}")


def _tell(name: str, times: list[float], more: str = "") -> None:
    warm = sorted(times[1:])
    worst = warm[min(len(warm) - 1, int(len(warm) * 0.99))]
    print(f"{name}：中位 {statistics.median(warm):.1f}，p99 {worst:.1f}，冷 {times[0]:.1f} 毫秒{more}")


def run(background: int, runs: int, shops: int) -> None:
    """Load under one server, measure under another that has nothing in its buffers."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        with EmbeddedPostgres(path, durable=False) as server:
            settings = Settings(database_url=server.url())
            upgrade(traceability, settings)
            asyncio.run(load_seeds(traceability, settings))
            begun = time.perf_counter()
            edges = asyncio.run(load(server.url(), background, shops))
            print(f"\n{edges:,} 条边，装入 {time.perf_counter() - begun:.0f} 秒；机器负载 {os.getloadavg()[0]:.1f}")
        with EmbeddedPostgres(path, durable=False) as server:
            asyncio.run(measure(server.url(), runs, shops))


def bench_traces() -> None:
    run(200_000, 5, 1_000)


if __name__ == "__main__":
    given = [int(text.replace(",", "")) for text in sys.argv[1:]]
    run(*(given + [200_000, 10, 10_000][len(given) :]))
