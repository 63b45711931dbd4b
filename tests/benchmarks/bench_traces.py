"""How long a trace takes, against the bare recursive query over the same edges, and the reach of a lot in many shops.

Trees of 400, 5,000 and 50,000 nodes, and dense diamonds (every lot of a layer made of every lot of the one before), lie
among background trees of a million edges each, all with their events and things, generated in SQL. Measured is the walk
with all it does for its caller: only along events that stand and that he sees, in the order of time, with what lay in
what, said where it is cut. The bare query is one recursive statement that gives the same edges by the same order of
time, moments and cap, only along events that stand; it asks neither who may see them nor what lay in what.

"Cold" is the first run after the server was started anew and its files were put out of the system's cache. Processor
time is that of this process and of the server's process together, on average of the warm runs.

`./shian bench -k traces --trace-edges 10000000` takes any size (200,000 unless told). `python -m
tests.benchmarks.bench_traces --edges 10000000 --folder some/folder` needs no platform and keeps the data for more runs.
"""

import argparse
import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from deploy.embedded_postgres import EmbeddedPostgres
from services.traceability.everyday_events.rules import LOT_KEY
from services.traceability.main import service as traceability
from services.traceability.settings import Settings
from services.traceability.traces.custody import Heads
from services.traceability.traces.reaching import reach
from services.traceability.traces.rules import FOR_EVER, Direction
from services.traceability.traces.service import MOST_DEPTH, MOST_NODES, trace, walk
from shared.contracts.codes import Role
from shared.database import create_engine, create_sessions
from shared.http.auth import Actor
from shared.migrations.__main__ import load_seeds, upgrade

REGION = "330203000000"
ACTOR = Actor(uuid4(), "演示", "user", frozenset({Role.INSPECTOR}), (REGION,), None, None, frozenset())
SIZES = {"400": 400, "5,000": 5_000, "50,000": 50_000}
FAN_OUT, WIDTH, LAYERS = 5, 30, 15
DIAMOND = f"{LOT_KEY}diamond"
TREE = 1_000_000
"""Edges of a background tree."""
BARE = {
    way: f"""
    WITH RECURSIVE found(source_key, target_key, event_pk, event_time, kind, key) AS (
      SELECT NULL::text COLLATE "C", NULL::text COLLATE "C", NULL::uuid, {ever}, NULL::text, $1::text COLLATE "C"
      UNION
      SELECT e.source_key, e.target_key, e.event_pk, e.event_time, e.kind, e.{onward}
      FROM (SELECT DISTINCT key, event_time FROM found) AS f
      JOIN trace_edges e ON e.{origin} = f.key AND e.event_time {order} f.event_time
      JOIN epcis_events v ON v.id = e.event_pk
      WHERE e.event_time <= $2 AND e.kind = 'transformed' AND v.record_time <= $2 AND v.error_declared_at IS NULL
        AND NOT EXISTS (SELECT FROM epcis_events d WHERE d.event_id = v.event_id AND d.error_declared_at IS NOT NULL)
    )
    SELECT source_key, target_key, event_pk, event_time, kind FROM found WHERE event_pk IS NOT NULL LIMIT $3"""
    for way, ever, origin, onward, order in (
        (Direction.FORWARD, "'-infinity'::timestamptz", "source_key", "target_key", ">="),
        (Direction.BACK, "'infinity'::timestamptz", "target_key", "source_key", "<="),
    )
}

_EVENTS = """
CREATE TEMP TABLE made AS SELECT n, gen_random_uuid() AS pk, timestamptz '2026-01-01' + depth * interval '1 hour' AS at
  FROM ({numbers}) AS numbered(n, depth);
INSERT INTO epcis_events (id, event_id, hash_id, event_type, event_time, event_time_zone, context_id, body, region_code,
  biz_location, record_time)
  SELECT pk, 'urn:uuid:' || pk, 'ni:///' || pk, '{kind}', at, '+08:00', gen_random_uuid(), '{{}}', '{region}', {place},
  at FROM made;
INSERT INTO epcis_event_parties (event_pk, number, part, region_code, event_time)
  SELECT pk, 0, 'capturer', '{region}', at FROM made;
"""


