"""A run goes through its stages: every stage's score stays, nobody examines himself, the unknown has not passed."""

import hashlib
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import select

from services.scoring.evaluations.rules import ImpossiblePlan, ensure_plan, refusal_of_verdict
from shared.clocks.models import ClockRow
from shared.contracts.codes import Unit
from shared.contracts.evaluations import Stage
from tests.conftest import ClientOf, SessionOf
from tests.services.scoring.evaluations.running import (
    CITY,
    DISTRICT,
    ELSEWHERE,
    PLAN,
    SELF_ASSESSED,
    People,
    add,
    begun,
    key,
    people_of,
    published,
    read,
    step,
)


@pytest_asyncio.fixture
async def people(client_of: ClientOf) -> People:
    found = await people_of(client_of)
    await published(found.city)
    return found


async def proved(people: People, run: dict[str, Any], clause: str = "A1") -> None:
    """A file behind a clause, taken by an expert."""
    content = b"%PDF-1.7 " + clause.encode()
    digest = hashlib.sha256(content).hexdigest()
    path = f"/v1/evaluations/{run['id']}"
    sent = await people.district.put(
        f"{path}/clauses/{clause}/evidence/{digest}", params={"name": "纪要（演示）.pdf"}, content=content
    )
    assert sent.status_code == 200, sent.text
    review = await people.expert.post(
        f"{path}/evidence/{sent.json()['id']}/review", json={"accepted": True}, headers={"If-Match": '"1"'}
    )
    assert review.status_code == 200, review.text


async def let_publicity_pass(session_of: SessionOf, run: dict[str, Any]) -> None:
    session = await session_of(Unit.SCORING)
    clock = await session.scalar(
        select(ClockRow).where(ClockRow.object_id == UUID(run["id"]), ClockRow.code == "evaluation_publicity")
    )
    assert clock is not None
    assert clock.due_at - clock.triggered_at >= timedelta(days=15)
    clock.due_at = clock.triggered_at
    await session.flush()


async def test_a_run_from_self_assessment_to_the_verdict(people: People, session_of: SessionOf) -> None:
    run = await begun(people)
    assert (run["state"], run["stage"]) == ("open", "self")
    assert (await add(people.district, run, "statements", **SELF_ASSESSED)).status_code == 201
    await proved(people, run)
    closed = await step(people.district, run, "stage-closure", note="演示")
    assert closed.json()["stage"] == "desk", closed.text

    assert (
        await add(people.expert, run, "statements", marks={"A1": {"points": "9", "reason": "演示"}})
    ).status_code == 201
    marks = {"A2": {"points": "7"}, "A3": {"points": "10"}}
    assert (await add(people.expert, run, "statements", marks=marks)).status_code == 201
    assert (await step(people.city, run, "stage-closure")).json()["stage"] == "publicity"

    early = await step(people.city, run, "stage-closure")
    assert (early.status_code, early.json()["type"]) == (409, "/problems/evaluation-step-refused")
    assert (await step(people.district, run, "publicity", where="政府网站（演示）")).status_code == 200
    assert "公示须满" in (await step(people.city, run, "stage-closure")).json()["detail"]
    await let_publicity_pass(session_of, run)
    opinion = await add(people.district, run, "opinions", channel="电话", content="（演示）周边有摊贩")
    assert "没有答复" in (await step(people.city, run, "stage-closure")).json()["detail"]
    answered = await add(people.district, run, f"opinions/{opinion.json()['id']}/answer", answer="（演示）已整治")
    assert answered.json()["answer"] == "（演示）已整治"
    assert (await step(people.city, run, "stage-closure")).json()["stage"] == "panel"

    unscored = await step(people.city, run, "conclusion", passed=True)
    assert (unscored.status_code, "先计分" in unscored.json()["detail"]) == (409, True)
    scored = await add(people.city, run, "scorings")
    assert scored.status_code == 201, scored.text
    assert scored.json()["result"]["verdict"] == "passed"
    done = (await step(people.city, run, "conclusion", passed=True, reason="评审会（演示）")).json()
    assert (done["state"], done["passed"], done["stage"]) == ("concluded", True, None)
    assert [entry["kind"] for entry in done["entries"]][-1] == "concluded"
    assert {clock["state"] for clock in done["clocks"] if clock["code"] == "evaluation_stage"} == {"met"}
    refused = await add(people.expert, run, "statements", marks={"A1": {"points": "1"}})
    assert refused.status_code == 409

    table = (await people.district.get(f"/v1/evaluations/{run['id']}/scores")).json()
    by_stage = {
        clause["code"]: {one["stage"]: one["low"] for one in clause["stages"]}
        for clause in table["clauses"]
        if clause["code"] in ("A1", "A2")
    }
    assert by_stage["A1"] == {"self": "10", "desk": "9", "publicity": "9", "panel": "9"}
    assert by_stage["A2"] == {"self": "10", "desk": "7", "publicity": "7", "panel": "7"}


