"""How fast a market's file goes in through the gateway, as a ratio to `psql \\copy` of the same file, and the memory.

A GB18030 file of 20 columns with 1 % broken rows and some suspect positives is sent to the gateway; the job takes it
in, and every row is judged, checked for duplicates, stored with its indexes, counted in the figures, and whistled where
positive. `\\copy` puts the same file into one table of text without any index.

`./shian bench -k upload` runs it. `python -m tests.benchmarks.bench_upload [rows]` takes the same file in within one
process, without any HTTP, and prints where that process' time goes.
"""

import asyncio
import cProfile
import csv
import os
import pstats
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx

from deploy.embedded_postgres import EmbeddedPostgres
from gateway.identity.demo_token import demo_token
from gateway.settings import Settings
from services.sampling.main import service as sampling
from services.sampling.rapid_tests.imports import Import
from services.sampling.rapid_tests.jobs import IMPORT_JOB
from services.sampling.rapid_tests.models import RapidTestUpload
from services.sampling.rapid_tests.schemas import UploadForm
from services.sampling.rapid_tests.uploads import receive
from services.sampling.settings import Settings as SamplingSettings
from shared.contracts.codes import Role
from shared.database import create_engine, create_sessions
from shared.http.auth import Actor
from shared.migrations.__main__ import load_seeds, upgrade
from shared.tabular.receiving import ReceivedFile
from shared.times import now

ROWS = 100_000
WANTED_RATIO, WANTED_MEGABYTES = 0.20, 150
DISTRICT, STREET = "330203000000", "330203009000"
HEADER = (
    *("摊位号", "销售者", "样品名称", "食品类别", "检测项目", "检测方法", "检测值", "检测值单位", "限值", "判定结果"),
    *("原始读数", "试剂批号", "仪器厂商", "仪器编号", "仪器记录号", "检测人", "检测时间", "进货数量", "产地", "批号"),
)
BROKEN_CELLS = ((2, "", "样品名称"), (16, "昨天", "检测时间"), (17, "许多", "进货数量"))


@dataclass(frozen=True, slots=True)
class Written:
    """An invented file: where it lies, how many rows it has, which are broken in which column, how many positive."""

    path: Path
    rows: int
    broken: dict[int, str]
    positives: int


