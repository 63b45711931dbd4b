"""A consumer's doubt becomes a clue, is answered by its receipt, and says nothing of who has it."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.doubts import service
from services.traceability.doubts.models import Doubt
from services.traceability.doubts.rules import in_groups, new_receipt, read_receipt
from shared.contracts.codes import Role, Unit
from shared.contracts.inspection import ClueOutcome, ClueState, ConsumerClueChanged
from shared.contracts.traceability import DoubtRaised
from shared.events.models import OutboxEvent
from shared.ids import uuid7
from shared.times import now
from tests.conftest import ClientOf, SessionOf
from tests.services.traceability.codes.issuing import HAISHU, issued

WHAT = "包装上的日期和这里登记的不一样（演示）"


@pytest.fixture
async def session(session_of: SessionOf) -> AsyncSession:
    return await session_of(Unit.TRACEABILITY)


@pytest.fixture
async def code(client_of: ClientOf) -> dict[str, Any]:
    inspector = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU])
    [code] = await issued(inspector, activate=True)
    return code


@pytest.fixture
async def anyone(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.TRACEABILITY)


async def doubt(anyone: httpx.AsyncClient, code: dict[str, Any], **more: Any) -> httpx.Response:
    return await anyone.post("/v1/public-codes/doubts", json={"code": code["uri"], "what": WHAT} | more)


async def test_a_doubt_has_a_receipt_and_sent_twice_is_one_doubt(
    anyone: httpx.AsyncClient, code: dict[str, Any], session: AsyncSession
) -> None:
    first, again = await doubt(anyone, code), await doubt(anyone, code)
    assert (first.status_code, again.json()) == (201, first.json())
    read = await anyone.get(first.headers["location"])
    assert (read.json()["state_label"], read.json()["answer"]) == ("待办理", "")
    assert len((await session.scalars(select(Doubt))).all()) == 1


async def test_what_inspection_tells_is_kept_in_whatever_order_it_comes(
    anyone: httpx.AsyncClient, code: dict[str, Any], session: AsyncSession
) -> None:
    receipt = (await doubt(anyone, code)).json()["receipt"]
    row = (await session.scalars(select(Doubt))).one()

    def told(version: int, state: ClueState, outcome: ClueOutcome | None, answer: str) -> ConsumerClueChanged:
        return ConsumerClueChanged(
            clue_id=row.id, version=version, state=state, outcome=outcome, answer=answer, changed_at=now()
        )

    answered = told(3, ClueState.ANSWERED, ClueOutcome.SUBSTANTIATED, "标签已撤回（演示）")
    for event in (answered, told(2, ClueState.REFERRED, None, ""), answered):
        await service.follow_clue(session, event)
    read = (await anyone.get(f"/v1/public-codes/doubts/{receipt.replace('-', ' ').lower()}")).json()
    assert (read["state"], read["outcome_label"], read["answer"]) == ("answered", "属实", "标签已撤回（演示）")
    stranger = told(9, ClueState.REFERRED, None, "").model_copy(update={"clue_id": uuid7()})
    await service.follow_clue(session, stranger)


@pytest.mark.parametrize(
    "what",
    [
        "打 13800000000 找我",
        "请打 １３８００００００００",
        "打 138\u200b0000\u200b0000 找我",
        "我的身份证 330203199001011234",
        "短",
        "\u2800" * 5,
    ],
)
async def test_a_doubt_says_something_and_nobodys_numbers(
    anyone: httpx.AsyncClient, code: dict[str, Any], what: str
) -> None:
    refused = await doubt(anyone, code, what=what)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/what")


async def clues(session: AsyncSession) -> int:
    return await session.scalar(select(func.count()).where(OutboxEvent.type == DoubtRaised.type)) or 0


async def test_one_code_makes_no_flood_of_clues_and_nobody_is_silenced(
    anyone: httpx.AsyncClient, code: dict[str, Any], session: AsyncSession
) -> None:
    for number in range(service.MOST_A_DAY):
        assert (await doubt(anyone, code, what=f"{WHAT} {number}")).status_code == 201
    kept = await doubt(anyone, code, what="又一个不同的疑问（演示）")
    assert (kept.status_code, kept.json()["answer"]) == (201, service.WITH_OTHERS)
    assert (await anyone.get(kept.headers["location"])).json()["answer"] == service.WITH_OTHERS
    assert await clues(session) == service.MOST_A_DAY
    for row in await session.scalars(select(Doubt)):
        row.raised_at -= timedelta(days=1, minutes=1)
    await session.flush()
    assert (await doubt(anyone, code, what="第二天的疑问（演示）")).json()["answer"] == ""
    assert await clues(session) == service.MOST_A_DAY + 1


async def test_a_code_that_nobody_registered_cannot_be_doubted_here(anyone: httpx.AsyncClient) -> None:
    refused = await anyone.post("/v1/public-codes/doubts", json={"code": "S330203ABCDEFGHJKMN0", "what": WHAT})
    assert refused.status_code in (404, 422)
    unknown = await anyone.get(f"/v1/public-codes/doubts/{new_receipt()}")
    assert unknown.json()["type"] == "/problems/unknown-doubt-receipt"


@given(st.integers(0, 15), st.sampled_from("0123456789ABCDEFGHJKMNPQRSTVWXYZ"))
def test_a_mistyped_receipt_is_no_receipt(place: int, other: str) -> None:
    receipt = new_receipt()
    assert read_receipt(f" {in_groups(receipt).lower()} ") == receipt
    wrong = receipt[:place] + other + receipt[place + 1 :]
    assert (read_receipt(wrong) is None) == (wrong != receipt)