async def test_what_examiners_write_is_theirs_until_their_stage_is_closed(people: People) -> None:
    run = await begun(people)
    await add(people.district, run, "statements", **SELF_ASSESSED)
    await step(people.district, run, "stage-closure")
    mark = await add(people.expert, run, "statements", marks={"A1": {"points": "2", "reason": "演示"}})
    scoring = (await add(people.expert, run, "scorings")).json()
    path = f"/v1/evaluations/{run['id']}"

    async def seen(client: httpx.AsyncClient) -> tuple[set[str], int]:
        statements = (await client.get(f"{path}/statements")).json()
        answer = await client.get(f"{path}/scorings/{scoring['id']}")
        return {one["stage"] for one in statements}, answer.status_code

    assert mark.status_code == 201
    assert await seen(people.district) == ({"self"}, 404)
    assert await seen(people.expert) == ({"self", "desk"}, 200)
    assert {one["stage"] for one in (await people.district.get(f"{path}/scores")).json()["scorings"]} == {"self"}
    await step(people.city, run, "stage-closure")
    assert await seen(people.district) == ({"self", "desk"}, 200)


async def test_nobody_writes_on_the_other_side(people: People) -> None:
    run = await begun(people)
    mark = {"marks": {"A1": {"points": "10"}}}
    assert (await add(people.expert, run, "statements", **mark)).status_code == 403
    await step(people.district, run, "stage-closure")
    assert (await add(people.district, run, "statements", **mark)).status_code == 403
    assert (await add(people.district, run, "scorings")).status_code == 403
    assert (await step(people.district, run, "stage-closure")).status_code == 403
    assert (await people.outsider.get(f"/v1/evaluations/{run['id']}")).status_code == 404
    assert (await people.outsider.get("/v1/evaluations")).json()["items"] == []


async def test_who_does_not_pass_by_the_scheme_does_not_pass(people: People) -> None:
    run = await begun(people, stages=[PLAN[0], PLAN[-1]])
    await add(people.district, run, "statements", **SELF_ASSESSED | {"values": {"accident": True}})
    await step(people.district, run, "stage-closure")
    await add(people.city, run, "scorings")
    refused = await step(people.city, run, "conclusion", passed=True, reason="演示")
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/passed")
    assert (await step(people.city, run, "conclusion", passed=False)).json()["passed"] is False


@pytest.mark.parametrize(
    ("computed", "passed", "reason", "may"),
    [
        ("passed", True, "", True),
        ("passed", False, "", False),
        ("passed", False, "舆情未了结（演示）", True),
        ("failed", True, "领导同意（演示）", False),
        ("failed", False, "", True),
        ("undetermined", True, "演示", False),
        ("undetermined", False, "", True),
        ("not_asked", True, "", False),
        ("not_asked", False, "", False),
        ("not_asked", True, "评审会议纪要（演示）", True),
    ],
)
def test_a_decision_beside_what_was_computed(computed: Any, passed: bool, reason: str, may: bool) -> None:
    assert (refusal_of_verdict(computed, passed=passed, reason=reason) is None) is may


def test_stages_begin_with_self_assessment_end_with_the_panel_and_never_run_back() -> None:
    ensure_plan([Stage.SELF, Stage.SITE, Stage.PANEL])
    for wrong in (
        [Stage.DESK, Stage.PANEL],
        [Stage.SELF, Stage.DESK],
        [Stage.SELF, Stage.PANEL, Stage.DESK],
        [Stage.SELF, Stage.SELF, Stage.PANEL],
    ):
        with pytest.raises(ImpossiblePlan):
            ensure_plan(wrong)


async def test_what_a_run_may_not_begin_with(people: People) -> None:
    await begun(people)
    body = {
        "scheme_code": "run-demo",
        "scheme_number": 1,
        "title": "演示",
        "region_code": DISTRICT,
        "period": "2026",
        "stages": PLAN,
    }

    async def refused(client: httpx.AsyncClient, **change: Any) -> tuple[int, str]:
        answer = (await client.post("/v1/evaluations", json=body | change, headers=key())).json()
        return answer["status"], answer["errors"][0]["pointer"] if answer["errors"] else answer["type"]

    assert await refused(people.city, organiser_region_code=CITY) == (409, "/problems/evaluation-step-refused")
    mock = await people.district.post("/v1/evaluations", json=body, headers=key())
    assert mock.status_code == 201, "who is evaluated may try himself beside it, and bars nobody"
    assert await refused(people.district) == (409, "/problems/evaluation-step-refused")
    assert await refused(people.district, scheme_number=2) == (422, "/scheme_code")
    assert await refused(people.district, period="去年") == (422, "/period")
    assert await refused(people.district, organiser_region_code=ELSEWHERE) == (403, "/problems/outside-region")
    assert await refused(people.outsider, organiser_region_code=ELSEWHERE) == (422, "/organiser_region_code")
    assert await refused(people.outsider, region_code=ELSEWHERE) == (422, "/scheme_code")


async def test_a_run_that_is_abandoned_keeps_its_history_and_lets_another_begin(people: People) -> None:
    run = await begun(people)
    ended = await step(people.city, run, "abandonment", reason="细则修订（演示）")
    assert (ended.json()["state"], ended.json()["decision_reason"]) == ("abandoned", "细则修订（演示）")
    assert {clock["state"] for clock in ended.json()["clocks"]} == {"cancelled"}
    again = await begun(people)
    assert again["id"] != run["id"]
    assert (await read(people.district, run))["state"] == "abandoned"


async def test_a_stale_change_is_refused(people: People) -> None:
    run = await begun(people)
    path = f"/v1/evaluations/{run['id']}/stage-closure"
    assert (await people.district.post(path, json={}, headers={"If-Match": '"9"'})).status_code == 412
    assert (await people.district.post(path, json={})).status_code == 428