def write_file(path: Path, rows: int) -> Written:
    """An invented file of `rows` rows; each run's device is another one, so no row is there already."""
    chance = random.Random(20260724)
    products = ["小白菜", "韭菜", "豇豆", "芹菜", "菠菜", "生菜", "番茄", "黄瓜", "茄子", "辣椒"]
    start = now() - timedelta(days=60)
    serial = f"DEMO-{uuid4().hex[:8]}"
    broken: dict[int, str] = {}
    positives = 0
    with path.open("w", encoding="gb18030", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for number in range(rows):
            is_broken = number % 100 == 50
            is_positive = not is_broken and number % 700 == 3
            positives += is_positive
            inhibition = chance.uniform(50, 95) if is_positive else chance.uniform(-5, 49)
            stall = number % 200
            row = [
                *(f"A-{stall:03}", f"演示商户{stall}（虚构）", products[number % 10], "蔬菜", "农药残留", "酶抑制率法"),
                *(f"{inhibition:.1f}", "%", "50", "阳性" if is_positive else "阴性", f"{chance.random():.3f}"),
                *(f"DEMO-R{number // 5000}", "演示仪器厂（虚构）", f"{serial}-{number % 4}", f"{20260000000 + number}"),
                *(f"演示检测员{number % 5}", f"{start + timedelta(seconds=30 * number):%Y-%m-%d %H:%M}"),
                *(f"{10 + number % 40}.5公斤", "演示产地（虚构）", f"DEMO-L{number // 20}"),
            ]
            if is_broken:
                position, text, column = BROKEN_CELLS[number // 100 % len(BROKEN_CELLS)]
                row[position] = text
                broken[number + 2] = column
            writer.writerow(row)
    return Written(path, rows, broken, positives)


def bench_upload_through_the_gateway() -> None:
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        file = write_file(Path(folder) / "upload.csv", ROWS)
        url = os.environ["SHIAN_SAMPLING_DATABASE_URL"]
        with httpx.Client(
            base_url=f"{os.environ['SHIAN_GATEWAY_URL']}/api/sampling",
            headers={"Authorization": f"Bearer {demo_token(Settings(), Role.INSPECTOR, '330203')}"},
            timeout=120,
        ) as client:
            way, before = asyncio.run(copy_seconds(url, file))
            seconds, upload = send(client, file, asyncio.run(add_site(url)))
            _, after = asyncio.run(copy_seconds(url, file))
            check(client, file, upload, asyncio.run(count_tests(url, upload["id"])))
    copied = min(before, after)
    peaks = {name: peak_megabytes(pid) for name, pid in sampling_processes()}
    print(f"\n{file.rows} 行 × {len(HEADER)} 列 GB18030；开始时机器负载 {load:.1f}，{os.cpu_count()} 核")
    print(f"{way}：{copied:.2f} 秒，{file.rows / copied:,.0f} 行/秒")
    print(f"经网关上传到全部收下：{seconds:.2f} 秒，{file.rows / seconds:,.0f} 行/秒")
    print(f"收下 {upload['accepted']}，退回 {upload['rejected']}（行号与原因已核对），快检吹哨 {upload['positives']}")
    print(f"与 {way} 之比 {copied / seconds:.2f}（目标 ≥ {WANTED_RATIO:.2f}）")
    for name, megabytes in peaks.items():
        print(f"内存峰值 {name}：{megabytes:.0f} MB（目标 ≤ {WANTED_MEGABYTES}）")


async def copy_seconds(url: str, file: Written) -> tuple[str, float]:
    """How the file was copied into a table of text, and in how many seconds; the best of two."""
    connection = await asyncpg.connect(url)
    best = float("inf")
    psql = shutil.which("psql")
    again = file.path.with_suffix(".utf8")
    again.write_text(file.path.read_text("gb18030"), "utf-8")
    columns = ", ".join(f"column_{number} text" for number in range(len(HEADER)))
    for _ in range(2):
        await connection.execute("DROP TABLE IF EXISTS sampling.benchmark_copy")
        await connection.execute(f"CREATE TABLE sampling.benchmark_copy ({columns})")
        begun = time.perf_counter()
        if psql:
            command = rf"\copy sampling.benchmark_copy from '{file.path}' with (format csv, header, encoding 'gb18030')"
            process = await asyncio.create_subprocess_exec(psql, url, "-qc", command)
            assert await process.wait() == 0
        else:
            await connection.copy_to_table(
                "benchmark_copy", schema_name="sampling", source=again, format="csv", header=True
            )
        best = min(best, time.perf_counter() - begun)
    await connection.execute("DROP TABLE sampling.benchmark_copy")
    await connection.close()
    return r"psql \copy" if psql else "COPY（没有 psql，由 asyncpg 以 UTF-8 送入）", best


async def add_site(url: str) -> UUID:
    """An invented market for this run."""
    connection = await asyncpg.connect(url)
    site = uuid4()
    await connection.execute(
        "INSERT INTO sampling.test_sites (id, code, name, kind, region_code, active, version)"
        " VALUES ($1, $2, '演示农贸市场（虚构）', 'farmers_market', $3, true, 1)",
        *(site, f"DEMO-{site.hex[:8]}", STREET),
    )
    await connection.close()
    return site


async def count_tests(url: str, upload_id: str) -> int:
    connection = await asyncpg.connect(url)
    count: int = await connection.fetchval(
        "SELECT count(*) FROM sampling.rapid_tests WHERE upload_id = $1", UUID(upload_id)
    )
    await connection.close()
    return count


def send(client: httpx.Client, file: Written, site: UUID) -> tuple[float, dict[str, Any]]:
    """Seconds from the first byte sent to the last row stored, and the upload as it ended."""
    begun = time.perf_counter()
    with file.path.open("rb") as content:
        answer = client.post("/v1/rapid-test-uploads", files={"file": content}, data={"site_id": str(site)})
    assert answer.status_code == 202, answer.text
    while True:
        upload: dict[str, Any] = client.get(f"/v1/rapid-test-uploads/{answer.json()['id']}").json()
        if upload["state"] not in ("received", "running"):
            return time.perf_counter() - begun, upload
        time.sleep(0.2)


def check(client: httpx.Client, file: Written, upload: dict[str, Any], stored: int) -> None:
    """Every broken row came back with its number, column and reason, and all the others are in."""
    assert upload["state"] == "done", upload
    assert upload["accepted"] == stored == file.rows - len(file.broken), (upload, stored)
    assert upload["positives"] == file.positives, upload
    returned: dict[int, list[dict[str, Any]]] = {}
    cursor: str | None = None
    while True:
        wanted = httpx.QueryParams(outcome="rejected", limit=100, **{"cursor": cursor} if cursor else {})
        answer = client.get(f"/v1/rapid-test-uploads/{upload['id']}/rows", params=wanted)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        returned |= {row["row_number"]: row["errors"] for row in page["items"]}
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert {number: [error["column"] for error in errors] for number, errors in returned.items()} == {
        number: [column] for number, column in file.broken.items()
    }
    assert all(error["message"] for errors in returned.values() for error in errors)


def sampling_processes() -> Iterator[tuple[str, int]]:
    """The web server and the job runner of sampling on the platform that is measured."""
    address = f"SHIAN_SAMPLING_URL={os.environ['SHIAN_SAMPLING_URL']}".encode()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
            if b"services.sampling.main:app" in words and address in (folder / "environ").read_bytes().split(b"\0"):
                yield "sampling web", int(folder.name)
            if words[-4:-1] == [b"shared.worker", b"services.sampling.main", b"jobs"] and address in (
                folder / "environ"
            ).read_bytes().split(b"\0"):
                yield "sampling jobs", int(folder.name)
        except OSError:  # it has ended meanwhile, or is not ours
            continue


def peak_megabytes(pid: int | str) -> float:
    """The most physical memory that a process has held."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM"))


async def profile(rows: int) -> None:
    """Take in a file within this process; print its seconds, its memory, and where the event loop's time goes."""
    actor = Actor(
        id=uuid4(),
        name="演示上传者（虚构）",
        kind="person",
        roles=frozenset([Role.INSPECTOR]),
        regions=(DISTRICT,),
        organisation_id=None,
        business_id=None,
        scopes=frozenset(),
    )
    with tempfile.TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder) / "postgres") as postgres:
        file = write_file(Path(folder) / "upload.csv", rows)
        settings = SamplingSettings(database_url=postgres.url(), data_dir=Path(folder))
        await asyncio.to_thread(upgrade, sampling, settings)
        await load_seeds(sampling, settings)
        site = await add_site(postgres.url())
        way, copied = await copy_seconds(postgres.url(), file)
        engine = create_engine(settings)
        sessions = create_sessions(engine)
        (settings.data_dir / RapidTestUpload.FOLDER).mkdir()
        async with sessions() as session, session.begin():
            received = ReceivedFile(file.path, file.path.name, file.path.stat().st_size, uuid4().bytes, {})
            upload = await receive(session, received, UploadForm(site_id=site), settings.data_dir, actor)
        before, begun, worked = peak_megabytes("self"), time.perf_counter(), time.process_time()
        profiler = cProfile.Profile(time.thread_time)
        with profiler:
            async for done in Import(upload.id, sessions, settings.data_dir).run():
                upload = done
        seconds = time.perf_counter() - begun
        await engine.dispose()
    pstats.Stats(profiler).sort_stats("cumulative").print_stats(40)
    print(f"{IMPORT_JOB.label}：{upload.accepted} 收下，{upload.rejected} 退回；{seconds:.2f} 秒（带剖析）")
    print(f"本进程 CPU {time.process_time() - worked:.2f} 秒；内存峰值 {before:.0f} → {peak_megabytes('self'):.0f} MB")
    print(f"{way} {copied:.2f} 秒；机器负载 {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    asyncio.run(profile(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS))
