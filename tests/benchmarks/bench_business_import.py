"""How fast a register of 100,000 businesses is taken in, as a ratio to `psql \\copy` of the same file.

A GB18030 file of 17 columns with 1 % broken rows and 1 % that repeat an earlier row is taken in as the background job
does it: every row is checked, held against the register and the rows before it, stored with its permits, its person,
its history and its place in the figures, and told to the other services. `\\copy` puts the same file into one table of
text without any index.

`./shian bench -k business_import` runs it. `python -m tests.benchmarks.bench_business_import [rows]` does so with a
profile of where the process' time goes.
"""

import asyncio
import cProfile
import csv
import os
import pstats
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from stdnum.cn import uscc
from stdnum.iso7064 import mod_11_10

from deploy.embedded_postgres import EmbeddedPostgres
from services.inspection.business_imports.jobs import import_businesses
from services.inspection.business_imports.service import begin, read_import
from services.inspection.main import service as inspection
from services.inspection.settings import Settings
from shared.contracts.codes import Role
from shared.database import create_engine, create_sessions
from shared.http.auth import Actor
from shared.ids import uuid7
from shared.migrations.__main__ import load_seeds, upgrade

ROWS = 100_000
WANTED_RATIO = 0.03
DISTRICT = "330203000000"
STREETS = ("330203001000", "330203009000", "330203002000")
HEADER = (
    *("主体名称", "统一社会信用代码", "主体类别", "区划代码", "经营地址", "经营状态", "联系电话", "法定代表人"),
    "经营范围",
    *("经度", "纬度", "坐标系", "食品生产许可证编号", "食品经营许可证编号", "许可有效期至", "发证机关", "一照多址"),
)
PIECE = 1 << 20
OFFICER = Actor(
    id=uuid4(),
    name="演示建档员（虚构）",
    kind="user",
    roles=frozenset([Role.FOOD_SAFETY_OFFICE]),
    regions=(DISTRICT,),
    organisation_id=None,
    business_id=None,
    scopes=frozenset(),
)


@dataclass(frozen=True, slots=True)
class Written:
    """An invented file: where it lies, and what is to become of its rows."""

    path: Path
    rows: int
    accepted: int
    duplicate: int
    rejected: int


@dataclass(frozen=True, slots=True)
class Context:
    """What a job is given, of which the import uses this much."""

    id: UUID
    payload: Mapping[str, Any]
    settings: Settings
    sessions: async_sessionmaker[AsyncSession]

    async def progress(self, done: int, total: int | None, **counts: int) -> None:
        """Nobody watches."""


