"""How fast results go in, as a ratio to `psql \\copy` of the same file in the same run, and the memory.

A table of 100,000 items of 5,000 samples (one per cent broken, so that their samples are refused whole) is taken in by
the job: each item is judged by the limit book, each report stored with its history, its terms opened and ended.
`\\copy` puts the same file into one table of text without any index.

`python -m tests.benchmarks.bench_result_import [items]` runs it within one process; with `profile` as a second word it
prints where that process' time goes.
"""

import asyncio
import cProfile
import csv
import gc
import os
import pstats
import random
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from deploy.embedded_postgres import EmbeddedPostgres
from services.sampling.laboratories.models import Laboratory
from services.sampling.main import service as sampling
from services.sampling.result_imports.imports import Import
from services.sampling.result_imports.models import ResultUpload
from services.sampling.result_imports.schemas import ResultUploadForm
from services.sampling.result_imports.uploads import receive
from services.sampling.samples.blind_codes import new_blind_code
from services.sampling.samples.models import Sample
from services.sampling.samples.service import CLOCK_OBJECT
from services.sampling.settings import Settings
from shared.clocks.service import Opening, open_clocks
from shared.contracts.codes import Role
from shared.contracts.statutory_sampling import Link, SampleState, Stream
from shared.database import create_engine, create_sessions
from shared.http.auth import Actor
from shared.ids import uuid7
from shared.migrations.__main__ import load_seeds, upgrade
from shared.tabular.receiving import ReceivedFile
from shared.times import day_of, now
from tests.benchmarks.bench_upload import peak_megabytes

ITEMS, ITEMS_OF_A_SAMPLE = 100_000, 20
WANTED_RATIO = 0.05
DISTRICT, STREET = "330203000000", "330203009000"
HEADER = (
    *("抽样单编号", "报告书编号", "报告日期", "报告签发人", "检验结论", "检验项目", "检验结果", "结果单位", "标准限值"),
    *("标准限值单位", "结果判定", "检验依据", "判定依据", "方法检出限", "方法检出限单位"),
)
NAMES = ("铅", "镉", "总汞", "总砷", "铬", "苯甲酸", "山梨酸", "糖精钠", "甜蜜素", "二氧化硫残留量")


@dataclass(frozen=True, slots=True)
class Written:
    path: Path
    rows: int
    samples: int
    broken: int


def write_file(path: Path, numbers: list[str], day: date) -> Written:
    """An invented table; of every hundredth sample one row has no result."""
    chance = random.Random(20260724)
    broken = rows = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for index, number in enumerate(numbers):
            is_broken = index % 100 == 50
            broken += is_broken
            for place in range(ITEMS_OF_A_SAMPLE):
                said = (
                    (number, f"DEMO-{index}", day.isoformat(), "演示签发（虚构）", "合格") if place == 0 else ("",) * 5
                )
                detected = chance.random() < 0.4
                result = f"{chance.uniform(0.02, 0.29):.3f}" if detected else "未检出"
                item = f"{NAMES[place % len(NAMES)]}{place // len(NAMES) or ''}"
                if is_broken and place == 7:
                    result = ""
                writer.writerow(
                    [
                        *said,
                        item,
                        result,
                        "mg/kg",
                        "≤0.3",
                        "mg/kg",
                        "合格项",
                        "GB 5009.12-2023",
                        "GB 2762-2022",
                        "0.02",
                        "mg/kg",
                    ]
                )
                rows += 1
    return Written(path, rows, len(numbers), broken)


async def store_samples(sessions: async_sessionmaker[AsyncSession], count: int) -> list[str]:
    """Invented samples that a laboratory received, each with its term running; their numbers."""
    numbers = [f"XBJ26330203{index:09d}" for index in range(count)]
    at = now() - timedelta(days=5)
    laboratory_id = uuid7()
    same = {
        "stream": Stream.SUPERVISION,
        "link": Link.CIRCULATION,
        "task_source": "演示",
        "region_code": STREET,
        "bureau_code": DISTRICT,
        "food_name": "演示食品",
        "sampled_party_name": "演示超市（虚构）",
        "sampled_on": day_of(at),
        "form": {},
        "state": SampleState.RECEIVED,
        "laboratory_id": laboratory_id,
        "taken_at": at,
        "received_at": at,
    }
    async with sessions() as session, session.begin():
        session.add(
            Laboratory(
                id=laboratory_id,
                name="演示检验所（虚构）",
                region_code=DISTRICT,
                cma_number="演示",
                cma_valid_from=date(2024, 1, 1),
                cma_valid_to=date(2099, 1, 1),
                scope=[],
                serves=[DISTRICT],
                on_retest_roster=False,
                contact_name="演示",
                contact_phone="演示",
                active=True,
            )
        )
        await session.flush()
        rows = [same | {"id": uuid7(), "number": number, "blind_code": new_blind_code()} for number in numbers]
        await session.execute(insert(Sample), rows)
        ids = list(await session.scalars(select(Sample.id)))
        for start in range(0, len(ids), 1000):
            await open_clocks(session, [term_of(sample_id) for sample_id in ids[start : start + 1000]])
            session.expunge_all()
    return numbers


