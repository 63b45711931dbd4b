"""A publisher and a subscriber for the tests of events, also as processes of their own that can be killed.

    python -m tests.shared.events.trial relay|subscriber [port]

The effect of an event is a row without any unique key, so that a doubled effect would be seen.
"""

import asyncio
import os
import signal
import sys
from dataclasses import replace
from datetime import timedelta
from typing import ClassVar

import uvicorn
from sqlalchemy import MetaData, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from deploy.units import process_environment
from services.sampling.settings import Settings as SamplingSettings
from services.scoring.settings import Settings as ScoringSettings
from shared.app import Service, create_app
from shared.contracts import subscriptions
from shared.contracts.codes import Unit
from shared.contracts.event import EventData
from shared.events import relay
from shared.http.problems import Problem

SECRET = "test-only-" + "s" * 32
QUICK = relay.Pace(
    batch=50,
    poll_seconds=0.3,
    timeout_seconds=2,
    lease=timedelta(seconds=2.5),
    attempts=3,
    first_pause_seconds=0.05,
    longest_outage_pause_seconds=0.3,
)
PATIENT = replace(QUICK, attempts=100)
"""Where the processes die or the machine is slow, and no event is ever to blame for it: nothing is parked."""


class TrialHeld(EventData):
    """Something happened, with a number by which its effects are counted."""

    type: ClassVar[str] = "sampling.trial.held.v1"

    number: int
    spoilt: bool = False
    seconds: float = 0


class SpoiltError(Problem):
    slug, title, status = "spoilt", "这件事处理不了", 422


async def take_effect(session: AsyncSession, data: TrialHeld) -> None:
    """Count the event; a spoilt one fails after it has already written, a slow one takes its time."""
    await session.execute(text("INSERT INTO trial_effects VALUES (:number)"), {"number": data.number})
    await asyncio.sleep(data.seconds)
    if data.spoilt:
        raise SpoiltError("数据坏了")


def subscriptions_with(*units: Unit) -> dict[str, tuple[Unit, ...]]:
    """The table of subscriptions in which `units` hear the trial event."""
    return {**subscriptions.SUBSCRIPTIONS, TrialHeld.type: units}


SUBSCRIBER = Service(
    unit=Unit.SCORING,
    title="试验订阅方",
    settings=ScoringSettings,
    metadata=MetaData(),
    routers=[],
    subscribers={TrialHeld.type: take_effect},
)


async def create_effects(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE trial_effects (number int)"))


def environment(url: str, **addresses: str) -> dict[str, str]:
    """The environment of a process of the trial, without what a surrounding platform has set for its own units."""
    more = {f"SHIAN_{unit.upper()}_URL": address for unit, address in addresses.items()}
    return process_environment({"SHIAN_DATABASE_URL": url, "SHIAN_EVENTS_SECRET": SECRET} | more)


async def _relay() -> None:
    setattr(relay, "SUBSCRIPTIONS", subscriptions_with(Unit.SCORING))  # noqa: B010 (mypy: it is a constant)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    pace = relay.Pace() if os.environ.get("SHIAN_TRIAL_PACE") == "real" else PATIENT
    await relay.run_relay(SamplingSettings(), stop, pace)


if __name__ == "__main__":
    if sys.argv[1] == "relay":
        asyncio.run(_relay())
    else:
        uvicorn.run(create_app(SUBSCRIBER), host="127.0.0.1", port=int(sys.argv[2]), log_level="warning")
