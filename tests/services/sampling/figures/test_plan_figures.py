"""The figures of plans: whatever happens to samples, places and plans, each is the sum of its rows."""

from collections.abc import Awaitable, Callable
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

import httpx
import pytest_asyncio
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.figures.plans import (
    BATCHES_PER_THOUSAND,
    COVERAGE,
    FIGURES,
    MONITORING_PER_THOUSAND,
    PLAN_COMPLETION,
)
from services.sampling.plans.counting.service import count_samples
from services.sampling.plans.coverage.service import refresh
from services.sampling.plans.models import CountedSample
from services.sampling.samples.models import Sample
from shared.contracts.codes import Role, Unit
from shared.contracts.figures import Period
from shared.contracts.statutory_sampling import SampleState, Stream
from shared.figures import repository, service
from tests.conftest import ClientOf, SessionOf
from tests.services.sampling.factories import HAISHU, NANHAI, OTHER_STREET, STREET, stored_site
from tests.services.sampling.plans.factories import (
    YEAR,
    issued,
    markets,
    stated_population,
    stored_business,
    stored_sample,
    task_of,
    workshops,
)

Count = Callable[..., Awaitable[tuple[int, int]]]
THIS_YEAR = Period.parse(str(YEAR))


@pytest_asyncio.fixture
async def session(session_of: SessionOf) -> AsyncSession:
    return await session_of(Unit.SAMPLING)


@pytest_asyncio.fixture
async def office(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.SAMPLING, Role.FOOD_SAFETY_OFFICE, regions=[HAISHU])


@pytest_asyncio.fixture
async def count(session: AsyncSession) -> Count:
    """Numerator and denominator of a figure; fed, folded and recomputed from the rows must be one, in every period."""

    async def counted(code: str, region: str = HAISHU, period: str = str(YEAR)) -> tuple[int, int]:
        regions = [HAISHU, STREET, OTHER_STREET, NANHAI]
        for _ in range(2):
            for text in (str(YEAR - 1), str(YEAR), f"{YEAR}-03", f"{YEAR}-Q2", str(YEAR + 1), f"{YEAR + 1}-01-01"):
                await _compare(session, regions, Period.parse(text))
            await service.fold(session)
        proof = await repository.counts_from_rows(session, FIGURES, regions, Period.parse(period))
        numerator, denominator = proof.get((code, region), (Decimal(0), Decimal(0)))
        return int(numerator), int(denominator)

    return counted


async def _compare(session: AsyncSession, regions: list[str], period: Period) -> None:
    fed = await repository.current_counts(session, FIGURES, regions, period)
    proof = await repository.counts_from_rows(session, FIGURES, regions, period)
    for pair in fed.keys() | proof.keys():
        assert fed.get(pair, (0, 0)) == proof.get(pair, (0, 0)), (pair, str(period))


async def taken(session: AsyncSession, **fields: Any) -> Sample:
    sample = await stored_sample(session, **fields)
    await count_samples(session, [sample.id])
    return sample


async def changed(session: AsyncSession, sample: Sample, **fields: Any) -> None:
    for name, value in fields.items():
        setattr(sample, name, value)
    await session.flush()
    await count_samples(session, [sample.id])


async def test_batches_per_thousand_leave_monitoring_out_and_rejected_samples_go_again(
    session: AsyncSession, count: Count
) -> None:
    samples = [await taken(session, stream=stream) for stream in Stream]
    assert await count(BATCHES_PER_THOUSAND) == (3, 0)
    assert await count(MONITORING_PER_THOUSAND) == (1, 0)
    await count_samples(session, [sample.id for sample in samples])
    assert await count(BATCHES_PER_THOUSAND) == (3, 0), "counting again changes nothing"
    await changed(session, samples[0], state=SampleState.REJECTED)
    await changed(session, samples[0], state=SampleState.VOIDED)
    assert await count(BATCHES_PER_THOUSAND) == (2, 0)
    await changed(session, samples[1], region_code=NANHAI, sampled_on=date(YEAR, 4, 1))
    assert await count(BATCHES_PER_THOUSAND) == (1, 0)
    assert await count(BATCHES_PER_THOUSAND, NANHAI, f"{YEAR}-04") == (1, 0)


