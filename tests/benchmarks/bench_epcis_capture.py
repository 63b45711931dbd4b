r"""How fast EPCIS events are captured, as events a second and as a ratio to `\copy` of the same rows, and the memory.

Documents of 500 invented events (receiving with two items, packing, transforming; in between a business document, a
quantity, an extension) are posted to the gateway by two senders at once. Every event is validated, hashed, and stored
with its things, facts, parties and trace edges, under all indexes. Then exactly these rows are copied out and, by
COPY, into tables without any index.

`./shian bench -k epcis_capture` runs it. `python -m tests.benchmarks.bench_epcis_capture [events] [profile]` captures
within one process, without any HTTP, and prints where that process' time goes.
"""

import asyncio
import cProfile
import json
import os
import pstats
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx

from deploy.embedded_postgres import EmbeddedPostgres
from gateway.identity.demo_token import demo_token
from gateway.settings import Settings
from services.traceability.epcis_captures.schemas import ErrorBehaviour
from services.traceability.epcis_captures.service import capture
from services.traceability.main import service as traceability
from services.traceability.settings import Settings as TraceabilitySettings
from shared.contracts.codes import Role
from shared.database import create_engine, create_sessions
from shared.http.auth import Actor
from shared.migrations.__main__ import load_seeds, upgrade

EVENTS = 100_000
IN_A_DOCUMENT = 500
SENDERS = 2
WANTED_A_SECOND = 5_000
TABLES = ("epcis_events", "epcis_event_things", "epcis_event_facts", "epcis_event_parties", "trace_edges")
CONTEXT = [
    "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
    {"example": "https://ns.example.com/epcis/"},
]


def document(start: int, run: str) -> str:
    """Five hundred invented events that no other run has."""
    frame = {"@context": CONTEXT, "type": "EPCISDocument", "schemaVersion": "2.0"}
    frame["creationDate"] = "2026-07-24T09:30:00+08:00"
    events = [_event(number, run) for number in range(start, start + IN_A_DOCUMENT)]
    return json.dumps({**frame, "epcisBody": {"eventList": events}}, ensure_ascii=False)


def _event(number: int, run: str) -> dict[str, Any]:
    item = f"urn:epc:id:sgtin:6901234.0{number % 50:05}.{run}{number}"
    event: dict[str, Any] = {
        "type": "ObjectEvent",
        "eventTime": f"2026-07-{number % 28 + 1:02}T{number // 60 % 24:02}:{number % 60:02}:{number % 59:02}.000+08:00",
        "eventTimeZoneOffset": "+08:00",
        "bizStep": "receiving",
        "disposition": "in_progress",
        "readPoint": {"id": f"urn:epc:id:sgln:6901234.{number % 90:05}.0"},
        "bizLocation": {"id": f"urn:epc:id:sgln:6901234.{number % 90:05}.0"},
        "bizTransactionList": [{"type": "po", "bizTransaction": f"urn:epcglobal:cbv:bt:6901234000005:{number // 100}"}],
    }
    if number % 10 == 0:
        parent = f"https://example.com/00/{run}{number}"
        return event | {"type": "AggregationEvent", "action": "ADD", "parentID": parent, "childEPCs": [item]}
    if number % 10 == 1:
        lot = [
            {
                "epcClass": f"urn:epc:class:lgtin:6901234.0{number % 50:05}.{number // 50}",
                "quantity": 12.5,
                "uom": "KGM",
            }
        ]
        return event | {"type": "TransformationEvent", "inputQuantityList": lot, "outputEPCList": [item]}
    return event | {"action": "OBSERVE", "epcList": [item, f"{item}b"], "example:vehicle": "演示车辆（虚构）"}


def bench_epcis_capture_through_the_gateway() -> None:
    load, run = os.getloadavg()[0], uuid4().hex[:6]
    texts = [document(start, run).encode() for start in range(0, EVENTS, IN_A_DOCUMENT)]
    token = demo_token(Settings(), Role.INSPECTOR, "330203")
    begun = time.perf_counter()
    with ThreadPoolExecutor(SENDERS) as senders:
        ids = [one for part in senders.map(lambda n: _send(texts[n::SENDERS], token), range(SENDERS)) for one in part]
    seconds = time.perf_counter() - begun
    copied, rows = asyncio.run(copy_seconds(os.environ["SHIAN_TRACEABILITY_DATABASE_URL"], "traceability", ids))
    print(f"\n{EVENTS} 件事件，每份 {IN_A_DOCUMENT} 件，{SENDERS} 路并发，{rows} 行；开始时机器负载 {load:.1f}")
    _tell(seconds, copied)


