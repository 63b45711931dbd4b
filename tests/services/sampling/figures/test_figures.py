"""Sampling's figures: each equals the sum of the rows behind it, and says what it leaves out."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import httpx
import pytest_asyncio
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.figures.codes import FigureCode
from services.sampling.figures.definitions import FIGURES
from services.sampling.rapid_tests import service as rapid_tests
from services.sampling.rapid_tests.schemas import CorrectionCreate, SubmissionCreate
from services.sampling.statutory_tasks.subscribers import on_clock
from services.sampling.test_sites.models import Site
from services.sampling.whistles.blowing import blow
from services.sampling.whistles.models import Whistle
from shared.clocks.sweep import sweep_overdue
from shared.contracts.clocks import BREACHED
from shared.contracts.codes import Role, Unit
from shared.contracts.figures import Period, PeriodKind
from shared.events.models import OutboxEvent
from shared.figures import repository, service
from shared.http.auth import Actor
from shared.ids import uuid7
from shared.times import day_of, now
from tests.conftest import ClientOf, SessionOf
from tests.services.sampling.factories import HAISHU, NANHAI, STREET, key, rapid_test, site_body, step, stored_site

Count = Callable[[FigureCode], Awaitable[tuple[int, int]]]

INSPECTOR = Actor(
    id=uuid4(),
    name="测试人员",
    kind="user",
    roles=frozenset({Role.INSPECTOR}),
    regions=(HAISHU,),
    organisation_id=None,
    business_id=None,
    scopes=frozenset(),
)


@pytest_asyncio.fixture
async def session(session_of: SessionOf) -> AsyncSession:
    return await session_of(Unit.SAMPLING)


@pytest_asyncio.fixture
async def site(session: AsyncSession) -> Site:
    return await stored_site(session)


@pytest_asyncio.fixture
async def inspector(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.SAMPLING, Role.INSPECTOR, regions=[HAISHU])


@pytest_asyncio.fixture
async def count(session: AsyncSession) -> Count:
    """Numerator and denominator in 海曙区 this month; fed, folded and recomputed from the rows must be one."""

    async def counted(code: FigureCode) -> tuple[int, int]:
        month = Period.containing(day_of(now()), PeriodKind.MONTH)
        regions = [HAISHU, STREET, NANHAI]
        proof = await repository.counts_from_rows(session, FIGURES, regions, month)
        for _ in range(2):
            fed = await repository.current_counts(session, FIGURES, regions, month)
            for pair in fed.keys() | proof.keys():
                assert fed.get(pair, (0, 0)) == proof.get(pair, (0, 0)), pair
            await service.fold(session)
        numerator, denominator = proof.get((code.value, HAISHU), (Decimal(0), Decimal(0)))
        return int(numerator), int(denominator)

    return counted


def record(item: str, value: str | None = None, result: str | None = None, **more: Any) -> dict[str, Any]:
    moment = now().isoformat()
    fields = {"id": str(uuid7()), "product_name": "菠菜", "printed_item": item, "tested_at": moment}
    return fields | {"printed_value": value, "printed_result": result} | more


async def submit(session: AsyncSession, site: Site, *records: dict[str, Any]) -> list[Any]:
    body = SubmissionCreate.model_validate({"site_id": str(site.id), "records": list(records)})
    answer = await rapid_tests.submit(session, uuid7(), body, INSPECTOR)
    assert answer.rejected == 0, answer
    return answer.items


async def test_a_test_without_a_result_is_done_but_neither_passed_nor_positive(
    session: AsyncSession, site: Site, count: Count
) -> None:
    await submit(
        session,
        site,
        record("农药残留", "12.5"),
        record("农药残留", "30"),
        record("农药残留", "61.2"),
        record("农药残留", "118"),
        record("某个没有登记的项目（演示）", None, "阴性"),
    )
    assert await count(FigureCode.RAPID_TESTS) == (5, 0)
    assert await count(FigureCode.SUSPECTED_POSITIVE_RATE) == (1, 3)
    assert await count(FigureCode.WITHOUT_RESULT_RATE) == (2, 5)
    assert await count(FigureCode.DISPOSAL_RATE) == (0, 1)


async def test_a_correction_takes_the_old_test_away_and_counts_the_new_one(
    session: AsyncSession, site: Site, count: Count
) -> None:
    [positive, _] = await submit(session, site, record("农药残留", "61.2"), record("农药残留", "10"))
    fixed = record("农药残留", "16.2") | {"reason": "看错一位（演示）"}
    del fixed["id"]
    await rapid_tests.correct(session, positive.test_id, CorrectionCreate.model_validate(fixed), INSPECTOR)
    assert await count(FigureCode.RAPID_TESTS) == (2, 0)
    assert await count(FigureCode.SUSPECTED_POSITIVE_RATE) == (0, 2)


async def blown(session: AsyncSession, site: Site, *, days_ago: int = 0, **change: Any) -> Whistle:
    at = now() - timedelta(days=days_ago)
    test = rapid_test(site, tested_at=at, tested_on=day_of(at), **change)
    await blow(session, [test], at=at)
    whistle = await session.scalar(select(Whistle).where(Whistle.rapid_test_id == test.id))
    assert whistle is not None
    return whistle


async def test_open_whistles_are_those_blown_and_not_closed(
    session: AsyncSession, site: Site, count: Count, inspector: httpx.AsyncClient
) -> None:
    whistle = await blown(session, site)
    await blown(session, site, stall_number="B-1")
    assert await count(FigureCode.OPEN_WHISTLES) == (2, 0)
    unreachable = {"outcome": "unreachable", "note": "摊位已撤（演示）"}
    assert (await step(inspector, whistle.id, "outcome", 1, **unreachable)).status_code == 200
    assert (await step(inspector, whistle.id, "closure", 2, note="去向不明（演示）")).status_code == 200
    assert await count(FigureCode.OPEN_WHISTLES) == (1, 0)


async def test_a_positive_counts_as_disposed_of_once_however_often_something_is_destroyed(
    session: AsyncSession, site: Site, count: Count, inspector: httpx.AsyncClient
) -> None:
    whistle = await blown(session, site)
    await blown(session, site, stall_number="B-1")
    assert (
        await step(inspector, whistle.id, "statutory-sample", 1, sample_number="X1", same_lot=True)
    ).status_code == 200
    assert (await step(inspector, whistle.id, "outcome", 2, outcome="confirmed", note="演示")).status_code == 200
    for version, quantity in enumerate(["0", "5", "15"], start=3):
        body = {"quantity": quantity, "unit": "kg", "note": "粉碎后深埋（演示）"}
        assert (await step(inspector, whistle.id, "disposals", version, **body)).status_code == 200
    assert await count(FigureCode.DISPOSAL_RATE) == (1, 2)


async def overdue_told(session: AsyncSession) -> int:
    """Let the sweep find overdue clocks and the unit hear of them; returns how many it was told of."""
    told = 0
    await sweep_overdue(session, Unit.SAMPLING, now())
    kind = BREACHED[Unit.SAMPLING]
    for event in await session.scalars(select(OutboxEvent).where(OutboxEvent.type == kind.type)):
        for _ in range(2):
            await on_clock(session, kind.model_validate(event.data))
        told += 1
    return told


async def test_a_task_counts_when_it_is_done_in_time_or_overdue_and_not_before(
    session: AsyncSession, site: Site, count: Count, inspector: httpx.AsyncClient
) -> None:
    on_time, _waiting = await blown(session, site), await blown(session, site, stall_number="B-1")
    assert await count(FigureCode.FOLLOW_UP_ON_TIME_RATE) == (0, 0)
    sample = {"sample_number": "X1", "same_lot": True}
    assert (await step(inspector, on_time.id, "statutory-sample", 1, **sample)).status_code == 200
    assert await count(FigureCode.FOLLOW_UP_ON_TIME_RATE) == (1, 1)
    assert await overdue_told(session) == 0


async def _follow_ups_ever(session: AsyncSession) -> tuple[int, int]:
    """Of all time, proved: an overdue task counts on the day it was due, which may lie in another month."""
    figures = [figure for figure in FIGURES if figure.definition.code == FigureCode.FOLLOW_UP_ON_TIME_RATE]
    total = [0, 0]
    for year in (day_of(now()).year - 1, day_of(now()).year):
        period = Period.parse(str(year))
        proof = await repository.counts_from_rows(session, figures, [HAISHU], period)
        fed = await repository.current_counts(session, figures, [HAISHU], period)
        pair = (FigureCode.FOLLOW_UP_ON_TIME_RATE.value, HAISHU)
        assert fed.get(pair, (0, 0)) == proof.get(pair, (0, 0))
        numerator, denominator = proof.get(pair, (0, 0))
        total[0] += int(numerator)
        total[1] += int(denominator)
    return total[0], total[1]


async def test_an_overdue_task_counts_against_the_rate_and_a_late_sample_does_not_mend_it(
    session: AsyncSession, site: Site, inspector: httpx.AsyncClient
) -> None:
    overdue = await blown(session, site, days_ago=40)
    assert await overdue_told(session) == 1
    assert await _follow_ups_ever(session) == (0, 1)
    sample = {"sample_number": "X1", "same_lot": True}
    assert (await step(inspector, overdue.id, "statutory-sample", 1, **sample)).status_code == 200
    assert await _follow_ups_ever(session) == (0, 1)


async def test_a_sample_taken_in_time_and_recorded_late_mends_the_rate(
    session: AsyncSession, site: Site, inspector: httpx.AsyncClient
) -> None:
    whistle = await blown(session, site, days_ago=40)
    assert await overdue_told(session) == 1
    sample = {"sample_number": "X1", "same_lot": True, "at": (whistle.blown_at + timedelta(hours=3)).isoformat()}
    assert (await step(inspector, whistle.id, "statutory-sample", 1, **sample)).status_code == 200
    assert await _follow_ups_ever(session) == (1, 1)


async def test_giving_up_an_overdue_task_does_not_hide_that_it_was_overdue(
    session: AsyncSession, site: Site, inspector: httpx.AsyncClient
) -> None:
    whistle = await blown(session, site, days_ago=40)
    body = {"outcome": "unreachable", "note": "摊位已撤（演示）"}
    assert (await step(inspector, whistle.id, "outcome", 1, **body)).status_code == 200
    assert await _follow_ups_ever(session) == (0, 1)


async def test_sites_in_use_follow_registration_move_and_retirement(count: Count, inspector: httpx.AsyncClient) -> None:
    sites = [(await inspector.post("/v1/test-sites", json=site_body(), headers=key())).json() for _ in range(3)]
    assert await count(FigureCode.ACTIVE_SITES) == (3, 0)
    for site, change in ((sites[0], {"active": False}), (sites[1], {"region_code": HAISHU, "active": True})):
        body = {name: site[name] for name in ("name", "kind", "region_code")} | change
        answer = await inspector.put(f"/v1/test-sites/{site['id']}", json=body, headers={"If-Match": '"1"'})
        assert answer.status_code == 200
    assert await count(FigureCode.ACTIVE_SITES) == (2, 0)


async def test_the_rows_behind_a_figure_lead_to_the_records(
    session: AsyncSession, site: Site, inspector: httpx.AsyncClient
) -> None:
    await submit(session, site, record("农药残留", "61.2"), record("农药残留", "10"))
    period = str(Period.containing(day_of(now()), PeriodKind.DAY))
    query = {"region": STREET, "period": period}
    for code, link in [
        (FigureCode.SUSPECTED_POSITIVE_RATE, "/v1/rapid-tests/"),
        (FigureCode.OPEN_WHISTLES, "/v1/whistles/"),
    ]:
        answer = await inspector.get(f"/v1/figures/{code}/rows", params=query)
        assert answer.status_code == 200, answer.text
        rows = answer.json()["items"]
        assert all(row["link"].startswith(link) for row in rows)
        assert (await inspector.get(rows[0]["link"])).status_code == 200


async def test_every_figure_says_what_it_counts_and_leaves_out() -> None:
    assert {figure.definition.code for figure in FIGURES} == {code.value for code in FigureCode}
    for figure in FIGURES:
        assert figure.definition.note
        assert figure.definition.is_rate == (figure.definition.unit == "%")
