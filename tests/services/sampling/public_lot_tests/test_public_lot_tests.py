"""Whoever has the code of a lot in the hand sees its tests: what counts, what was published, and nothing of persons."""

from collections.abc import Sequence
from typing import Any

import httpx
import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.public_lot_tests.rules import published_verdict, rapid_verdict
from services.sampling.publications.rules import EditionKind, PublicationKind
from shared.contracts.codes import Role, Unit
from shared.contracts.sampling import Verdict, WhistleOutcome
from shared.contracts.statutory_sampling import UnqualifiedItem
from shared.times import now
from tests.conftest import ClientOf, SessionOf
from tests.services.sampling.factories import HAISHU, rapid_test, stored_site
from tests.services.sampling.publications.test_publications import a_pass, corrected, published, rows_of

LOT = "https://id.gs1.org/01/09520123456788/10/DEMO-J1"


@pytest_asyncio.fixture
async def session(session_of: SessionOf) -> AsyncSession:
    return await session_of(Unit.SAMPLING)


@pytest_asyncio.fixture
async def anyone(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.SAMPLING)


async def told_of(anyone: httpx.AsyncClient, *codes: str) -> list[dict[str, Any]]:
    answer = await anyone.get("/v1/public-lot-tests", params={"code": codes or (LOT,)})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


async def test_rapid_tests_that_count_are_told_and_no_others(session: AsyncSession, anyone: httpx.AsyncClient) -> None:
    site = await stored_site(session)
    passed = {
        "lot_code": LOT,
        "verdict": Verdict.NEGATIVE,
        "seller_name": "张三（虚构）",
        "tester_name": "李四（虚构）",
    }
    session.add_all(
        [
            rapid_test(site, **passed, counted_at=now()),
            rapid_test(site, **passed, counted_at=None),
            rapid_test(site, **passed, counted_at=now(), superseded_at=now()),
            rapid_test(site, lot_code="DEMO-J1", counted_at=now()),
        ]
    )
    await session.flush()
    [told] = await told_of(anyone)
    assert (told["passed"], told["says"], told["by"]) == (True, "克百威：阴性", "演示农贸市场（虚构）")
    assert "张三" not in str(told)
    assert "李四" not in str(told)
    assert await told_of(anyone, "DEMO-J11") == []


async def test_a_sampled_result_is_told_from_its_publication_on_and_as_it_was_said_last(
    session: AsyncSession, anyone: httpx.AsyncClient, client_of: ClientOf
) -> None:
    office = await client_of(Unit.SAMPLING, Role.FOOD_SAFETY_OFFICE, regions=[HAISHU])
    sample = await a_pass(session, lot_code=LOT)
    assert await told_of(anyone) == []
    table = await published(office, sample, kind="qualified")
    [told] = await told_of(anyone)
    assert (told["passed"], told["label"], told["publication_id"]) == (True, "监督抽检", table["id"])
    [row] = await rows_of(anyone, table)
    withdrawn = await corrected(office, table, row["id"], reason="抄录有误（演示）", withdrawn=True)
    assert withdrawn.status_code == 201, withdrawn.text
    assert await told_of(anyone) == []


async def test_a_short_number_counts_with_its_maker_and_never_alone(
    session: AsyncSession, anyone: httpx.AsyncClient, client_of: ClientOf
) -> None:
    maker, other = "91330203MA00000010", "91330203MA00000029"
    site = await stored_site(session)
    for uscc in (maker, other, None):
        session.add(
            rapid_test(site, lot_code="DEMO-J1", seller_uscc=uscc, printed_item=f"演示 {uscc}", counted_at=now())
        )
    office = await client_of(Unit.SAMPLING, Role.FOOD_SAFETY_OFFICE, regions=[HAISHU])
    sample = await a_pass(session, lot_code="DEMO-J1", producer_uscc=maker)
    table = await published(office, sample, kind="qualified")
    query = {"code": LOT, "made": f"{maker}/DEMO-J1"}
    told = (await anyone.get("/v1/public-lot-tests", params=query)).json()
    assert {one["publication_id"] for one in told} == {table["id"], None}
    assert [one["says"].partition("：")[0] for one in told if not one["publication_id"]] == [f"演示 {maker}"]
    assert await told_of(anyone) == []
    alone = await anyone.get("/v1/public-lot-tests", params={"code": LOT, "made": "DEMO-J1"})
    assert alone.status_code == 422


async def test_a_short_number_that_many_may_have_is_refused(anyone: httpx.AsyncClient) -> None:
    refused = await anyone.get("/v1/public-lot-tests", params={"code": "L1"})
    assert refused.status_code == 422


@pytest.mark.parametrize("outcome", [None, *WhistleOutcome])
@pytest.mark.parametrize("verdict", list(Verdict))
def test_only_what_is_known_to_have_passed_is_a_pass(verdict: Verdict, outcome: WhistleOutcome | None) -> None:
    passed, says = rapid_verdict(verdict, outcome)
    cleared = verdict is Verdict.SUSPECTED_POSITIVE and outcome is WhistleOutcome.UNCONFIRMED
    assert (passed is True) == (verdict is Verdict.NEGATIVE or cleared)
    assert says


@pytest.mark.parametrize("edition", list(EditionKind))
@pytest.mark.parametrize("kind", list(PublicationKind))
def test_a_row_that_does_not_stand_is_no_result(kind: PublicationKind, edition: EditionKind) -> None:
    failed: Sequence[UnqualifiedItem] = [UnqualifiedItem(item="苯甲酸", result="0.9 g/kg", requirement="≤0.5 g/kg")]
    told = published_verdict(kind, edition, failed)
    if edition is EditionKind.WITHDRAWAL:
        assert told is None
    elif edition is EditionKind.REEXAMINATION:
        assert told == (None, "正在重新核查")
    else:
        assert told is not None
        assert told[0] is (kind is PublicationKind.QUALIFIED)
