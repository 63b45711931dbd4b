"""Items for which there is no re-test are dated data: read by all, corrected by the bureau, told as unread."""

from datetime import date, timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.no_retest_items.repository import names_on
from services.sampling.no_retest_items.rules import is_microbiological
from shared.contracts.codes import Role, Unit
from shared.contracts.statutory_sampling import CaseSide, UnqualifiedItem
from shared.times import day_of, now
from tests.conftest import ClientOf, SessionOf
from tests.services.sampling.disposals.making import concluded_sample, finding, opened
from tests.services.sampling.factories import HAISHU, key
from tests.services.sampling.objections.making import applied, served

PATH = "/v1/no-retest-items"
YEAST = UnqualifiedItem(item="演示嗜冷菌（虚构）", result="检出", requirement="不得检出")


@pytest_asyncio.fixture
async def session(session_of: SessionOf) -> AsyncSession:
    return await session_of(Unit.SAMPLING)


@pytest_asyncio.fixture
async def office(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.SAMPLING, Role.FOOD_SAFETY_OFFICE, regions=[HAISHU])


@pytest_asyncio.fixture
async def handler(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.SAMPLING, Role.CASE_HANDLER, regions=[HAISHU])


async def add(office: httpx.AsyncClient, name: str, since: date, **change: Any) -> httpx.Response:
    body = {"name": name, "valid_from": str(since), "source": "演示", "verified": True, "reason": "演示"} | change
    return await office.post(PATH, json=body, headers=key())


async def test_everybody_reads_the_items_and_the_bureau_is_told_that_nobody_has_read_them_in_the_law(
    office: httpx.AsyncClient, handler: httpx.AsyncClient, client_of: ClientOf
) -> None:
    party = await client_of(Unit.SAMPLING, Role.BUSINESS, regions=[HAISHU])
    names = {row["name"] for row in (await party.get(PATH)).json()}
    assert {"菌落总数", "沙门氏菌"} <= names
    told = {rules["kind"]: rules for rules in (await office.get("/v1/unverified-rules")).json()}
    assert told["no_retest_items"]["count"] == len(names)
    assert (await add(handler, "演示菌", day_of(now()))).status_code == 403


async def test_an_item_counts_from_its_day_on_until_a_later_row_takes_it_off(
    session: AsyncSession, office: httpx.AsyncClient
) -> None:
    today = day_of(now())
    assert (await add(office, "演示嗜冷菌", today)).status_code == 201
    assert (await add(office, "演示嗜冷菌", today + timedelta(days=9), excluded=True)).status_code == 201
    counted = {
        days: "演示嗜冷菌" in await names_on(session, today + timedelta(days=days)) for days in (-1, 0, 8, 9, 100)
    }
    assert counted == {-1: False, 0: True, 8: True, 9: False, 100: False}


@pytest.mark.parametrize("listed", [False, True])
async def test_what_the_bureau_lists_is_not_tested_again(
    session: AsyncSession, office: httpx.AsyncClient, handler: httpx.AsyncClient, listed: bool
) -> None:
    if listed:
        assert (await add(office, "嗜冷菌", day_of(now()))).status_code == 201
    sample = await concluded_sample(session)
    case = (await opened(session, sample, finding(unqualified_items=(YEAST,))))[CaseSide.SELLER]
    await served(handler, case)
    assert (await applied(handler, case))["ground"] == ("microbiology" if listed else None)


@given(st.text(max_size=6), st.text(min_size=1, max_size=6), st.text(max_size=6))
def test_a_name_is_known_whatever_stands_around_it(before: str, name: str, behind: str) -> None:
    item = UnqualifiedItem(item=f"{before}{name}{behind}", result="检出", requirement="不得检出")
    assert is_microbiological(item, [name])
    assert not is_microbiological(item, [])


@given(st.sampled_from(["120 CFU/g", "4.3 MPN/g", "检出/25g", "检出/25 ml"]), st.text(min_size=1, max_size=6))
def test_a_count_of_germs_is_known_by_its_unit(result: str, name: str) -> None:
    assert is_microbiological(UnqualifiedItem(item=name, result=result, requirement="不得检出"), [])