async def test_so_many_a_thousand_people_of_the_region_itself_and_nothing_where_nobody_stated_them(
    session: AsyncSession, office: httpx.AsyncClient
) -> None:
    for _ in range(9):
        await taken(session)
    address = f"/v1/figures/{BATCHES_PER_THOUSAND}"

    async def read(region: str, period: str) -> dict[str, Any]:
        answer = await office.get(address, params={"region": region, "period": period})
        assert answer.status_code == 200, answer.text
        figure: dict[str, Any] = answer.json()
        return figure

    unknown = await read(STREET, str(YEAR))
    assert (unknown["state"], unknown["value"], unknown["numerator"]) == ("missing", None, "9")
    await stated_population(session, 2000)
    await stated_population(session, 0, code=STREET)
    known, empty = await read(HAISHU, str(YEAR)), await read(STREET, str(YEAR))
    assert (known["state"], known["value"], known["denominator"]) == ("value", "4.5", "2000")
    assert (known["low"], known["high"]) == (None, None), "it is no share of anything"
    assert known["denominator_source"] == "2025年人口 2000 人（演示公报（虚构），未核实）"
    assert (empty["state"], empty["value"]) == ("missing", None)
    await stated_population(session, 4500, year=YEAR)
    assert (await read(HAISHU, str(YEAR)))["value"] == "2"
    assert (await read(STREET, str(YEAR - 2)))["state"] == "missing", "later people are not earlier people"


async def test_a_plan_counts_its_own_tasks_stream_and_year(
    session: AsyncSession, office: httpx.AsyncClient, count: Count
) -> None:
    plan = await issued(office, quantity=50)
    task = await task_of(session, plan)
    assert await count(PLAN_COMPLETION) == (0, 50)
    await taken(session, task_id=task)
    await taken(session, task_id=task, stream=Stream.RISK_MONITORING)
    await taken(session, task_id=task, sampled_on=date(YEAR + 1, 1, 5))
    await taken(session)
    assert await count(PLAN_COMPLETION) == (1, 50)
    assert await count(PLAN_COMPLETION, period=str(YEAR + 1)) == (0, 0), "the next year begins with its own plans"
    answer = await office.post(f"/v1/sampling-plans/{plan['id']}/closure", headers={"If-Match": '"2"'})
    assert answer.status_code == 200
    assert await count(PLAN_COMPLETION) == (1, 50), "closing a plan rewrites nothing"


async def test_coverage_counts_places_of_the_lists_once_sampled_often_enough(
    session: AsyncSession, office: httpx.AsyncClient, count: Count
) -> None:
    early, late = await stored_business(session), await stored_business(session)
    await taken(session, business_id=early.id)
    await issued(office, coverage_duties=[workshops(minimum=2)])
    assert await count(COVERAGE) == (0, 2)
    second = await taken(session, business_id=early.id)
    assert await count(COVERAGE) == (1, 2)
    await taken(session, business_id=late.id)
    await taken(session, business_id=late.id, stream=Stream.RISK_MONITORING)
    assert await count(COVERAGE) == (1, 2), "monitoring does not cover"
    await changed(session, second, state=SampleState.VOIDED)
    assert await count(COVERAGE) == (0, 2)