def _send(texts: Sequence[bytes], token: str) -> list[UUID]:
    with httpx.Client(base_url=os.environ["SHIAN_GATEWAY_URL"], timeout=120) as client:
        ids = []
        for text in texts:
            headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
            answer = client.post("/api/traceability/epcis/capture", content=text, headers=headers)
            assert answer.status_code == 202, answer.text
            ids.append(UUID(answer.headers["Location"].rpartition("/")[2]))
        return ids


def _tell(seconds: float, copied: float) -> None:
    print(f"采集：{seconds:.2f} 秒，{EVENTS / seconds:,.0f} 件/秒（目标 ≥ {WANTED_A_SECOND:,}）")
    print(rf"同样的行 COPY 进没有索引的表：{copied:.2f} 秒；与之比 {copied / seconds:.2f}")


async def copy_seconds(url: str, schema: str, captures: Sequence[UUID]) -> tuple[float, int]:
    """The rows of these captures copied into tables without an index: seconds, and how many rows."""
    connection = await asyncpg.connect(url, server_settings={"search_path": schema})
    seconds, rows = 0.0, 0
    own = f"SELECT id FROM {TABLES[0]} WHERE capture_id = ANY($1::uuid[])"
    with tempfile.TemporaryDirectory() as folder:
        for table in TABLES:
            file = Path(folder) / table
            key = "id" if table == TABLES[0] else "event_pk"
            await connection.copy_from_query(f"SELECT * FROM {table} WHERE {key} IN ({own})", captures, output=file)
            await connection.execute(f"CREATE UNLOGGED TABLE benchmark_copy AS SELECT * FROM {table} LIMIT 0")
            await connection.execute("ALTER TABLE benchmark_copy SET LOGGED")
            begun = time.perf_counter()
            copied = await connection.copy_to_table("benchmark_copy", source=file)
            seconds += time.perf_counter() - begun
            rows += int(copied.rpartition(" ")[2])
            await connection.execute("DROP TABLE benchmark_copy")
    await connection.close()
    return seconds, rows


async def _capture_all(url: str, events: int, profile: bool) -> None:
    settings = TraceabilitySettings(database_url=url)
    sessions = create_sessions(engine := create_engine(settings))
    actor = Actor(uuid4(), "演示", "user", frozenset({Role.BUSINESS}), ("330203000000",), None, uuid4(), frozenset())
    texts = [document(start, uuid4().hex[:6]) for start in range(0, events, IN_A_DOCUMENT)]
    ids: list[UUID] = []

    async def work(own: Sequence[str]) -> None:
        for text in own:
            async with sessions() as session, session.begin():
                taken = await capture(session, text, ErrorBehaviour.ROLLBACK, actor)
                assert taken.success, taken.errors
                ids.append(taken.id)

    watch = cProfile.Profile()
    begun, cpu = time.perf_counter(), time.process_time()
    if profile:
        watch.enable()
    await asyncio.gather(*(work(texts[n::SENDERS]) for n in range(SENDERS)))
    watch.disable()
    seconds, cpu = time.perf_counter() - begun, time.process_time() - cpu
    await engine.dispose()
    copied, rows = await copy_seconds(url, "traceability", ids)
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{events} 件，{rows} 行：{seconds:.2f} 秒，{events / seconds:,.0f} 件/秒；本进程 CPU {cpu:.2f} 秒")
    print(rf"同样的行 COPY 进没有索引的表 {copied:.2f} 秒，比 {copied / seconds:.2f}；内存峰值 {megabytes:.0f} MB")
    if profile:
        pstats.Stats(watch).sort_stats("tottime").print_stats(25)


def main() -> None:
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    with tempfile.TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder), durable=False) as server:
        settings = TraceabilitySettings(database_url=server.url())
        upgrade(traceability, settings)
        asyncio.run(load_seeds(traceability, settings))
        asyncio.run(_capture_all(server.url(), events, "profile" in sys.argv))


if __name__ == "__main__":
    main()
