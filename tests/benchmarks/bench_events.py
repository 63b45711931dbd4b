"""How fast events travel: `./shian bench`, or by itself `python -m tests.benchmarks.bench_events`.

One publisher, its relay and one subscriber, the last two as processes of their own, on one throw-away server. Prints:
- the time from the commit in one unit to the commit in the other under 100 events/s (median, 99th percentile);
- the events delivered a second, as a ratio to plain INSERTs of the same size, one statement a row, in the same run.
"""

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.embedded_postgres import EmbeddedPostgres
from deploy.processes import free_port
from services.sampling.main import service as sampling
from services.sampling.settings import Settings as SamplingSettings
from services.scoring.main import service as scoring
from services.scoring.settings import Settings as ScoringSettings
from shared.contracts.codes import Unit
from shared.database import create_engine, create_sessions
from shared.events import outbox
from shared.events.outbox import publish, publish_all
from shared.migrations.__main__ import upgrade
from tests.shared.events.trial import TrialHeld, create_effects, environment, subscriptions_with

ROOT = Path(__file__).resolve().parents[2]
RATE, SECONDS = 100, 20
BULK, CHUNK = 20_000, 500
PATIENCE = 120  # seconds after which events count as lost and the benchmark fails
# A notification is sent when the handler's transaction has committed, and not before.
TELLING = (
    """CREATE FUNCTION trial_tell() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN PERFORM pg_notify('trial_effects', NEW.number::text); RETURN NULL; END $$""",
    "CREATE TRIGGER trial_tell AFTER INSERT ON trial_effects FOR EACH ROW EXECUTE FUNCTION trial_tell()",
)


def bench_events() -> None:
    """Latency and throughput of the events between two units."""
    asyncio.run(main())


async def main() -> None:
    """Start everything, measure, print."""
    outbox.SUBSCRIPTIONS = subscriptions_with(Unit.SCORING)  # type: ignore[attr-defined]
    with tempfile.TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder) / "postgres") as server:
        url, port = server.url(), free_port()
        settings = SamplingSettings(database_url=url, database_pool_size=64), ScoringSettings(database_url=url)
        for service, own in zip((sampling, scoring), settings, strict=True):
            await asyncio.to_thread(upgrade, service, own)
        publisher, subscriber = create_engine(settings[0]), create_engine(settings[1])
        await create_effects(subscriber)
        with _process(url, port, "relay"), _process(url, port, "subscriber", str(port)):
            await _until_healthy(port)
            await _latency(publisher, subscriber)
            await _throughput(publisher, subscriber)
        await publisher.dispose()
        await subscriber.dispose()


async def _latency(publisher: AsyncEngine, subscriber: AsyncEngine) -> None:
    sessions, committed, arrived = create_sessions(publisher), dict[int, float](), dict[int, float]()

    async def publish_one(number: int) -> None:
        async with sessions() as session, session.begin():
            await publish(session, TrialHeld(number=number), str(number))
        committed[number] = time.perf_counter()

    def on_arrival(_connection: object, _pid: object, _channel: object, number: object) -> None:
        arrived[int(str(number))] = time.perf_counter()

    async with subscriber.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        for statement in TELLING:
            await connection.execute(text(statement))
        raw: Any = (await connection.get_raw_connection()).driver_connection
        await raw.add_listener("trial_effects", on_arrival)
        begun, tasks = time.perf_counter(), []
        for number in range(RATE * SECONDS):
            await asyncio.sleep(max(0, begun + number / RATE - time.perf_counter()))
            tasks.append(asyncio.create_task(publish_one(number)))
        await asyncio.gather(*tasks)
        async with asyncio.timeout(PATIENCE):
            while len(arrived) < RATE * SECONDS:  # noqa: ASYNC110 (a wait, not a measurement)
                await asyncio.sleep(0.05)
        await raw.remove_listener("trial_effects", on_arrival)
        await connection.execute(text("DROP TRIGGER trial_tell ON trial_effects"))
    delays = sorted(1000 * (arrived[number] - committed[number]) for number in committed)
    median, p99 = statistics.median(delays), delays[int(len(delays) * 0.99)]
    print(f"commit → committed in the other unit at {RATE} events/s: median {median:.1f} ms, p99 {p99:.1f} ms")


async def _throughput(publisher: AsyncEngine, subscriber: AsyncEngine) -> None:
    async with subscriber.begin() as connection:
        await connection.execute(text("TRUNCATE trial_effects"))
    plain = await _plain_inserts(publisher)
    async with create_sessions(publisher)() as session, session.begin():
        for first in range(0, BULK, CHUNK):
            await publish_all(session, [(TrialHeld(number=n), str(n)) for n in range(first, first + CHUNK)])
    begun = time.perf_counter()
    async with asyncio.timeout(PATIENCE):
        await _until_effects(subscriber, BULK)
    delivered = BULK / (time.perf_counter() - begun)
    print(f"delivered {delivered:,.0f} events/s; plain INSERTs {plain:,.0f} rows/s; ratio {delivered / plain:.2f}")


async def _plain_inserts(publisher: AsyncEngine) -> float:
    """Rows a second of the same size, one statement a row, 500 a transaction: what a handler alone would reach."""
    async with publisher.begin() as connection:
        await connection.execute(text("CREATE TABLE trial_plain (number int, data jsonb)"))
    statement, count = text("INSERT INTO trial_plain VALUES (:number, CAST(:data AS jsonb))"), 5000
    begun = time.perf_counter()
    for first in range(0, count, CHUNK):
        async with publisher.begin() as connection:
            for number in range(first, first + CHUNK):
                data = TrialHeld(number=number).model_dump_json()
                await connection.execute(statement, {"number": number, "data": data})
    return count / (time.perf_counter() - begun)


async def _until_effects(subscriber: AsyncEngine, count: int) -> None:
    while True:
        async with subscriber.connect() as connection:
            if await connection.scalar(text("SELECT count(*) FROM trial_effects")) == count:
                return
        await asyncio.sleep(0.05)


async def _until_healthy(port: int) -> None:
    async with httpx.AsyncClient() as client:
        while True:
            try:
                await client.get(f"http://127.0.0.1:{port}/healthz")
                return
            except httpx.TransportError:
                await asyncio.sleep(0.2)


@contextmanager
def _process(url: str, port: int, *arguments: str) -> Iterator[None]:
    command = [sys.executable, "-m", "tests.shared.events.trial", *arguments]
    variables = environment(url, scoring=f"http://127.0.0.1:{port}") | {"SHIAN_TRIAL_PACE": "real"}
    with subprocess.Popen(command, cwd=ROOT, env=variables, stdout=subprocess.DEVNULL) as process:
        try:
            yield
        finally:
            process.kill()


if __name__ == "__main__":
    bench_events()
