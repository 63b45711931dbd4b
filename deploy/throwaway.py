"""A whole platform in its own processes, for benchmarks and for tests that kill things."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.data_folder import DataFolder
from deploy.processes import DeployError, end, free_port, spawn_child, tail
from deploy.units import ROOT, process_environment


@dataclass(frozen=True)
class ThrowawayPlatform:
    """A running platform: its supervisor's process, where that speaks, and the settings of all units."""

    process: subprocess.Popen[bytes]
    output: Path
    folder: DataFolder
    settings: dict[str, str]

    @property
    def url(self) -> str:
        """The gateway's address."""
        return self.settings["SHIAN_GATEWAY_URL"]


@contextmanager
def throwaway_platform(
    data: Path, *, demo: bool = False, seconds: float = 300, settings: Mapping[str, str] | None = None
) -> Iterator[ThrowawayPlatform]:
    """`./shian up` on a free port with its data in ``data`` and these further settings; stopped in order at the end.
    Raises ``DeployError``.
    """
    data.parent.mkdir(parents=True, exist_ok=True)
    output = data.with_name(f"{data.name}.output")
    command = [sys.executable, "-m", "deploy.up", "--port", str(free_port()), "--data", str(data)]
    with output.open("wb") as file:
        process = spawn_child(
            command if demo else [*command, "--no-demo"],
            death_signal=signal.SIGTERM,
            output=file,
            env=process_environment(settings or {}),
            cwd=ROOT,
        )
    try:
        deadline = time.monotonic() + seconds
        ready = "演示数据已装好" if demo else "已就绪"
        while ready not in output.read_text():
            if process.poll() is not None or time.monotonic() > deadline:
                raise DeployError(f"平台没有启动成功：\n{tail(output)}")
            time.sleep(0.1)
        folder = DataFolder(data)
        yield ThrowawayPlatform(process, output, folder, folder.environment)
    finally:
        end(process, polite=signal.SIGTERM, seconds=60)