def write_file(path: Path, rows: int) -> Written:
    """An invented register of `rows` rows."""
    kinds = ("食品销售", "餐饮服务", "小餐饮", "食品生产", "单位食堂")
    broken = repeated = 0
    with path.open("w", encoding="gb18030", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for number in range(rows):
            is_broken, is_repeat = number % 100 == 50, number % 100 == 99
            broken += is_broken
            repeated += is_repeat
            which = number - 7 if is_repeat else number
            head = f"92330203MA{which:07d}"
            digits = f"1330203{which:06d}"
            writer.writerow(
                (
                    *(f"演示食品店{which}（虚构）", head + uscc.calc_check_digit(head)),
                    *(kinds[which % 5], "修理" if is_broken else STREETS[which % 3], f"演示路{which % 900}号"),
                    *("在营", f"138{which:08d}", f"演示{which}（虚构）", "食品销售；餐饮服务（演示）"),
                    *(f"121.{which % 1000:03d}", f"29.{which % 997:03d}", "高德", ""),
                    *(f"JY{digits}{mod_11_10.calc_check_digit(digits)}", f"20{28 + which % 3}-12-31"),
                    *("演示市场监督管理局（虚构）", ""),
                )
            )
    return Written(path, rows, rows - broken - repeated, repeated, broken)


def bench_business_import() -> None:
    asyncio.run(measure(ROWS, profiled=False))


async def measure(rows: int, *, profiled: bool) -> None:
    """Take in a file in a fresh database; check every count; print the seconds and the ratio."""
    with tempfile.TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder) / "postgres") as postgres:
        file = write_file(Path(folder) / "register.csv", rows)
        settings = Settings(database_url=postgres.url(), data_dir=Path(folder))
        await asyncio.to_thread(upgrade, inspection, settings)
        await load_seeds(inspection, settings)
        engine = create_engine(settings)
        sessions = create_sessions(engine)
        way, before = await copy_seconds(postgres.url(), file)
        profiler = cProfile.Profile(time.thread_time) if profiled else nullcontext()
        load = os.getloadavg()[0]
        begun = time.perf_counter()
        with profiler:
            await take_in(file, settings, sessions)
        seconds = time.perf_counter() - begun
        _, after = await copy_seconds(postgres.url(), file)
        again = time.perf_counter()
        await take_in(file, settings, sessions, is_known=True)
        again = time.perf_counter() - again
        await engine.dispose()
    if isinstance(profiler, cProfile.Profile):
        pstats.Stats(profiler).sort_stats("tottime").print_stats(35)
    copied = min(before, after)
    print(f"\n{rows} 行 × {len(HEADER)} 列 GB18030；开始时机器负载 {load:.1f}，{os.cpu_count()} 核")
    print(f"{way}：{copied:.2f} 秒，{rows / copied:,.0f} 行/秒")
    print(f"导入主体名录：{seconds:.2f} 秒，{rows / seconds:,.0f} 行/秒；收下 {file.accepted}，退回 {file.rejected}")
    print(f"同一份再导一次（全是重复）：{again:.2f} 秒")
    print(f"与 {way} 之比 {copied / seconds:.3f}（目标 ≥ {WANTED_RATIO}）")


async def take_in(
    file: Written, settings: Settings, sessions: async_sessionmaker[AsyncSession], *, is_known: bool = False
) -> None:
    """Hand in the file, run its job, and check what became of the rows."""

    async def pieces() -> AsyncIterator[bytes]:
        with file.path.open("rb") as content:
            while piece := content.read(PIECE):
                yield piece

    import_id = uuid7()
    async with sessions() as session, session.begin():
        await begin(session, OFFICER, import_id, pieces(), file.path.name, settings.data_dir)
    await import_businesses(Context(uuid7(), {"import_id": str(import_id)}, settings, sessions))
    async with sessions() as session:
        done = await read_import(session, OFFICER, import_id)
    wanted = (0, file.accepted + file.duplicate) if is_known else (file.accepted, file.duplicate)
    assert (done.accepted, done.duplicate, done.rejected) == (*wanted, file.rejected), done.error


async def copy_seconds(url: str, file: Written) -> tuple[str, float]:
    """How the file was copied into a table of text, and in how many seconds; the best of two."""
    connection = await asyncpg.connect(url)
    psql, best = shutil.which("psql"), float("inf")
    again = file.path.with_suffix(".utf8")
    again.write_text(file.path.read_text("gb18030"), "utf-8")
    columns = ", ".join(f"column_{number} text" for number in range(len(HEADER)))
    for _ in range(2):
        await connection.execute("DROP TABLE IF EXISTS benchmark_copy")
        await connection.execute(f"CREATE TABLE benchmark_copy ({columns})")
        begun = time.perf_counter()
        if psql:
            command = rf"\copy benchmark_copy from '{file.path}' with (format csv, header, encoding 'gb18030')"
            process = await asyncio.create_subprocess_exec(psql, url, "-qc", command)
            assert await process.wait() == 0
        else:
            await connection.copy_to_table("benchmark_copy", source=again, format="csv", header=True)
        best = min(best, time.perf_counter() - begun)
    await connection.execute("DROP TABLE benchmark_copy")
    await connection.close()
    return r"psql \copy" if psql else "COPY（没有 psql，由 asyncpg 以 UTF-8 送入）", best


if __name__ == "__main__":
    asyncio.run(measure(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS, profiled=True))