async def test_lists_follow_the_register_every_night(
    session: AsyncSession, office: httpx.AsyncClient, count: Count
) -> None:
    business = await stored_business(session)
    await issued(office, coverage_duties=[workshops(), markets()])
    await taken(session, business_id=business.id)
    new = await stored_business(session, region_code=OTHER_STREET)
    site = await stored_site(session)
    assert await count(COVERAGE) == (1, 1)
    assert await refresh(session) == 2
    assert await count(COVERAGE) == (1, 3)
    business.status, new.region_code, site.name = "closed", STREET, "改名的演示市场（虚构）"
    await session.flush()
    assert await refresh(session) == 3
    assert await count(COVERAGE) == (0, 2)
    assert await count(COVERAGE, OTHER_STREET) == (0, 0)
    business.status = "active"
    await session.flush()
    await refresh(session)
    assert await count(COVERAGE) == (1, 3), "who comes back has been sampled before"
    assert await refresh(session) == 0


async def test_after_a_hundred_random_doings_every_figure_is_the_sum_of_its_rows(
    session: AsyncSession, office: httpx.AsyncClient, count: Count
) -> None:
    random = Random(20260724)
    plans = [await issued(office, quantity=30, coverage_duties=[workshops()]) for _ in range(2)]
    tasks: list[UUID | None] = [None, *[await task_of(session, plan) for plan in plans]]
    businesses = [await stored_business(session) for _ in range(4)]
    samples: list[Sample] = []
    for _ in range(100):
        doing = random.random()
        if doing < 0.5 or not samples:
            fields = {
                "task_id": random.choice(tasks),
                "business_id": random.choice(businesses).id,
                "stream": random.choice(list(Stream)),
                "sampled_on": date(random.choice([YEAR - 1, YEAR, YEAR]), random.randint(1, 12), 3),
            }
            samples.append(await taken(session, **fields))
        elif doing < 0.8:
            change = {"state": random.choice([SampleState.VOIDED, SampleState.TAKEN, SampleState.REJECTED])}
            await changed(session, random.choice(samples), **change)
        else:
            business = random.choice(businesses)
            business.status = random.choice(["active", "closed"])
            business.region_code = random.choice([STREET, OTHER_STREET])
            await session.flush()
            await refresh(session)
    for code in (BATCHES_PER_THOUSAND, PLAN_COMPLETION, COVERAGE):
        assert (await count(code))[0] > 0
    assert all([await service.prove(session, figure) == 0 for figure in FIGURES])
    counted = {row.sample_id: row for row in await session.scalars(select(CountedSample))}
    assert counted.keys() == {sample.id for sample in samples if sample.state is SampleState.TAKEN}
    plan_of = dict(zip(tasks, [None, *(UUID(plan["id"]) for plan in plans)], strict=True))
    for sample in samples:
        if row := counted.get(sample.id):
            is_planned = sample.stream is Stream.SUPERVISION and sample.sampled_on.year == YEAR
            assert (row.region_code, row.day, row.stream) == (sample.region_code, sample.sampled_on, sample.stream)
            assert row.plan_id == (plan_of[sample.task_id] if is_planned else None)


async def test_the_rows_behind_lead_to_samples_and_plans(session: AsyncSession, office: httpx.AsyncClient) -> None:
    business = await stored_business(session)
    plan = await issued(office, coverage_duties=[workshops()])
    await taken(session, task_id=await task_of(session, plan), business_id=business.id)
    for code, link in [
        (PLAN_COMPLETION, f"/v1/sampling-plans/{plan['id']}"),
        (COVERAGE, f"/v1/sampling-plans/{plan['id']}/coverage"),
        (BATCHES_PER_THOUSAND, "/v1/samples/"),
    ]:
        answer = await office.get(f"/v1/figures/{code}/rows", params={"region": HAISHU, "period": str(YEAR)})
        rows = answer.json()["items"]
        assert any(row["link"].startswith(link) for row in rows)


async def test_every_figure_of_plans_says_what_it_counts_and_leaves_out() -> None:
    for figure in FIGURES:
        definition = figure.definition
        assert definition.note
        assert definition.is_rate == (definition.unit == "%")
        assert (definition.population is None) == (definition.unit == "%")
    batches = FIGURES[0].definition
    assert all(stream.label in batches.numerator for stream in Stream if stream is not Stream.RISK_MONITORING)
    assert "风险监测另计" in batches.note
