"""Relay and subscriber are killed in the middle of their work, again and again; every event is compared."""

import asyncio
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from shared.contracts.codes import Unit
from tests.shared.events.conftest import Stage
from tests.shared.events.trial import TrialHeld, environment
from tests.waiting import eventually

ROOT = Path(__file__).resolve().parents[3]
EVENTS = 3000
KILLS = 4

pytestmark = pytest.mark.processes


async def test_nothing_is_lost_and_nothing_doubled_when_relay_and_subscriber_are_killed(stage: Stage) -> None:
    with running(stage, "relay") as relay, running(stage, "subscriber", str(stage.port)) as subscriber:
        publishing = asyncio.create_task(_publish_steadily(stage))
        for kill in range(KILLS):
            before = len(await stage.effects())
            # In the middle: some have arrived since the last kill, and some have not.
            await eventually(partial(_more_than, stage, before))
            await asyncio.sleep(random.uniform(0, 0.1))
            (relay if kill % 2 else subscriber).kill_and_restart()
        await publishing
        await eventually(lambda: _all_arrived(stage))
    assert await stage.effects() == list(range(EVENTS))


async def test_events_published_while_everything_is_down_arrive_later(stage: Stage) -> None:
    await stage.publish(*(TrialHeld(number=number) for number in range(100)))
    with running(stage, "relay"):
        await asyncio.sleep(1)
        with running(stage, "subscriber", str(stage.port)):
            await eventually(lambda: _all_settled(stage))
    assert await stage.effects() == list(range(100))


class Restartable:
    """A process of the trial that can be killed without warning."""

    def __init__(self, stage: Stage, *arguments: str) -> None:
        self._arguments = arguments
        self._environment = environment(stage.url, **{Unit.SCORING: f"http://127.0.0.1:{stage.port}"})
        self._process = self._start()

    def _start(self) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "tests.shared.events.trial", *self._arguments]
        return subprocess.Popen(command, cwd=ROOT, env=self._environment)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def kill_and_restart(self) -> None:
        self.kill()
        self._process = self._start()


@contextmanager
def running(stage: Stage, *arguments: str) -> Iterator[Restartable]:
    process = Restartable(stage, *arguments)
    try:
        yield process
    finally:
        process.kill()


async def _publish_steadily(stage: Stage) -> None:
    for first in range(0, EVENTS, 20):
        await stage.publish(*(TrialHeld(number=number, seconds=0.002) for number in range(first, first + 20)))
        await asyncio.sleep(0.05)


async def _more_than(stage: Stage, number: int) -> bool:
    return len(await stage.effects()) > number


async def _all_arrived(stage: Stage) -> bool:
    return len(await stage.effects()) >= EVENTS and await stage.owed() == 0


async def _all_settled(stage: Stage) -> bool:
    return await stage.owed() == 0
