"""The whole platform as a person starts it: fifteen processes, one of them killed, a second start, an ordered stop."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from deploy.processes import free_port
from deploy.throwaway import throwaway_platform
from deploy.units import ROOT, process_environment
from deploy.up import answers
from tests.deploy.waiting import wait_for, wait_until_gone

pytestmark = pytest.mark.processes


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


def test_the_platform_survives_kills_refuses_a_second_start_and_stops_without_a_trace(tmp_path: Path) -> None:
    data = tmp_path / "数 据"
    with throwaway_platform(data) as platform:
        port = urlsplit(platform.url).port
        assert port
        assert answers(port)

        wait_for(lambda: f"./shian first-administrator --data '{data}'" in platform.output.read_text(), 90)
        assert "没有区划 999999000000" in make_first_administrator(data, "999999").stderr
        assert "临时口令：" in make_first_administrator(data, "330203").stdout
        assert "已经有系统管理员" in make_first_administrator(data, "330203").stderr

        second = start_up(data, free_port())
        assert second.returncode == 1
        assert "正被另一个进程" in second.stderr

        elsewhere = start_up(tmp_path / "other", port)
        assert elsewhere.returncode == 1
        assert f"端口 {port} 已被别的程序占用" in elsewhere.stderr

        postmaster = data / "postgres" / "cluster" / "postmaster.pid"
        os.kill(int(postmaster.read_text().split()[0]), signal.SIGKILL)
        wait_for(lambda: "postgres 已重启" in platform.output.read_text())
        wait_for(lambda: answers(port))

        everything = descendants(platform.process.pid)
        assert len(everything) > 15
        platform.process.send_signal(signal.SIGTERM)
        assert platform.process.wait(timeout=60) == 0
        wait_until_gone(*everything)
        assert "已全部停止" in platform.output.read_text()
        assert not postmaster.exists()
