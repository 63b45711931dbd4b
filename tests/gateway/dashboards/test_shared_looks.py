"""Callers who ask the same in the same instant share one look; nobody is shown another's sight of it."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.clients import Refused
from gateway.dashboards import section
from gateway.dashboards.last_good import LastGood
from gateway.dashboards.region import read_dashboard
from gateway.dashboards.schemas import Dashboard, SectionStatus
from shared.contracts.codes import SERVICES, Role, Unit
from shared.contracts.figures import Period
from shared.http.auth import Actor
from tests.gateway.dashboards.test_region import actor
from tests.gateway.dashboards.wire import CALLER, DISTRICT, Wire

JULY, JUNE = Period.parse("2026-07"), Period.parse("2026-06")
THEN = datetime(2026, 7, 20, 1, 30, tzinfo=UTC)
QUESTIONS = 8
"""A dashboard asks four services about two periods."""

Look = Callable[..., Coroutine[Any, Any, Dashboard]]


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(section, "FIRST_BUDGET_SECONDS", 60)
    monkeypatch.setattr(section, "BUDGET_SECONDS", 60)


def at(wire: Wire, kept: LastGood) -> Look:
    """Asking these services over one connection pool."""
    services = wire.services()

    async def look(who: Actor, period: Period = JULY, as_of: datetime | None = None) -> Dashboard:
        return await read_dashboard(services, kept, DISTRICT, period, who, CALLER, as_of)

    return look


async def test_many_who_ask_the_same_at_once_cost_the_services_one_look() -> None:
    wire, leader = Wire(), actor()
    look = at(wire, LastGood())
    screens = await asyncio.gather(*(look(leader) for _ in range(32)), look(replace(leader, name="另一位")))
    assert len(wire.asked) == QUESTIONS
    assert {part.status for part in screens[0].sections} == {SectionStatus.OK}
    assert all(screen.body == screens[0].body for screen in screens)


async def test_who_asks_after_a_look_is_done_is_shown_a_new_one() -> None:
    wire = Wire()
    look = at(wire, LastGood())
    await look(actor())
    await look(actor())
    assert len(wire.asked) == 2 * QUESTIONS


async def test_each_sight_period_and_moment_has_a_look_of_its_own() -> None:
    wire, leader = Wire(), actor()
    look = at(wire, LastGood())
    await asyncio.gather(
        look(leader),
        look(replace(leader, regions=("330200000000",))),
        look(replace(leader, roles=frozenset({Role.INSPECTOR}))),
        look(replace(leader, kind="client")),
        look(replace(leader, kind="client", scopes=frozenset({"sampling:read"}))),
        look(leader, JUNE),
        look(leader, as_of=THEN),
        look(leader, as_of=THEN.replace(minute=31)),
    )
    assert len(wire.asked) == 8 * QUESTIONS


async def test_a_refusal_is_told_to_everybody_who_waits_and_is_not_kept() -> None:
    wire = Wire(dict.fromkeys(SERVICES, "refuses"))
    look = at(wire, LastGood())
    refused = await asyncio.gather(*(look(actor()) for _ in range(3)), return_exceptions=True)
    assert [type(answer) for answer in refused] == [Refused] * 3
    wire.behaviour = dict.fromkeys(SERVICES, "fine")
    assert (await look(actor())).sections[0].status is SectionStatus.OK


async def test_who_leaves_ends_nobody_elses_look() -> None:
    wire = Wire()
    look = at(wire, LastGood())
    leaver, stayer = (asyncio.create_task(look(actor())) for _ in range(2))
    await asyncio.sleep(0)
    leaver.cancel()
    assert {part.status for part in (await stayer).sections} == {SectionStatus.OK}
    assert leaver.cancelled()
    assert len(wire.asked) == QUESTIONS


async def test_a_silent_service_is_named_to_all_who_share_the_look() -> None:
    wire = Wire({Unit.SCORING: "unreachable"})
    look = at(wire, LastGood())
    for screen in await asyncio.gather(*(look(actor()) for _ in range(4))):
        assert [part.service for part in screen.sections if part.status is SectionStatus.UNAVAILABLE] == [Unit.SCORING]
    assert len(wire.asked) == QUESTIONS
