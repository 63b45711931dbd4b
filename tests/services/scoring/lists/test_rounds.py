"""A list from the results of markets to its publication and the next one."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from services.scoring.lists.models import Listing
from shared.contracts.codes import Role, Unit
from shared.times import day_of, now
from tests.conftest import ClientOf, SessionOf
from tests.services.scoring.evaluations.running import key

HAISHU, ELSEWHERE = "330203000000", "440605000000"
TODAY = day_of(now())
YESTERDAY = TODAY - timedelta(days=1)
MARKETS = [str(uuid4()) for _ in range(5)]


@pytest_asyncio.fixture
async def session(session_of: SessionOf) -> AsyncSession:
    return await session_of(Unit.SCORING)


@pytest_asyncio.fixture
async def office(client_of: ClientOf, session: AsyncSession) -> httpx.AsyncClient:
    return await client_of(Unit.SCORING, Role.FOOD_SAFETY_OFFICE, regions=[HAISHU])


def candidate(subject: str, low: str | None, high: str | None = None, **more: Any) -> dict[str, Any]:
    return {
        "subject_id": subject,
        "name": f"演示市场 {subject[-4:]}（虚构）",
        "region_code": HAISHU,
        "low": low,
        "high": high or low,
        "passed": None,
        "events": [],
        "evidence": "演示测评报告 1 号",
        **more,
    }


def round_of(code: str, *candidates: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "code": code,
        "title": "2026 年第二季度（演示）",
        "region_code": HAISHU,
        "held_on": str(TODAY),
        "candidates": list(candidates),
        **more,
    }


async def hold(office: httpx.AsyncClient, body: dict[str, Any]) -> httpx.Response:
    return await office.post("/v1/list-rounds", json=body, headers=key())


async def listings(office: httpx.AsyncClient, state: str) -> dict[str, dict[str, Any]]:
    found = (await office.get("/v1/listings", params={"state": state})).json()["items"]
    return {listing["subject_id"]: listing for listing in found}


async def publish(office: httpx.AsyncClient, session: AsyncSession, path: str) -> httpx.Response:
    """As it is once the term for objections is over."""
    ours = Listing.round_id == UUID(path.rsplit("/", 1)[1])
    await session.execute(update(Listing).where(ours).values(appeal_until=YESTERDAY))
    return await office.post(f"{path}/publication")


async def step(office: httpx.AsyncClient, listing: dict[str, Any], name: str, **body: Any) -> httpx.Response:
    path = f"/v1/listings/{listing['id']}/{name}"
    return await office.post(path, json=body, headers={"If-Match": f'"{listing["version"]}"'})


async def test_a_round_places_everybody_and_lists_nobody_before_objections_are_over(
    office: httpx.AsyncClient, session: AsyncSession
) -> None:
    points = ["95", "90", "90", "80", "70"]
    answer = await hold(
        office, round_of("market-red-black", *(candidate(*pair) for pair in zip(MARKETS, points, strict=True)))
    )
    assert answer.status_code == 201, answer.text
    told = answer.json()["outcomes"]
    assert [row["best_place"] for row in told] == [1, 2, 2, 4, 5]
    assert [row["entry"] for row in told] == ["red", "red", "red", None, "black"]
    path = answer.headers["Location"]
    assert (await office.get(path)).json() == answer.json()
    early = await office.post(f"{path}/publication")
    assert early.status_code == 409 and "申诉期" in early.json()["detail"]
    assert await listings(office, "listed") == {}

    appealed = await step(office, (await listings(office, "proposed"))[MARKETS[4]], "appeal", words="当日停业（演示）")
    assert appealed.json()["state"] == "appealed"
    assert (await publish(office, session, path)).status_code == 200
    assert set(await listings(office, "listed")) == set(MARKETS[:3])
    session.expire_all()
    answered = await step(office, appealed.json(), "appeal-answer", upheld=False, words="复核无误（演示）")
    assert answered.json()["state"] == "proposed"
    assert (await office.post(f"{path}/publication")).status_code == 200
    assert (await office.post(f"{path}/publication")).status_code == 409, "nothing is left"

    again = await hold(
        office, round_of("market-red-black", *(candidate(*pair) for pair in zip(MARKETS, points[::-1], strict=True)))
    )
    *others, last = again.json()["outcomes"]
    assert others[0]["entry"] == "black", "an honour does not protect from the other list"
    assert last["entry"] is None and "黑榜" in last["why"]
    await publish(office, session, again.headers["Location"])
    assert set(await listings(office, "superseded")) == {MARKETS[0], MARKETS[2]}
    running = {subject: row["entry"] for subject, row in (await listings(office, "listed")).items()}
    assert running == {
        MARKETS[0]: "black",
        MARKETS[1]: "red",  # came to no entry this time: what he has runs to its term
        MARKETS[2]: "red",
        MARKETS[3]: "red",
        MARKETS[4]: "black",
    }


async def test_a_star_taken_away_is_not_given_again_while_it_is_locked(
    office: httpx.AsyncClient, session: AsyncSession
) -> None:
    body = round_of("star-markets", candidate(MARKETS[0], "112"), candidate(MARKETS[1], "99", "101"))
    held = await hold(office, body)
    assert [row["entry"] for row in held.json()["outcomes"]] == ["star_5", None]
    assert "不能确定" in held.json()["outcomes"][1]["why"]
    assert "_" not in held.json()["outcomes"][1]["why"], "what may hold is named, not coded"
    [star] = (await publish(office, session, held.headers["Location"])).json()
    stale = await step(office, star | {"version": 1}, "removal", removal="revoked", why="演示事由")
    assert stale.status_code == 412
    gone = await step(office, star, "removal", removal="revoked", why="演示事由")
    assert gone.json()["state"] == "revoked"
    [told, _] = (await hold(office, body)).json()["outcomes"]
    assert told["entry"] is None and "不得再评" in told["why"]
    assert (await step(office, gone.json(), "repair", why="演示改正")).status_code == 409


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (round_of("star-markets", candidate(MARKETS[0], "90"), held_on=str(TODAY + timedelta(days=1))), "/held_on"),
        (
            round_of("star-markets", candidate(MARKETS[0], "90"), candidate(MARKETS[0], "91")),
            "/candidates/1/subject_id",
        ),
        (
            round_of("star-markets", candidate(MARKETS[0], "90", region_code=ELSEWHERE)),
            "/candidates/0/region_code",
        ),
        (round_of("star-markets", candidate(MARKETS[0], "91", "90")), "/candidates/0"),
    ],
)
async def test_a_round_with_a_fault_is_refused_at_its_place_and_nothing_is_kept(
    office: httpx.AsyncClient, body: dict[str, Any], pointer: str
) -> None:
    answer = await hold(office, body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"].endswith(pointer)
    assert await listings(office, "proposed") == {}


async def test_other_regions_do_not_learn_of_a_round_and_a_list_needs_a_rule(
    office: httpx.AsyncClient, client_of: ClientOf
) -> None:
    held = await hold(office, round_of("star-markets", candidate(MARKETS[0], "112")))
    [listing] = (await listings(office, "proposed")).values()
    away = await client_of(Unit.SCORING, Role.FOOD_SAFETY_OFFICE, regions=[ELSEWHERE])
    assert (await away.get(held.headers["Location"])).status_code == 404
    assert (await away.get(f"/v1/listings/{listing['id']}")).status_code == 404
    assert (await step(away, listing, "appeal", words="演示理由")).status_code == 404
    assert await listings(away, "proposed") == {}
    assert (await hold(away, round_of("star-markets", candidate(MARKETS[0], "90")))).status_code == 403
    assert (await hold(office, round_of("no-such-list", candidate(MARKETS[0], "90")))).status_code == 404
    rules = (await office.get("/v1/list-rules")).json()
    assert {rule["code"] for rule in rules} == {"food-red-black", "market-red-black", "star-markets", "star-offices"}
    assert not any(rule["verified"] for rule in rules)


async def test_rounds_are_listed_to_who_has_the_region(office: httpx.AsyncClient, client_of: ClientOf) -> None:
    two = [candidate(MARKETS[0], "90"), candidate(MARKETS[1], "80")]
    held = (await hold(office, round_of("market-red-black", *two))).json()
    [listed] = (await office.get("/v1/list-rounds", params={"code": "market-red-black"})).json()["items"]
    assert (listed["id"], listed["subjects"], listed["proposed"]) == (held["id"], 2, 2)
    assert (await office.get("/v1/list-rounds", params={"code": "food-red-black"})).json()["items"] == []
    away = await client_of(Unit.SCORING, Role.FOOD_SAFETY_OFFICE, regions=[ELSEWHERE])
    assert (await away.get("/v1/list-rounds")).json()["items"] == []
    assert (await away.get("/v1/list-rounds", params={"region": HAISHU})).json()["items"] == []