def _tree(name: str, nodes: int, way: Direction = Direction.FORWARD) -> str:
    """Every lot is turned into five, or (seen from behind) made of five: about `nodes` lots and transformations."""
    parents = max(nodes // (FAN_OUT + 1), 1)
    depth = f"floor(ln(n * {FAN_OUT - 1} + 1) / ln({FAN_OUT}))::int"
    one, many, one_role, many_role = ("source_key", "target_key", "input_class", "output_class")
    if way is Direction.BACK:
        depth, one, many, one_role, many_role = f"100 - {depth}", many, one, many_role, one_role
    numbers = f"SELECT n, {depth} FROM generate_series(0, {parents - 1}) n"
    return (
        _EVENTS.format(numbers=numbers, kind="TransformationEvent", region=REGION, place="NULL")
        + f"""
INSERT INTO trace_edges ({one}, {many}, event_pk, event_time, kind)
  SELECT '{name}:' || n, 'event:' || pk, pk, at, 'transformed' FROM made
  UNION ALL SELECT 'event:' || pk, '{name}:' || n * {FAN_OUT} + k, pk, at, 'transformed'
  FROM made, generate_series(1, {FAN_OUT}) k;
INSERT INTO epcis_event_things (event_pk, number, role, key, quantity, uom, event_time)
  SELECT pk, 0, '{one_role}', '{name}:' || n, 5, 'KGM', at FROM made
  UNION ALL SELECT pk, k, '{many_role}', '{name}:' || n * {FAN_OUT} + k, 1, 'KGM', at
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
  SELECT '{DIAMOND}:' || n / {WIDTH} || ':' || k, 'event:' || pk, pk, at, 'transformed'
  FROM made, generate_series(0, {WIDTH - 1}) k
  UNION ALL SELECT 'event:' || pk, '{DIAMOND}:' || n / {WIDTH} + 1 || ':' || n % {WIDTH}, pk, at, 'transformed'
  FROM made;
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


async def load(url: str, background: int, shops: int) -> None:
    """Fill the tables."""
    connection = await asyncpg.connect(url, server_settings={"search_path": "traceability"})
    await connection.execute(
        "INSERT INTO region_ancestors (code, ancestor_code, depth) VALUES ($1, $1, 0) ON CONFLICT DO NOTHING", REGION
    )
    for start in range(0, background, TREE):
        await connection.execute(_tree(f"other{start // TREE}", min(TREE, background - start)))
    for name, nodes in SIZES.items():
        for way in (Direction.FORWARD, Direction.BACK):
            await connection.execute(_tree(f"{LOT_KEY}{name}{way}", nodes, way))
    await connection.execute(_diamonds())
    await connection.execute(_shops(shops))
    await connection.execute("VACUUM ANALYZE")
    await connection.close()


def forget(folder: Path) -> None:
    """Put the files of a server that does not run out of the system's cache."""
    os.sync()
    for path in folder.rglob("*"):
        if path.is_file():
            opened = os.open(path, os.O_RDONLY)
            os.posix_fadvise(opened, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(opened)


@dataclass(frozen=True)
class Times:
    """Milliseconds of the first run, the middle and the worst hundredth of the others, processor time of each."""

    cold: float
    median: float
    p99: float
    processor: float

    def __str__(self) -> str:
        return f"中位 {self.median:.1f}，p99 {self.p99:.1f}，冷 {self.cold:.0f} 毫秒；处理器 {self.processor:.1f} 毫秒"


async def _timed(server: EmbeddedPostgres, runs: int, work: Callable[[], Awaitable[object]]) -> Times:
    times = []
    used = 0.0
    for number in range(runs + 1):
        if number == 1:
            used = _processor_seconds(server)
        begun = time.perf_counter()
        await work()
        times.append((time.perf_counter() - begun) * 1000)
    used = _processor_seconds(server) - used
    warm = sorted(times[1:])
    worst = warm[min(runs - 1, int(runs * 0.99))]
    return Times(times[0], statistics.median(warm), worst, used * 1000 / runs)


def _processor_seconds(server: EmbeddedPostgres) -> float:
    """What this process and the server's have used; the server's only where the system says it (Linux)."""
    main = Path(f"/proc/{server.process.pid if server.process else 0}")
    if not main.exists():
        return time.process_time()
    children = (main / "task" / main.name / "children").read_text().split()
    ticks = sum(_ticks(Path("/proc", child), 2) for child in children) + _ticks(main, 4)
    return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")


def _ticks(process: Path, fields: int) -> int:
    """User and system time; with four fields that of ended children, too."""
    try:
        said = (process / "stat").read_text()
    except FileNotFoundError:
        return 0
    return sum(int(field) for field in said.rpartition(")")[2].split()[11 : 11 + fields])


Work = Callable[[AsyncSession], Awaitable[Any]]


@asynccontextmanager
async def _session(url: str) -> Any:
    engine = create_engine(Settings(database_url=url))
    async with create_sessions(engine)() as session:
        await session.execute(text("SELECT 1"))
        yield session
    await engine.dispose()


async def _ours(server: EmbeddedPostgres, runs: int, work: Work) -> Times:
    async with _session(server.url()) as session:
        return await _timed(server, runs, lambda: work(session))


async def _bare(server: EmbeddedPostgres, runs: int, way: Direction, start: str) -> Times:
    settings = {"search_path": "traceability", "jit": "off"}
    connection = await asyncpg.connect(server.url(), server_settings=settings)
    found = partial(connection.fetch, BARE[way], start, FOR_EVER, 20 * MOST_NODES)
    times = await _timed(server, runs, found)
    await connection.close()
    return times


def measure(folder: Path, runs: int) -> None:
    """Each case under a server of its own, so that the first run of each is cold."""

    def fresh() -> EmbeddedPostgres:
        forget(folder)
        return EmbeddedPostgres(folder, durable=False)

    starts = {name: (f"{LOT_KEY}{name}forward:0", f"{LOT_KEY}{name}back:0") for name in SIZES}
    starts["密集菱形"] = (f"{DIAMOND}:0:0", f"{DIAMOND}:{LAYERS}:0")
    for name, ends in starts.items():
        for way, start in zip((Direction.FORWARD, Direction.BACK), ends, strict=True):
            walked = partial(_walk, way, start)
            with fresh() as server:
                mine = asyncio.run(_ours(server, runs, walked))
            with fresh() as server:
                plain = asyncio.run(_bare(server, runs, way, start))
            print(f"{name} {way.label}：{mine}", flush=True)
            ratios = f"{mine.median / plain.median:.1f}，冷 {mine.cold / plain.cold:.1f}"
            print(f"  递归查询：{plain}；之比 {ratios}", flush=True)
    for name in SIZES:
        whole = partial(_whole, f"{LOT_KEY}{name}forward:0")
        with fresh() as server:
            print(f"{name} 整份（含事件、核算）：{asyncio.run(_ours(server, max(runs // 10, 1), whole))}", flush=True)
    with fresh() as server:
        times = asyncio.run(_ours(server, runs, lambda session: reach(session, ACTOR, "wide:0")))
        print(f"波及面，一批到过的各家店：{times}", flush=True)


async def _walk(way: Direction, start: str, session: AsyncSession) -> None:
    await walk(session, ACTOR, start, way, Heads(), as_of=FOR_EVER, depth=MOST_DEPTH, limit=MOST_NODES)


async def _whole(start: str, session: AsyncSession) -> None:
    await trace(session, ACTOR, start, Direction.FORWARD, depth=50, limit=MOST_NODES)


def run(folder: Path, edges: int, runs: int, shops: int) -> None:
    """Load where there is nothing yet, then measure."""
    with EmbeddedPostgres(folder, durable=False) as server:
        settings = Settings(database_url=server.url())
        upgrade(traceability, settings)
        asyncio.run(load_seeds(traceability, settings))
        if not asyncio.run(_count(server.url())):
            begun = time.perf_counter()
            asyncio.run(load(server.url(), edges, shops))
            print(f"\n装入 {time.perf_counter() - begun:.0f} 秒")
        print(f"{asyncio.run(_count(server.url())):,} 条边；机器负载 {os.getloadavg()[0]:.1f}", flush=True)
    measure(folder, runs)


async def _count(url: str) -> int:
    connection = await asyncpg.connect(url, server_settings={"search_path": "traceability"})
    count: int = await connection.fetchval("SELECT count(*) FROM trace_edges")
    await connection.close()
    return count


def bench_traces(request: pytest.FixtureRequest) -> None:
    with tempfile.TemporaryDirectory(prefix="shian-bench-traces-") as folder:
        run(Path(folder), int(request.config.getoption("--trace-edges")), 20, 10_000)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--edges", type=int, default=200_000)
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--shops", type=int, default=10_000)
    parser.add_argument("--folder", type=Path, required=True)
    given = parser.parse_args()
    run(given.folder, given.edges, given.runs, given.shops)
