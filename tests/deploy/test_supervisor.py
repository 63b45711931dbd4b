"""What dies is restarted after a growing pause and said aloud; what is stopped is gone, however the supervisor ends."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.processes import DeployError, process_exists
from deploy.supervisor import Supervisor, rotate
from tests.deploy.waiting import wait_for, wait_until_gone

pytestmark = pytest.mark.processes

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
SLEEP = [sys.executable, "-c", "import os, time; print(os.getpid()); time.sleep(600)"]
DIE = [sys.executable, "-c", "raise SystemExit(7)"]
IGNORE_SIGTERM = [
    sys.executable,
    "-c",
    "import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(os.getpid()); time.sleep(600)",
]


def pids(log: Path) -> list[int]:
    return [int(line) for line in log.read_text().split()] if log.exists() else []


def test_a_killed_child_is_restarted_and_that_is_said(tmp_path: Path) -> None:
    said: list[str] = []
    log = tmp_path / "a.log"
    with Supervisor(said.append, first_pause=0.05) as supervisor:
        supervisor.start("sampling-web", SLEEP, env=ENVIRONMENT, cwd=ROOT, log=log)
        supervisor.watch_until(lambda: len(pids(log)) == 1, seconds=20)
        os.kill(pids(log)[0], signal.SIGKILL)
        supervisor.watch_until(lambda: len(pids(log)) == 2, seconds=20)
        assert "sampling-web 停了（信号 SIGKILL），0.05 秒后重启" in said[0]
        assert said[1].startswith("sampling-web 已重启")
    wait_until_gone(*pids(log))


def test_the_pause_before_a_restart_doubles(tmp_path: Path) -> None:
    said: list[str] = []
    with Supervisor(said.append, first_pause=0.05) as supervisor:
        supervisor.start("scoring-jobs", DIE, env=ENVIRONMENT, cwd=ROOT, log=tmp_path / "a.log")
        supervisor.watch_until(lambda: len([line for line in said if "停了" in line]) == 3, seconds=20)
    pauses = [re.search(r"（退出码 7），([\d.]+) 秒后重启", line) for line in said if "停了" in line]
    assert [pause and pause[1] for pause in pauses] == ["0.05", "0.1", "0.2"]


def test_a_child_that_cannot_start_is_given_up_with_the_end_of_its_log(tmp_path: Path) -> None:
    complain = [sys.executable, "-c", "raise SystemExit('no such table')"]
    with Supervisor(lambda _: None, first_pause=0.01) as supervisor:
        child = supervisor.start("gateway-web", complain, env=ENVIRONMENT, cwd=ROOT, log=tmp_path / "a.log")
        with pytest.raises(DeployError, match=r"gateway-web 启动不了(.|\n)*no such table"):
            supervisor.wait_for_start([child], lambda _: False, seconds=20)


def test_a_child_that_ignores_the_request_to_end_is_ended_anyway(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    said: list[str] = []
    supervisor = Supervisor(said.append, patience=0.2)
    supervisor.start("stubborn", IGNORE_SIGTERM, env=ENVIRONMENT, cwd=ROOT, log=log)
    wait_for(lambda: len(pids(log)) == 1)
    supervisor.stop()
    assert said == ["stubborn 在 0.2 秒内没有结束，强行结束"]
    assert not process_exists(pids(log)[0])


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_no_child_outlives_the_supervisor(tmp_path: Path, number: signal.Signals) -> None:
    code = """
import os, sys; from pathlib import Path; from deploy.supervisor import Supervisor
supervisor = Supervisor(print)
for name in ("a", "b"):
    command = [sys.executable, "-c", "import os, time; print(os.getpid()); time.sleep(600)"]
    supervisor.start(name, command, env=dict(os.environ), cwd=Path.cwd(), log=Path(sys.argv[1]) / name)
supervisor.watch_until(lambda: False)
"""
    starter = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], env=ENVIRONMENT, cwd=ROOT)
    wait_for(lambda: len(pids(tmp_path / "a")) == len(pids(tmp_path / "b")) == 1)
    children = pids(tmp_path / "a") + pids(tmp_path / "b")
    assert all(process_exists(pid) for pid in children)
    starter.send_signal(number)
    starter.wait(timeout=10)
    wait_until_gone(*children)


@pytest.mark.parametrize("parent_dies", [True, False])
def test_without_help_of_the_kernel_a_guard_ends_the_child_with_its_parent(tmp_path: Path, parent_dies: bool) -> None:
    code = "import signal, sys; from deploy.child import guard; sys.exit(guard(sys.argv[1:], signal.SIGKILL))"
    log = tmp_path / "a.log"
    with log.open("ab") as output:
        guard = subprocess.Popen(
            [sys.executable, "-c", code, *SLEEP], stdin=subprocess.PIPE, stdout=output, env=ENVIRONMENT, cwd=ROOT
        )
    wait_for(lambda: len(pids(log)) == 1)
    assert guard.stdin
    if parent_dies:
        guard.stdin.close()
        assert guard.wait(timeout=10) == 128 + signal.SIGKILL
    else:
        guard.terminate()
        assert guard.wait(timeout=10) == 128 + signal.SIGTERM
        guard.stdin.close()
    wait_until_gone(*pids(log))


def test_a_large_log_is_moved_aside_while_its_writer_goes_on(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    with log.open("ab", buffering=0) as writer:
        writer.write(b"old\n" * 100)
        rotate(log, limit=1000)
        assert log.read_bytes() == b"old\n" * 100
        rotate(log, limit=100)
        writer.write(b"new\n")
    assert log.read_bytes() == b"new\n"
    assert log.with_name("a.log.1").read_bytes() == b"old\n" * 100
