"""The whole platform as a person starts it, in fifteen processes that a supervisor restarts.

A second start is refused; each process is killed without warning during an upload; it stops in order. Of an upload the
client does what any client should: it sends the same file again until somebody has answered. The tests share one
platform and stand in the order of its life.
"""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import httpx
import pytest

from deploy.processes import free_port
from deploy.throwaway import ThrowawayPlatform, throwaway_platform
from deploy.units import ROOT, background_command, process_environment
from deploy.up import answers
from gateway.identity.demo_token import demo_token
from gateway.settings import Settings
from shared.contracts.codes import SERVICES, Role, Unit
from shared.times import now
from tests.deploy.waiting import wait_for, wait_until_gone
from tests.flows.market import Market, Row, gb18030, open_market
from tests.flows.people import DISTRICT, Person
from tests.waiting import PATIENCE, eventually

pytestmark = pytest.mark.processes

ROWS, POSITIVE_EVERY = 5_000, 100
POSITIVES = ROWS // POSITIVE_EVERY
NAMED_LOTS = POSITIVES // 2
# Those first whose work another process takes over only after their heartbeat has been missed for a while.
VICTIMS = (
    *("sampling-jobs", "postgres", "sampling-web", "sampling-relay", "gateway-web"),
    "inspection-web",
)
UPLOADS = "/api/sampling/v1/rapid-test-uploads"
SENDING, LATEST_KILL = 1.0, 2.0
"""Seconds that a file is on the line, and until which somebody may be killed: by then it is taken in, or nearly."""


@dataclass
class Seen:
    """What a client saw of one kill."""

    victim: str
    delay: float
    upload_id: str = ""
    answers: list[str] = field(default_factory=list)
    dashboard: str = "—"

    def __str__(self) -> str:
        saw = "、".join(f"{answer}×{times}" for answer, times in Counter(self.answers).items())
        return f"{self.victim:18} killed after {self.delay:.2f} s; upload: {saw}; dashboard: {self.dashboard}"


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ThrowawayPlatform]:
    folder = tmp_path_factory.mktemp("processes")
    with throwaway_platform(folder / "数 据") as platform:
        yield platform


def test_the_first_administrator_is_made_once(platform: ThrowawayPlatform) -> None:
    data = platform.folder.path
    wait_for(lambda: f"./shian first-administrator --data '{data}'" in platform.output.read_text(), 90)
    assert "没有区划 999999000000" in make_first_administrator(data, "999999").stderr
    assert "临时口令：" in make_first_administrator(data, "330203").stdout
    assert "已经有系统管理员" in make_first_administrator(data, "330203").stderr


def test_a_second_start_is_refused_and_says_why(platform: ThrowawayPlatform, tmp_path: Path) -> None:
    port = urlsplit(platform.url).port
    assert port
    second = start_up(platform.folder.path, free_port())
    assert second.returncode == 1
    assert "正被另一个进程" in second.stderr
    elsewhere = start_up(tmp_path / "other", port)
    assert elsewhere.returncode == 1
    assert f"端口 {port} 已被别的程序占用" in elsewhere.stderr
    assert answers(port)


async def test_nothing_is_lost_and_nothing_doubled_whoever_is_killed(platform: ThrowawayPlatform) -> None:
    seed = int(time.time())
    random = Random(seed)
    print(f"seed {seed}")
    async with people_of(platform) as people:
        market = await open_market(people[Role.FOOD_SAFETY_OFFICE], "FLOW-001", stalls=40)
        await eventually(lambda: all_run(platform))
        seen = []
        for number, victim in enumerate(VICTIMS):
            content = gb18030(rows_of(market, number))
            seen.append(await upload_while_killing(platform, people, victim, content, random))
            print(seen[-1])
        acknowledged = [await taken_in(people[Role.MARKET_OPERATOR], one.upload_id) for one in seen]
        assert len({one.upload_id for one in seen}) == len(VICTIMS)
        assert [done["accepted"] for done in acknowledged] == [ROWS] * len(VICTIMS)
        await eventually(lambda: all_delivered(platform))

        uploads = len(VICTIMS)
        assert await written_down(platform) == {
            "tests": uploads * ROWS,
            "records of the device": uploads * ROWS,
            "whistles": uploads * POSITIVES,
            "statutory tasks": uploads * POSITIVES,
            "visits": uploads * POSITIVES,
            "held lots": uploads * NAMED_LOTS,
            "signals": uploads * POSITIVES,
        }
        dashboard = await people[Role.LEADER].get(f"/api/v1/regions/{DISTRICT}/dashboard", period=f"{now():%Y}")
        assert numerators(dashboard) >= {
            ("sampling.rapid_tests", str(uploads * ROWS)),
            ("sampling.open_whistles", str(uploads * POSITIVES)),
            ("traceability.lots_on_hold", str(uploads * NAMED_LOTS)),
            ("scoring.open_signals", str(uploads * POSITIVES)),
        }


