"""In a rush questions are put to a service in turn, and nobody stands in line for one that hangs."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

import pytest

from gateway.clients import ServiceSilent
from gateway.dashboards import section
from gateway.dashboards.last_good import LastGood
from gateway.dashboards.lines import AT_ONCE, Line
from gateway.dashboards.region import read_dashboard
from gateway.dashboards.schemas import SectionStatus
from shared.contracts.codes import SERVICES, Unit
from shared.contracts.figures import Period
from tests.gateway.dashboards.test_region import actor
from tests.gateway.dashboards.wire import CALLER, Wire

RUSH = 3 * AT_ONCE
JULY = Period.parse("2026-07")


async def silent(cause: Exception) -> int:
    raise ServiceSilent(Unit.SCORING, type(cause).__name__) from cause


async def put(line: Line, questions: Sequence[Callable[[], Awaitable[int]]]) -> list[int | BaseException]:
    return await asyncio.gather(*(line.ask(question) for question in questions), return_exceptions=True)


async def test_no_more_than_a_few_are_asked_at_a_time_and_all_are_answered() -> None:
    under_way, most = 0, 0

    async def question() -> int:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        for _ in range(3):
            await asyncio.sleep(0)
        under_way -= 1
        return 1

    assert await put(Line(Unit.SCORING), [question] * RUSH) == [1] * RUSH
    assert most == AT_ONCE


async def test_who_stands_behind_a_question_that_hung_is_told_without_asking_and_the_next_comer_asks() -> None:
    asked, line = 0, Line(Unit.SCORING)

    async def hang() -> int:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0)
        return await silent(TimeoutError())

    async def answer() -> int:
        return 1

    answers = await put(line, [hang] * RUSH)
    assert [type(answer) for answer in answers] == [ServiceSilent] * RUSH
    assert asked == AT_ONCE
    assert await line.ask(answer) == 1


async def test_a_service_that_is_late_for_one_and_answers_others_is_still_asked() -> None:
    answered = asyncio.Event()

    async def late() -> int:
        await answered.wait()
        return await silent(TimeoutError())

    async def answer() -> int:
        answered.set()
        return 1

    answers = await put(Line(Unit.SCORING), [late, *[answer] * RUSH])
    assert answers[1:] == [1] * RUSH
    assert isinstance(answers[0], ServiceSilent)


async def test_one_broken_answer_is_nothing_to_those_behind_it() -> None:
    async def broken() -> int:
        return await silent(ConnectionError())

    async def answer() -> int:
        return 1

    answers = await put(Line(Unit.SCORING), [broken] * AT_ONCE + [answer] * AT_ONCE)
    assert [type(answer) for answer in answers] == [ServiceSilent] * AT_ONCE + [int] * AT_ONCE


async def test_a_rush_of_different_dashboards_names_the_service_that_hangs_and_shows_the_rest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def budget_of(_: LastGood, unit: Unit, as_of: datetime | None) -> float:
        return 0.5 if unit is Unit.SCORING else 60

    monkeypatch.setattr(section, "budget_of", budget_of)
    wire, kept = Wire({Unit.SCORING: "slow"}), LastGood()
    services = wire.services()
    regions = [f"3302030{number:02d}000" for number in range(RUSH)]
    boards = await asyncio.gather(
        *(read_dashboard(services, kept, region, JULY, actor(), CALLER) for region in regions)
    )
    for board in boards:
        assert {part.service: part.status for part in board.sections} == dict.fromkeys(SERVICES, SectionStatus.OK) | {
            Unit.SCORING: SectionStatus.UNAVAILABLE
        }
    assert sum(request.url.host == Unit.SCORING for request in wire.asked) == AT_ONCE
