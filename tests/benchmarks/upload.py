"""How fast a market's file goes in: rows/s of the whole path as a ratio to `psql \\copy` of the same file, and memory.

    python -m tests.benchmarks.upload [rows]

A GB18030 file of 20 columns with 1 % broken rows and 0.14 % suspect positives goes over HTTP to the sampling service,
its job takes it in, and every row is judged, checked for duplicates, stored with its indexes, counted in the figures,
and whistled where positive. `\\copy` puts the same file into one table of text without any index.
"""

import asyncio
import csv
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
from jwt.algorithms import OKPAlgorithm

from deploy.embedded_postgres import EmbeddedPostgres
from shared.contracts.codes import Role
from tests.tokens import TestKeys

PORT, KEYS_PORT = 18011, 18012
REGION = "330203009000"
HEADER = (
    *("摊位号", "销售者", "样品名称", "食品类别", "检测项目", "检测方法", "检测值", "检测值单位", "限值", "判定结果"),
    *("原始读数", "试剂批号", "仪器厂商", "仪器编号", "仪器记录号", "检测人", "检测时间", "进货数量", "产地", "批号"),
)


def write_file(path: Path, rows: int) -> tuple[int, int]:
    """An invented file; returns how many of its rows are broken and how many suspect positive."""
    chance = random.Random(20260724)
    products = ["小白菜", "韭菜", "豇豆", "芹菜", "菠菜", "生菜", "番茄", "黄瓜", "茄子", "辣椒"]
    start = datetime(2026, 3, 1, 6)  # noqa: DTZ001 (as markets write it)
    broken = positives = 0
    with path.open("w", encoding="gb18030", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for number in range(rows):
            is_broken = number % 100 == 50
            is_positive = not is_broken and number % 700 == 3
            broken += is_broken
            positives += is_positive
            inhibition = chance.uniform(50, 95) if is_positive else chance.uniform(-5, 49)
            stall = number % 200
            row = [
                *(f"A-{stall:03}", f"演示商户{stall}（虚构）", products[number % 10], "蔬菜", "农药残留", "酶抑制率法"),
                *(f"{inhibition:.1f}", "%", "50", "阳性" if is_positive else "阴性", f"{chance.random():.3f}"),
                *(f"DEMO-R{number // 5000}", "演示仪器厂（虚构）", f"SN-{number % 4}", f"{20260000000 + number}"),
                *(f"演示检测员{number % 5}", f"{start + timedelta(seconds=30 * number):%Y-%m-%d %H:%M}"),
                *(f"{10 + number % 40}.5公斤", "演示产地（虚构）", f"DEMO-L{number // 20}"),
            ]
            if is_broken:
                row[(2, 16, 17)[number // 100 % 3]] = ("", "昨天", "许多")[number // 100 % 3]
            writer.writerow(row)
    return broken, positives


def main(rows: int) -> None:
    with tempfile.TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder) / "postgres") as postgres:
        path = Path(folder) / "upload.csv"
        broken, positives = write_file(path, rows)
        print(f"{rows} rows, {len(HEADER)} columns, GB18030, {path.stat().st_size / 1e6:.1f} MB, {broken} broken")
        baseline = asyncio.run(copy_seconds(postgres, path))
        print(f"psql \\copy: {baseline:.2f} s, {rows / baseline:,.0f} rows/s")
        keys = TestKeys()
        environment = os.environ | {
            "SHIAN_DATABASE_URL": postgres.url(),
            "SHIAN_JWKS_URL": f"http://127.0.0.1:{KEYS_PORT}/",
            "SHIAN_EVENTS_SECRET": "benchmark-only-" + "x" * 32,
            "SHIAN_DATA_DIR": folder,
            "SHIAN_LOG_LEVEL": "WARNING",
        }
        subprocess.run(
            [sys.executable, "-m", "shared.migrations", "services.sampling.main"], env=environment, check=True
        )
        site = asyncio.run(add_site(postgres))
        token = keys.token(Role.INSPECTOR, regions=["330203000000"], lifetime=timedelta(hours=1))
        service = ["uvicorn", "services.sampling.main:app", "--port", str(PORT), "--no-access-log"]
        worker = ["shared.worker", "services.sampling.main", "jobs"]
        with published(keys), running(service, environment) as served, running(worker, environment) as worked:
            seconds, upload = send(path, site, token)
            peaks = {"service": peak_mb(served.pid), "worker": peak_mb(worked.pid)}
        assert upload["state"] == "done", upload
        assert (upload["rejected"], upload["accepted"]) == (broken, rows - broken), upload
        assert upload["positives"] == positives, upload
        print(
            f"upload: {seconds:.2f} s, {rows / seconds:,.0f} rows/s, {upload['accepted']} accepted, "
            f"{upload['rejected']} rejected, {upload['positives']} whistles"
        )
        print("peak memory: " + ", ".join(f"{name} {megabytes:.0f} MB" for name, megabytes in peaks.items()))
        print(f"ratio to \\copy: {baseline / seconds:.2f} (aim ≥ 0.20)")


async def copy_seconds(postgres: EmbeddedPostgres, path: Path) -> float:
    """The best of three."""
    connection = await asyncpg.connect(postgres.url())
    best = float("inf")
    command = f"\\copy benchmark_copy from '{path}' with (format csv, header, encoding 'gb18030')"
    for _ in range(3):
        await connection.execute("DROP TABLE IF EXISTS benchmark_copy")
        columns = ", ".join(f"column_{number} text" for number in range(len(HEADER)))
        await connection.execute(f"CREATE TABLE benchmark_copy ({columns})")
        started = time.perf_counter()
        psql = await asyncio.create_subprocess_exec("psql", postgres.url(), "-qc", command)
        assert await psql.wait() == 0
        best = min(best, time.perf_counter() - started)
    await connection.execute("DROP TABLE benchmark_copy")
    await connection.close()
    return best


async def add_site(postgres: EmbeddedPostgres) -> UUID:
    connection = await asyncpg.connect(postgres.url(), server_settings={"search_path": "sampling"})
    site = uuid4()
    await connection.execute(
        "INSERT INTO test_sites (id, code, name, kind, region_code, active, version)"
        " VALUES ($1, 'DEMO-BENCH', '演示农贸市场（虚构）', 'farmers_market', $2, true, 1)",
        site,
        REGION,
    )
    await connection.close()
    return site


def send(path: Path, site: UUID, token: str) -> tuple[float, dict[str, Any]]:
    """Seconds from the first byte sent to the last row stored, and the upload as it ended."""
    with httpx.Client(
        base_url=f"http://127.0.0.1:{PORT}", headers={"Authorization": f"Bearer {token}"}, timeout=120
    ) as client:
        wait_until_up(client)
        started = time.perf_counter()
        with path.open("rb") as file:
            answer = client.post("/v1/rapid-test-uploads", files={"file": file}, data={"site_id": str(site)})
        assert answer.status_code == 202, answer.text
        while True:
            upload: dict[str, Any] = client.get(f"/v1/rapid-test-uploads/{answer.json()['id']}").json()
            if upload["state"] not in ("received", "running"):
                return time.perf_counter() - started, upload
            time.sleep(0.05)


def wait_until_up(client: httpx.Client) -> None:
    for _ in range(300):
        try:
            if client.get("/v1/rapid-test-uploads").status_code == 200:
                time.sleep(3)  # the worker takes a little longer to come up than the service
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise SystemExit("the service did not come up")


def peak_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return 0.0


@contextmanager
def running(module: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-m", *module], env=environment)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=30)


@contextmanager
def published(keys: TestKeys) -> Iterator[None]:
    """The key set under which the tokens of this run are verified."""
    key = json.loads(OKPAlgorithm.to_jwk(keys.private.public_key())) | {"kid": "test", "alg": "EdDSA", "use": "sig"}
    body = json.dumps({"keys": [key]}).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the name in the base class)
            pass

    server = HTTPServer(("127.0.0.1", KEYS_PORT), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