def test_it_stops_in_order_and_leaves_no_process_behind(platform: ThrowawayPlatform) -> None:
    everything = descendants(platform.process.pid)
    assert len(everything) > 15
    assert "postgres 已重启" in platform.output.read_text()
    platform.process.send_signal(signal.SIGTERM)
    assert platform.process.wait(timeout=60) == 0
    wait_until_gone(*everything)
    assert "已全部停止" in platform.output.read_text()
    assert process_of(platform, "postgres") is None


def start_up(data: Path, port: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "deploy.up", "--no-demo", "--port", str(port), "--data", str(data)]
    return subprocess.run(
        command, capture_output=True, text=True, env=process_environment({}), cwd=ROOT, check=False, timeout=60
    )


def descendants(pid: int) -> list[int]:
    answer = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True)
    pairs = [(int(child), int(parent)) for child, parent in map(str.split, answer.stdout.splitlines())]
    found = [pid]
    for known in found:
        found += [child for child, parent in pairs if parent == known]
    return found[1:]


def make_first_administrator(data: Path, region: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "deploy.running", "first-administrator", "--data", str(data)]
    person = ["--login", "wang.fang", "--name", "演示·王", "--region", region]
    return subprocess.run(
        [*command, *person], capture_output=True, text=True, env=process_environment({}), cwd=ROOT, check=False
    )


def rows_of(market: Market, number: int) -> list[Row]:
    """The `number`-th file: every hundredth row is suspect positive, every other of these names its lot."""
    rows = []
    for index in range(number * ROWS, (number + 1) * ROWS):
        row = market.row(index)
        if index % POSITIVE_EVERY == 0:
            row["检测值"] = "67.5"
            row["批号"] = f"DEMO-L-{index}" if index % (2 * POSITIVE_EVERY) == 0 else ""
        rows.append(row)
    return rows


async def upload_while_killing(
    platform: ThrowawayPlatform, people: dict[Role, Person], victim: str, content: bytes, random: Random
) -> Seen:
    """Send a file and kill the victim at some moment of it; returns when the victim runs again."""
    seen = Seen(victim, random.uniform(0, LATEST_KILL))
    sending = asyncio.create_task(send(people[Role.MARKET_OPERATOR], victim, content, seen))
    await asyncio.sleep(seen.delay)
    killed = process_of(platform, victim)
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    if victim.removesuffix("-web") in SERVICES:
        await look_at_dashboard(people[Role.LEADER], Unit(victim.removesuffix("-web")), seen)
    await asyncio.wait_for(sending, PATIENCE)
    await eventually(lambda: runs_again(platform, victim, killed))
    return seen


async def send(operator: Person, name: str, content: bytes, seen: Seen) -> None:
    """Send the file until it is acknowledged; whatever goes wrong meanwhile must be said as a fault of the server."""
    form = httpx.Request("POST", operator.http.base_url, files={"file": (f"{name}.csv", content)})
    body, headers = form.read(), {"Content-Type": form.headers["Content-Type"]}
    while not seen.upload_id:
        try:
            answer = await operator.http.post(UPLOADS, content=slowly(body), headers=headers)
        except httpx.TransportError as error:
            seen.answers.append(type(error).__name__)
        else:
            seen.answers.append(str(answer.status_code))
            if answer.is_success:
                seen.upload_id = answer.json()["id"]
            else:
                assert answer.status_code >= 500, answer.text
                assert answer.headers["Content-Type"] == "application/problem+json"
        await asyncio.sleep(0.3)


async def slowly(body: bytes) -> AsyncIterator[bytes]:
    """A market's line is slow; so most kills fall into the request itself, the others into the work on it."""
    piece = len(body) // 20 + 1
    for start in range(0, len(body), piece):
        yield body[start : start + piece]
        await asyncio.sleep(SENDING / 20)


async def look_at_dashboard(leader: Person, down: Unit, seen: Seen) -> None:
    """While a service is down the page is there and says what is missing."""
    started = time.monotonic()
    dashboard = await leader.get(f"/api/v1/regions/{DISTRICT}/dashboard")
    took = time.monotonic() - started
    sections = {section["service"]: section for section in dashboard["sections"]}
    assert sections[down]["status"] in ("unavailable", "stale")
    assert down.label in sections[down]["note"]
    seen.dashboard = f"200 in {took:.2f} s, {sections[down]['note']}"


