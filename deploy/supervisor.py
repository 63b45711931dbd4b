"""Keeps processes running: starts them, restarts what dies after a growing pause, says so, and stops them in order."""

import contextlib
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from deploy.processes import DeployError, say_how_it_ended, spawn_child, tail

LONGEST_PAUSE = 30.0
STEADY_AFTER = 30.0  # seconds of life after which a death counts as the first again
HOPELESS_AFTER = 3  # deaths before a start is given up
LOG_LIMIT = 20 * 2**20
NEARLY_FULL = 50 * 2**20


@dataclass
class Child:
    """A process to keep alive. ``spawn`` starts it; a ``borrowed`` one is restarted here but stopped by its owner."""

    name: str
    spawn: Callable[[], subprocess.Popen[bytes]]
    log: Path
    borrowed: bool = False
    process: subprocess.Popen[bytes] | None = None
    deaths: int = 0
    started_at: float = 0.0
    restart_at: float = field(default=float("inf"))


class Supervisor:
    """Watches children from the calling thread: nothing happens outside ``watch_until`` and ``stop``.

    A dead child is restarted after ``first_pause`` seconds, then after twice as long, and so on. On ``stop`` a child
    has ``patience`` seconds to end by itself.
    """

    def __init__(self, say: Callable[[str], None], *, first_pause: float = 0.5, patience: float = 20.0) -> None:
        self.say = say
        self.first_pause = first_pause
        self.patience = patience
        self.children: list[Child] = []
        self._next_rotation = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self, name: str, command: list[str], *, env: dict[str, str], cwd: Path, log: Path) -> Child:
        """Start ``command`` and keep it running; its output is appended to ``log``."""

        def spawn() -> subprocess.Popen[bytes]:
            with log.open("ab") as output:
                return spawn_child(command, death_signal=signal.SIGKILL, output=output, env=env, cwd=cwd)

        child = Child(name, spawn, log)
        self.watch(child)
        self._spawn(child)
        return child

    def watch(self, child: Child) -> None:
        """Keep ``child`` running as well."""
        child.started_at = time.monotonic()
        self.children.append(child)

    def watch_until(self, condition: Callable[[], bool], *, seconds: float = float("inf")) -> None:
        """Look after the children until ``condition``. Raises ``DeployError`` after ``seconds``."""
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                raise DeployError(f"等了 {seconds:.0f} 秒仍未就绪。请看日志目录里的记录。")
            self._look()
            time.sleep(0.1)

    def wait_for_start(self, children: list[Child], is_ready: Callable[[Child], bool], *, seconds: float) -> None:
        """Wait until all ``children`` are ready. Raises ``DeployError`` with the log of one that cannot start."""
        waiting = list(children)

        def done() -> bool:
            waiting[:] = [child for child in waiting if not is_ready(child)]
            for child in waiting:
                if child.deaths >= HOPELESS_AFTER:
                    raise DeployError(f"{child.name} 启动不了。日志 {child.log} 的末尾：\n{tail(child.log)}")
            return not waiting

        self.watch_until(done, seconds=seconds)

    def stop(self) -> None:
        """Ask all children of our own to end, together; those that do not in time are killed, which is said."""
        ours = [(child.name, child.process) for child in self.children if child.process and not child.borrowed]
        self.children.clear()
        for _, process in ours:
            process.terminate()
        deadline = time.monotonic() + self.patience
        while time.monotonic() < deadline and any(process.poll() is None for _, process in ours):
            time.sleep(0.05)
        for name, process in ours:
            if process.poll() is None:
                self.say(f"{name} 在 {self.patience:g} 秒内没有结束，强行结束")
                process.kill()
        for _, process in ours:
            process.wait()

    def _look(self) -> None:
        now = time.monotonic()
        for child in self.children:
            if child.process and (code := child.process.poll()) is not None:
                child.process = None
                self._schedule(child, say_how_it_ended(code))
            elif not child.process and now >= child.restart_at:
                self._spawn(child)
                if child.process:
                    self.say(f"{child.name} 已重启（进程号 {child.process.pid}）")
        if now >= self._next_rotation:
            self._next_rotation = now + 10
            for log in {child.log for child in self.children}:
                rotate(log)

    def _spawn(self, child: Child) -> None:
        child.started_at = time.monotonic()
        try:
            child.process = child.spawn()
        except (OSError, DeployError) as error:
            self._schedule(child, str(error))

    def _schedule(self, child: Child, reason: str) -> None:
        now = time.monotonic()
        child.deaths = 1 if now - child.started_at > STEADY_AFTER else child.deaths + 1
        pause = min(LONGEST_PAUSE, self.first_pause * 2 ** (child.deaths - 1))
        child.restart_at = now + pause
        self.say(f"{child.name} 停了（{reason}），{pause:g} 秒后重启；日志：{child.log}")
        if (free := shutil.disk_usage(child.log.parent).free) < NEARLY_FULL:
            self.say(f"磁盘几乎已满（只剩 {free >> 20} MB）。请先清理磁盘，平台会自行恢复。")


def rotate(log: Path, limit: int = LOG_LIMIT) -> None:
    """Move a log over ``limit`` bytes to ``….1``. Its writers append to the open file, so it is emptied in place."""
    if log.exists() and log.stat().st_size > limit:
        with contextlib.suppress(OSError):  # on a full disk the old lines go, rather than the platform
            shutil.copyfile(log, log.with_name(f"{log.name}.1"))
        with log.open("r+b") as file:
            file.truncate(0)
