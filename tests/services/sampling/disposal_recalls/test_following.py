"""A case shows where the recall stands that it asked for, in whatever order it is told."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.disposal_recalls.subscribers import on_recall_closed, on_recall_opened
from shared.contracts.codes import Role, Unit
from shared.contracts.statutory_sampling import CaseSide
from shared.contracts.traceability import RecallClosed, RecallLevel, RecallOpened, RecallState
from shared.times import now
from tests.conftest import ClientOf, SessionOf
from tests.services.sampling.disposals.making import HAISHU, opened, path_of, read


def told(case_id: UUID | None, version: int, **more: Any) -> dict[str, Any]:
    return {
        "recall_id": UUID("0199f3a0-c1d2-7c5e-8a7b-00000000c001"),
        "version": version,
        "level": None,
        "code": "DEMO-LOT-1",
        "lots": ["DEMO-LOT-1"],
        "product_name": "演示粉丝（虚构）",
        "reason": "演示",
        "region_code": HAISHU,
        "request_id": uuid4(),
        "case_id": case_id,
        "business_ids": [],
    } | more


def beginning(case_id: UUID | None, version: int = 1) -> RecallOpened:
    return RecallOpened(**told(case_id, version), opened_at=now())


def end(case_id: UUID, version: int = 6, state: RecallState = RecallState.CLOSED) -> RecallClosed:
    ended = {"state": state, "holders": 3, "acknowledged": 2, "closed_at": now()}
    return RecallClosed(**told(case_id, version, level=RecallLevel.TWO), **ended)


@pytest.fixture
async def session(session_of: SessionOf) -> AsyncSession:
    return await session_of(Unit.SAMPLING)


@pytest.mark.parametrize("late", [False, True])
async def test_the_later_state_stays_whichever_is_told_first(
    session: AsyncSession, client_of: ClientOf, *, late: bool
) -> None:
    case = (await opened(session))[CaseSide.SELLER]
    handler = await client_of(Unit.SAMPLING, Role.CASE_HANDLER, regions=[HAISHU])
    assert (await read(handler, path_of(case)))["recall"] is None
    if not late:
        await on_recall_opened(session, beginning(case.id))
        shown = (await read(handler, path_of(case)))["recall"]
        assert (shown["state"], shown["level"], shown["holders"]) == ("open", None, None)
    await on_recall_closed(session, end(case.id))
    if late:
        await on_recall_opened(session, beginning(case.id))
    shown = (await read(handler, path_of(case)))["recall"]
    assert (shown["state"], shown["level"], shown["holders"], shown["acknowledged"]) == ("closed", "2", 3, 2)


async def test_a_recall_that_was_withdrawn_says_so(session: AsyncSession, client_of: ClientOf) -> None:
    case = (await opened(session))[CaseSide.SELLER]
    await on_recall_opened(session, beginning(case.id))
    await on_recall_closed(session, end(case.id, 2, RecallState.WITHDRAWN))
    handler = await client_of(Unit.SAMPLING, Role.CASE_HANDLER, regions=[HAISHU])
    assert (await read(handler, path_of(case)))["recall"]["state"] == "withdrawn"


async def test_a_recall_that_no_case_asked_for_is_none_of_any_case(session: AsyncSession, client_of: ClientOf) -> None:
    case = (await opened(session))[CaseSide.SELLER]
    await on_recall_opened(session, beginning(None))
    handler = await client_of(Unit.SAMPLING, Role.CASE_HANDLER, regions=[HAISHU])
    assert (await read(handler, path_of(case)))["recall"] is None