async def taken_in(operator: Person, upload_id: str) -> dict[str, Any]:
    """The upload when all its rows are decided."""
    found: dict[str, Any] = {}

    async def is_done() -> bool:
        await asyncio.sleep(0.3)
        found.update(await operator.get(f"{UPLOADS}/{upload_id}"))
        assert found["state"] not in ("failed", "cancelled"), found
        return bool(found["state"] == "done")

    await eventually(is_done)
    return found


@asynccontextmanager
async def people_of(platform: ThrowawayPlatform) -> AsyncIterator[dict[Role, Person]]:
    settings = Settings(database_url="", demo=True, signing_keys_dir=platform.folder.keys)
    clients = {
        role: httpx.AsyncClient(
            base_url=platform.url,
            headers={"Authorization": f"Bearer {demo_token(settings, role, DISTRICT)}"},
            timeout=60,
        )
        for role in (Role.FOOD_SAFETY_OFFICE, Role.MARKET_OPERATOR, Role.LEADER)
    }
    try:
        yield {role: Person(client) for role, client in clients.items()}
    finally:
        for client in clients.values():
            await client.aclose()


def process_of(platform: ThrowawayPlatform, name: str) -> int | None:
    """The id of the process that is called so now; None while there is none."""
    if name == "postgres":
        try:
            return int((platform.folder.postgres / "cluster" / "postmaster.pid").read_text().split()[0])
        except (FileNotFoundError, IndexError):
            return None
    unit, _, kind = name.partition("-")
    module = "gateway.main" if unit == Unit.GATEWAY else f"services.{unit}.main"
    words = ["-m", "uvicorn", f"{module}:app"] if kind == "web" else background_command(Unit(unit), kind)[1:]
    listed = subprocess.run(["ps", "-Aww", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True)
    for line in listed.stdout.splitlines():
        pid, parent, *command = line.split()
        if int(parent) == platform.process.pid and command[1 : 1 + len(words)] == words:
            return int(pid)
    return None


async def all_run(platform: ThrowawayPlatform) -> bool:
    await asyncio.sleep(0.3)
    return all(process_of(platform, victim) for victim in VICTIMS)


async def runs_again(platform: ThrowawayPlatform, victim: str, killed: int) -> bool:
    """Whether the supervisor has put another in the victim's place, and all five units can work."""
    await asyncio.sleep(0.3)  # looking costs a process
    if process_of(platform, victim) in (None, killed):
        return False
    ports = [int(platform.settings[f"SHIAN_{unit.upper()}_URL"].rpartition(":")[2]) for unit in Unit]
    return all(await asyncio.gather(*(asyncio.to_thread(answers, port) for port in ports)))


async def all_delivered(platform: ThrowawayPlatform) -> bool:
    await asyncio.sleep(0.3)
    return not any([await one(platform, unit, "SELECT count(*) FROM outbox_deliveries") for unit in SERVICES])


async def written_down(platform: ThrowawayPlatform) -> dict[str, int]:
    """How many of each; of what comes from a whistle, how many different whistles."""
    return {
        "tests": await one(platform, Unit.SAMPLING, "SELECT count(*) FROM rapid_tests"),
        "records of the device": await one(
            platform,
            Unit.SAMPLING,
            "SELECT count(DISTINCT device_record_id) FROM rapid_tests WHERE counted_at > '-infinity'",
        ),
        "whistles": await one(platform, Unit.SAMPLING, "SELECT count(*) FROM whistles"),
        "statutory tasks": await one(platform, Unit.SAMPLING, "SELECT count(*) FROM statutory_tasks"),
        "visits": await one(platform, Unit.INSPECTION, "SELECT count(*) FROM visits"),
        "held lots": await one(platform, Unit.TRACEABILITY, "SELECT count(*) FROM lot_holds"),
        "signals": await one(platform, Unit.SCORING, "SELECT count(*) FROM credit_signals"),
    }


async def one(platform: ThrowawayPlatform, unit: Unit, query: str) -> int:
    connection = await asyncpg.connect(platform.settings[f"SHIAN_{unit.upper()}_DATABASE_URL"])
    try:
        return int(await connection.fetchval(query))
    finally:
        await connection.close()


def numerators(dashboard: dict[str, Any]) -> set[tuple[str, str]]:
    return {
        (shown["figure"]["code"], shown["figure"]["numerator"])
        for section in dashboard["sections"]
        for shown in section["figures"]
    }