def term_of(sample_id: UUID) -> Opening:
    return Opening(
        code="inspection_report",
        object_type=CLOCK_OBJECT,
        object_id=sample_id,
        region_code=DISTRICT,
        triggered_at=now() - timedelta(days=5),
        title="样品",
    )


async def copy_seconds(url: str, path: Path) -> float:
    """Seconds of COPY of the file into a table of text; the best of two."""
    connection = await asyncpg.connect(url)
    best = float("inf")
    columns = ", ".join(f"column_{number} text" for number in range(len(HEADER)))
    for _ in range(2):
        await connection.execute("DROP TABLE IF EXISTS benchmark_copy")
        await connection.execute(f"CREATE TABLE benchmark_copy ({columns})")
        begun = time.perf_counter()
        await connection.copy_to_table("benchmark_copy", source=path, format="csv", header=True)
        best = min(best, time.perf_counter() - begun)
    await connection.execute("DROP TABLE benchmark_copy")
    await connection.close()
    return best


async def measure(items: int, *, profiled: bool) -> None:
    """Take in a file within this process; print its seconds, its memory, and its ratio to COPY."""
    officer = Actor(
        id=uuid4(),
        name="演示上传者（虚构）",
        kind="user",
        roles=frozenset([Role.FOOD_SAFETY_OFFICE]),
        regions=(DISTRICT,),
        organisation_id=None,
        business_id=None,
        scopes=frozenset(),
    )
    with tempfile.TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder) / "postgres") as postgres:
        settings = Settings(database_url=postgres.url(), data_dir=Path(folder))
        await asyncio.to_thread(upgrade, sampling, settings)
        await load_seeds(sampling, settings)
        engine = create_engine(settings)
        sessions = create_sessions(engine)
        numbers = await store_samples(sessions, items // ITEMS_OF_A_SAMPLE)
        file = write_file(Path(folder) / "results.csv", numbers, day_of(now() - timedelta(days=1)))
        copied = await copy_seconds(postgres.url(), file.path)
        (settings.data_dir / ResultUpload.FOLDER).mkdir()
        async with sessions() as session, session.begin():
            received = ReceivedFile(file.path, file.path.name, file.path.stat().st_size, uuid4().bytes, {})
            upload = await receive(session, received, ResultUploadForm(), settings.data_dir, officer)
        gc.collect()
        gc.freeze()  # as a worker does once it has imported what it needs
        before, begun, processor = peak_megabytes("self"), time.perf_counter(), time.process_time()
        with ExitStack() as stack:
            profiler = stack.enter_context(cProfile.Profile(time.thread_time)) if profiled else None
            last: ResultUpload = upload
            async for done in Import(upload.id, sessions, settings.data_dir).run():
                last = done
        seconds, processor = time.perf_counter() - begun, time.process_time() - processor
        await engine.dispose()
    if profiler is not None:
        pstats.Stats(profiler).sort_stats("cumulative").print_stats(45)
    assert last.reports_rejected == file.broken and last.reports_accepted == file.samples - file.broken, last
    print(f"{file.rows} 项 × {len(HEADER)} 列，{file.samples} 份样品；开始时机器负载 {os.getloadavg()[0]:.1f}")
    print(
        f"COPY {copied:.2f} 秒；导入 {seconds:.2f} 秒（{file.rows / seconds:,.0f} 项/秒），之比 {copied / seconds:.3f}"
    )
    print(f"本进程处理器时间 {processor:.2f} 秒")
    print(f"收下 {last.reports_accepted} 份 {last.items} 项，退回 {last.reports_rejected} 份；目标 ≥ {WANTED_RATIO}")
    print(f"内存峰值 {before:.0f} → {peak_megabytes('self'):.0f} MB")


if __name__ == "__main__":
    asyncio.run(measure(int(sys.argv[1]) if len(sys.argv) > 1 else ITEMS, profiled=len(sys.argv) > 2))
