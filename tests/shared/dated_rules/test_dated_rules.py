"""Dated rules: which row holds on a day, what a release may bring, and what a bureau states without one."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.no_retest_items.models import NoRetestItem
from services.sampling.sampling_day_bounds.models import SamplingDayBound
from services.traceability.certificates.rules import FIELDS as ON_CERTIFICATES
from services.traceability.productions.models import YieldBand
from services.traceability.record_checks.rules import FIELDS as ON_RECORDS
from shared.contracts.codes import Role, Unit
from shared.dated_rules.repository import history, in_force, rule_on, seed_rules
from tests.conftest import ClientOf, SessionOf

FIRST = date(2026, 1, 1)
OWN = {"source": "演示规程（虚构）", "verified": True}


@pytest.fixture
async def traceability(session_of: SessionOf) -> AsyncSession:
    return await session_of(Unit.TRACEABILITY)


@pytest.fixture
async def office(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.TRACEABILITY, Role.FOOD_SAFETY_OFFICE, regions=["330203000000"])


async def test_of_each_key_the_latest_day_counts_and_of_that_the_last_word(session_of: SessionOf) -> None:
    session, chance = await session_of(Unit.SAMPLING), Random(7)
    names = [f"演示菌{letter}（虚构）" for letter in "甲乙丙"]
    said = [(chance.choice(names), FIRST + timedelta(days=chance.randrange(10)), number) for number in range(40)]
    for name, since, number in said:
        session.add(NoRetestItem(name=name, valid_from=since, reason=str(number), **OWN))
        await session.flush()
    for day in (FIRST + timedelta(days=days) for days in range(-1, 11)):
        begun = [one for one in said if one[1] <= day]
        last = {name: str(max(one[1:] for one in begun if one[0] == name)[1]) for name, *_ in begun}
        held = await in_force(session, NoRetestItem, day, NoRetestItem.name.in_(names))
        assert {row.name: row.reason for row in held} == last
    every = [row for row in await history(session, NoRetestItem) if row.name in names]
    told = [(row.name, row.valid_from, int(row.reason)) for row in every]
    assert [one for one in told if one[0] == names[0]] == sorted(
        (one for one in said if one[0] == names[0]), key=lambda one: one[1:], reverse=True
    )
    assert len(told) == len(said)


async def test_a_table_without_a_key_has_one_rule_a_day(session_of: SessionOf) -> None:
    session = await session_of(Unit.SAMPLING)
    for years in (7, 8):
        session.add(SamplingDayBound(years_back=years, valid_from=FIRST, reason="演示", **OWN))
        await session.flush()
    before, after = [await rule_on(session, SamplingDayBound, FIRST + timedelta(days=days)) for days in (-1, 0)]
    assert before is not None and after is not None
    assert (before.recorded_by, before.years_back, after.years_back) == (None, 3, 8)
    assert await rule_on(session, SamplingDayBound, date(1990, 1, 1)) is None


async def test_a_release_brings_what_is_new_and_takes_back_no_word_of_the_bureau(traceability: AsyncSession) -> None:
    """A band that a bureau stated for the very day of a later shipped one stands, and nothing comes twice."""
    session = traceability
    own = YieldBand(
        process="demo_drying", product_key="", name="演示", least=Decimal(10), most=Decimal(20), valid_from=FIRST, **OWN
    )
    session.add(own)
    await session.flush()
    rows = [
        {"process": process, "product_key": "", "name": "随平台提供", "least": Decimal(1), "most": Decimal(2)}
        for process in ("demo_drying", "demo_smoking")
    ]
    for _ in range(2):
        await seed_rules(session, YieldBand, rows, valid_from=FIRST, source="演示", verified=False)
    mine = YieldBand.process.in_(["demo_drying", "demo_smoking"])
    held = {row.process: row.name for row in await in_force(session, YieldBand, FIRST, mine)}
    assert held == {"demo_drying": "演示", "demo_smoking": "随平台提供"}
    assert len((await session.scalars(select(YieldBand).where(mine))).all()) == 2
    later = FIRST + timedelta(days=1)
    await seed_rules(session, YieldBand, rows[:1], valid_from=later, source="演示：后来的标准", verified=False)
    amended = await rule_on(session, YieldBand, later, YieldBand.process == "demo_drying")
    assert amended is not None and amended.verified is False


STATED: dict[str, dict[str, Any]] = {
    "temperature-limits": {"storage_class": "frozen", "name": "冷冻", "most": "-20"},
    "yield-bands": {"process": "cooked_meat", "name": "熟食卤制", "least": "60", "most": "90"},
    "certificate-forms": {"role": "producer", "fields": ["product_name"], "commitment": "演示承诺", "keep_months": 12},
    "record-rules": {
        "kind": "purchase",
        "fields": ["product_name", "at"],
        "months_after_expiry": 6,
        "months_without_expiry": 24,
        "article": "第五十三条",
    },
}


@pytest.mark.parametrize("path", STATED)
async def test_a_bureau_states_a_rule_without_a_release(
    office: httpx.AsyncClient, client_of: ClientOf, path: str
) -> None:
    """From its day on; what stood before stays on record, what was sent twice is there once, others may only read."""
    address, body = f"/v1/{path}", STATED[path] | OWN | {"valid_from": "2026-07-01"}
    before, once = (await office.get(address)).json(), {"Idempotency-Key": str(uuid4())}
    stated = [await office.post(address, json=body, headers=once) for _ in range(2)]
    assert [answer.status_code for answer in stated] == [201, 201], stated[0].text
    after = (await office.get(address)).json()
    assert [row for row in after if row not in before] == [stated[0].json()] == [stated[1].json()]
    assert len(after) == len(before) + 1
    of_its_key = [row for row in after if all(row[name] == stated[0].json()[name] for name in list(STATED[path])[:1])]
    assert of_its_key[0] == stated[0].json(), "the last word stands first"
    shop = await client_of(Unit.TRACEABILITY, Role.BUSINESS, regions=["330203000000"], business_id=uuid4())
    assert (await shop.post(address, json=body, headers={"Idempotency-Key": str(uuid4())})).status_code == 403


@pytest.mark.parametrize(
    ("path", "change", "told"),
    [
        ("temperature-limits", {"most": None}, "至少写一个"),
        ("temperature-limits", {"least": "-10"}, "高于上限"),
        ("temperature-limits", {"storage_class": "冷"}, "storage_class"),
        ("yield-bands", {"least": "90"}, "应小于上限"),
        ("yield-bands", {"product": "(01)09520123456788"}, "只写一个"),
        ("yield-bands", {"source": " "}, "source"),
        ("certificate-forms", {"fields": []}, "fields"),
        ("certificate-forms", {"fields": ["colour"]}, "可写的有：" + "、".join(ON_CERTIFICATES)),
        ("record-rules", {"fields": ["at", "at"]}, "写了两次"),
        ("record-rules", {"fields": ["colour"]}, "可写的有：" + "、".join(ON_RECORDS)),
        ("record-rules", {"months_without_expiry": 0}, "months_without_expiry"),
    ],
)
async def test_a_rule_that_cannot_be_is_refused_at_its_place(
    office: httpx.AsyncClient, path: str, change: dict[str, Any], told: str
) -> None:
    body = STATED[path] | OWN | {"valid_from": "2026-07-01"} | change
    refused = await office.post(f"/v1/{path}", json=body, headers={"Idempotency-Key": str(uuid4())})
    assert refused.status_code == 422
    assert told in refused.text
