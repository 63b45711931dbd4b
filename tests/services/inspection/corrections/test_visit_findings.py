"""A visit that a terminal sent opens one correction for each problem, and none is invented where nobody could say."""

from typing import Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.corrections.visit_findings import FOLLOW_UP_ITEM, problems_of
from services.inspection.visit_records.content import VisitFacts
from shared.contracts.codes import Role, Unit
from shared.ids import uuid7
from tests.conftest import ClientOf
from tests.services.inspection.corrections.making import ASSESSMENT, SPOT, done
from tests.services.inspection.factories import HAISHU
from tests.services.inspection.visit_records.contents import (
    ANNA,
    edited,
    list_content,
    pinned,
    published_checklist,
    send,
    upload_signatures,
    visit,
)


@pytest_asyncio.fixture
async def terminal(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.INSPECTION, Role.INSPECTOR, regions=[HAISHU], actor_id=ANNA)


async def opened(terminal: httpx.AsyncClient, record_id: UUID) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await terminal.get(f"/v1/corrections?visit={record_id}")).json()["items"]
    return sorted(items, key=lambda item: item["item_number"])


def facts(document: dict[str, Any]) -> VisitFacts:
    return VisitFacts.model_validate({name: value for name, value in document.items() if name != "saved"})


async def test_a_visit_from_a_terminal_opens_its_corrections_and_a_correction_of_the_record_follows(
    session: AsyncSession, terminal: httpx.AsyncClient
) -> None:
    checklist = pinned(await published_checklist(session))
    record_id, first = uuid7(), visit(checklist)
    first["answers"]["2"] = {"finding": "failed", "reason": "票据不全（演示）"}
    await upload_signatures(terminal)
    for _ in range(2):
        answer = await send(terminal, record_id, first)
    assert answer.json()["state"] == "complete", answer.text
    [one] = await opened(terminal, record_id)
    assert (one["item_number"], one["problem"], one["affects_safety"]) == ("2", "票据不全（演示）", None)
    second = edited(first, found={"2": "passed", "3": "failed"})
    await send(terminal, record_id, second)
    states = {item["item_number"]: item["ended_because"] for item in await opened(terminal, record_id)}
    assert states == {"2": "withdrawn", "3": None}
    three = (await opened(terminal, record_id))[1]
    await done(terminal, three["id"], "assessment", **ASSESSMENT)
    assert (await done(terminal, three["id"], "spot-correction", **SPOT))["ended_because"] == "on_the_spot"


@pytest.mark.parametrize(
    ("outcome", "problems"), [("in_order", []), ("corrected", [FOLLOW_UP_ITEM]), ("violation", [FOLLOW_UP_ITEM])]
)
def test_a_follow_up_visit_has_the_problem_it_wrote_down(outcome: str, problems: list[str]) -> None:
    answered = {"visit_id": str(uuid7()), "outcome": outcome, "notes": "问题批次已封存（演示）"}
    found = problems_of(facts(visit(kind="follow_up", follow_up=answered)), None, [])
    assert found is not None
    assert [problem.item_number for problem in found] == problems


def test_where_nobody_could_say_no_visit_is_counted_as_clean() -> None:
    missed = {"visit_id": str(uuid7()), "outcome": "not_reached", "notes": "店门关闭（演示）"}
    assert problems_of(facts(visit(kind="follow_up", follow_up=missed)), None, []) is None
    assert problems_of(facts(visit()), None, []) is None, "its list is not on the platform"
    assert problems_of(facts(visit()), list_content(), []) == []
