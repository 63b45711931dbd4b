"""Starting, ending and telling apart processes: what the supervisor and the embedded server share."""

import contextlib
import fcntl
import functools
import os
import random
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import IO

CHILD = Path(__file__).with_name("child.py")
# Outside the ranges from which systems pick ports for outgoing connections, so that nobody takes ours during a restart.
PRIVATE_PORTS = range(20000, 30000)


class DeployError(RuntimeError):
    """The platform cannot run as asked; the message (Chinese) says why and what to do about it."""


class FolderBusyError(DeployError):
    """Another living process holds the folder."""


def spawn_child(
    command: list[str],
    *,
    death_signal: signal.Signals,
    output: IO[bytes],
    env: dict[str, str] | None = None,
    cwd: Path | None = None,
    unprivileged: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start ``command`` so that it dies with this process; its group is its own, so Ctrl-C reaches only us.

    Call it from the main thread: Linux takes the end of the starting *thread* for the parent's death.
    ``unprivileged`` is a folder the command must own, and says that it may not run as root (see ``child.py``).
    """
    guard = [sys.executable, "-I", "-S", str(CHILD), "--parent", str(os.getpid()), "--death-signal", str(+death_signal)]
    if unprivileged:
        guard += ["--unprivileged", str(unprivileged)]
    return subprocess.Popen(
        [*guard, "--", *command],
        stdin=lifeline(),
        stdout=output,
        stderr=subprocess.STDOUT,
        env=env,
        cwd=cwd,
        process_group=0,
    )


@functools.cache
def lifeline() -> int:
    """The reading end of a pipe whose writing end only this process holds: it ends when this process does."""
    reading, _writing = os.pipe()
    return reading


def end(process: subprocess.Popen[bytes], polite: signal.Signals = signal.SIGINT, seconds: float = 30) -> int:
    """Ask ``process`` to end, insist after ``seconds``, and give its exit code."""
    for number, patience in ((polite, seconds), (signal.SIGQUIT, 5), (signal.SIGKILL, None)):
        process.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)
            break
    return process.returncode


def lock_folder(folder: Path) -> int:
    """Hold ``folder`` for this process; close the returned descriptor to let go, or die. Raises ``FolderBusyError``."""
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(descriptor, 32).decode() or "未知"
        os.close(descriptor)
        raise FolderBusyError(
            f"目录 {folder} 正被另一个进程（进程号 {holder}）使用。没有改动任何数据。"
            "请先停止它，或用 --data 换一个目录。"
        ) from None
    os.truncate(descriptor, 0)
    os.write(descriptor, str(os.getpid()).encode())
    return descriptor


def port_is_free(port: int) -> bool:
    """Whether a server could listen on 127.0.0.1:``port`` now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A loopback port that nobody listens on."""
    return next(port for port in random.sample(PRIVATE_PORTS, len(PRIVATE_PORTS)) if port_is_free(port))


def say_how_it_ended(code: int) -> str:
    """The exit code of a process in words; negative is a signal, as ``subprocess`` has it."""
    return f"信号 {signal.Signals(-code).name}" if code < 0 else f"退出码 {code}"


def process_exists(pid: int) -> bool:
    """Whether any process, ours or not, has this id."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def tail(file: Path, lines: int = 15) -> str:
    """The last ``lines`` of a log."""
    return "\n".join(file.read_text(errors="replace").splitlines()[-lines:]) if file.exists() else ""
