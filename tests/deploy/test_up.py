"""The whole platform as a person starts it: fifteen processes, one of them killed, a second start, an ordered stop."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy.processes import free_port
from deploy.up import answers
from tests.deploy.waiting import wait_for, wait_until_gone

pytestmark = pytest.mark.processes

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith("SHIAN_")},
    "PYTHONPATH": str(ROOT),
    "PYTHONUTF8": "1",
}


def command(data: Path, port: int) -> list[str]:
    return [sys.executable, "-m", "deploy.up", "--no-demo", "--port", str(port), "--data", str(data)]


@contextmanager
def platform(data: Path, port: int) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    output = data.with_name("output.txt")
    with output.open("wb") as file:
        process = subprocess.Popen(command(data, port), stdout=file, stderr=file, env=ENVIRONMENT, cwd=data.parent)
    try:
        wait_for(lambda: process.poll() is not None or "已就绪" in output.read_text(), seconds=240)
        assert "已就绪" in output.read_text(), output.read_text()
        yield process, output
    finally:
        process.kill()
        process.wait()


def descendants(pid: int) -> list[int]:
    answer = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True)
    parents = {int(child): int(parent) for child, parent in map(str.split, answer.stdout.splitlines())}
    found = [pid]
    for known in found:
        found += [child for child, parent in parents.items() if parent == known]
    return found[1:]


def test_the_platform_survives_kills_refuses_a_second_start_and_stops_without_a_trace(tmp_path: Path) -> None:
    data, port = tmp_path / "数 据", free_port()
    with platform(data, port) as (process, output):
        assert answers(port)

        refused = subprocess.run(
            command(data, free_port()), capture_output=True, text=True, env=ENVIRONMENT, check=False
        )
        assert refused.returncode == 1
        assert "正被另一个进程" in refused.stderr

        taken = subprocess.run(
            command(tmp_path / "other", port), capture_output=True, text=True, env=ENVIRONMENT, check=False
        )
        assert taken.returncode == 1
        assert f"端口 {port} 已被别的程序占用" in taken.stderr

        os.kill(int((data / "postgres" / "cluster" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        wait_for(lambda: "postgres 已重启" in output.read_text())
        wait_for(lambda: answers(port))

        everything = descendants(process.pid)
        assert len(everything) > 15
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0
        wait_until_gone(*everything)
        assert re.search("已全部停止", output.read_text())
        assert not (data / "postgres" / "cluster" / "postmaster.pid").exists()
