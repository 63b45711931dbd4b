"""Waiting for real processes, without sleeping longer than needed."""

import time
from collections.abc import Callable

from deploy.processes import process_exists
from tests.waiting import PATIENCE


def wait_for(condition: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Return as soon as ``condition`` holds; fail after ``seconds``."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def wait_until_gone(*pids: int) -> None:
    """Return when none of these processes is left."""
    wait_for(lambda: not any(process_exists(pid) for pid in pids))
