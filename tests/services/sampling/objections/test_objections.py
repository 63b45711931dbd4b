"""Objections: windows, acceptance and supplement, the clock that may stand still, and what an upheld one ends."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.disposals.models import DisposalCase
from services.sampling.objections.models import Objection
from services.sampling.objections.problems import ObjectionStepRefused
from services.sampling.samples.models import Sample
from shared.contracts.codes import Role, Unit
from shared.contracts.disposals import ObjectionGround, ObjectionState, ObjectionStep
from shared.contracts.statutory_sampling import CaseSide
from shared.http.problems import InvalidRequest
from shared.times import SHANGHAI, now
from tests.conftest import ClientOf
from tests.services.sampling.disposals.making import (
    HAISHU,
    NANHAI,
    act,
    concluded_sample,
    done,
    finding,
    opened,
    path_of,
    read,
)
from tests.services.sampling.objections.making import filed, served

FILED_AT = datetime(2026, 7, 1, 9, tzinfo=SHANGHAI)


async def objected(client: httpx.AsyncClient, path: str, **body: Any) -> dict[str, Any]:
    answer = await filed(client, path, **body)
    assert answer.status_code == 201, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


def to_result(case: DisposalCase) -> str:
    return f"{path_of(case)}/objections"


def to_sampling(sample: Sample) -> str:
    return f"/v1/samples/{sample.id}/sampling-objections"


def at(shown: dict[str, Any]) -> str:
    return f"/v1/objections/{shown['id']}"


def clocks(shown: dict[str, Any]) -> dict[str, str]:
    return {clock["code"]: clock["state"] for clock in shown["clocks"]}


async def served_case(session: AsyncSession, handler: httpx.AsyncClient, **change: Any) -> DisposalCase:
    case = (await opened(session, await concluded_sample(session, **change)))[CaseSide.SELLER]
    await served(handler, case)
    return case


@pytest.mark.parametrize("kind", ["inspection_process", "result", "authenticity"])
async def test_an_objection_to_the_result_goes_from_filing_to_decision_on_its_clocks(
    session: AsyncSession, handler: httpx.AsyncClient, client_of: ClientOf, kind: str
) -> None:
    shop = uuid4()
    case = await served_case(session, handler, business_id=shop)
    party = await client_of(Unit.SAMPLING, Role.BUSINESS, regions=[HAISHU], business_id=shop)
    objection = await objected(party, to_result(case), kind=kind)
    assert (objection["state"], clocks(objection)) == ("received", {"result_objection_acceptance": "running"})
    await done(handler, at(objection), "supplement-request", note="请补充购销凭证（演示）")
    assert clocks(await read(party, at(objection))) == {"result_objection_acceptance": "met"}
    supplemented = await done(party, at(objection), "supplement", note="已补充（演示）")
    assert sorted(clock["state"] for clock in supplemented["clocks"]) == ["met", "running"], "counted anew"
    accepted = await done(handler, at(objection), "acceptance")
    assert clocks(accepted)["result_objection_decision"] == "running"
    paused = await done(handler, at(objection), "pause", note="已向标准制定机关请示（演示）")
    assert clocks(paused)["result_objection_decision"] == "paused"
    due = [clock["due_at"] for clock in paused["clocks"] if clock["code"] == "result_objection_decision"]
    assert due == [None]
    await done(handler, at(objection), "resumption")
    decided = await done(handler, at(objection), "decision", upheld=False, note="证据不足（演示）", evidence=["意见 1"])
    assert (decided["state"], set(clocks(decided).values())) == ("rejected", {"met"})
    assert (await read(handler, path_of(case)))["state"] == "open", "nothing was held up and nothing ended"
    for step in ("acceptance", "decision", "refusal", "pause"):
        assert (await act(party, at(objection), step)).status_code == 403


async def test_the_taking_is_contested_from_when_it_was_finished_and_its_clock_never_stands_still(
    session: AsyncSession, handler: httpx.AsyncClient, client_of: ClientOf
) -> None:
    shop = uuid4()
    fresh = await concluded_sample(session, business_id=shop, taken_at=now() - timedelta(days=1))
    party = await client_of(Unit.SAMPLING, Role.BUSINESS, regions=[HAISHU], business_id=shop)
    objection = await objected(party, to_sampling(fresh))
    assert (objection["kind"], objection["case_id"]) == ("sampling_process", None)
    await done(handler, at(objection), "acceptance")
    refused = await act(handler, at(objection), "pause", note="演示")
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/clock-step-refused")
    old = await concluded_sample(session, business_id=shop, taken_at=now() - timedelta(days=40))
    assert (await objected(party, to_sampling(old)))["ground"] == "late"
    strangers = await client_of(Unit.SAMPLING, Role.BUSINESS, regions=[HAISHU], business_id=uuid4())
    assert (await filed(strangers, to_sampling(fresh))).status_code == 404


@pytest.mark.parametrize(("minutes_after_the_last_moment", "state"), [(-1, "received"), (1, "refused")])
async def test_the_window_of_the_result_is_seven_working_days_from_receipt(
    session: AsyncSession, handler: httpx.AsyncClient, minutes_after_the_last_moment: int, state: str
) -> None:
    received = datetime(2026, 2, 12, 9, tzinfo=SHANGHAI)
    sample = await concluded_sample(session, concluded_at=received)
    case = (await opened(session, sample, finding(received)))[CaseSide.SELLER]
    await served(handler, case, datetime(2026, 2, 13, 16, tzinfo=SHANGHAI))
    when = datetime(2026, 3, 3, tzinfo=SHANGHAI) + timedelta(minutes=minutes_after_the_last_moment)
    objection = await objected(handler, to_result(case), kind="result", at=when.isoformat(), evidence=["收件章 演示-1"])
    assert objection["state"] == state
    assert objection["is_late"] is (state == "refused")
    if state == "refused":
        assert [entry["kind"] for entry in objection["entries"]] == ["received", "refused"]
        assert (await act(handler, at(objection), "acceptance")).status_code == 409


async def test_an_upheld_authenticity_ends_the_producers_case_and_leaves_the_sellers(
    session: AsyncSession, handler: httpx.AsyncClient
) -> None:
    cases = await opened(session)
    producer, seller = cases[CaseSide.PRODUCER], cases[CaseSide.SELLER]
    await served(handler, producer)
    objection = await objected(handler, to_result(producer), kind="authenticity")
    await done(handler, at(objection), "acceptance")
    decision = {"note": "查明为假冒（演示）", "evidence": ["异议处理意见 演示-1"], "ends": ["producer"]}
    assert (await act(handler, at(objection), "decision", upheld=False, **decision)).status_code == 409
    await done(handler, at(objection), "decision", upheld=True, **decision)
    ended = await read(handler, path_of(producer))
    assert (ended["state"], ended["ended_because"]) == ("closed", "objection_upheld")
    assert (await read(handler, path_of(seller)))["state"] == "open"


@pytest.mark.parametrize("ground", ["late", "not_supplemented"])
async def test_a_ground_that_does_not_hold_cannot_be_claimed(
    session: AsyncSession, handler: httpx.AsyncClient, ground: str
) -> None:
    objection = await objected(handler, to_result(await served_case(session, handler)), kind="result")
    answer = await act(handler, at(objection), "refusal", ground=ground, note="演示")
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/objection-step-refused")
    kept = await done(handler, at(objection), "refusal", ground="outside_scope", note="演示：不属于异议范围")
    assert (kept["state"], kept["entries"][-1]["note"]) == ("refused", "演示：不属于异议范围")


@pytest.mark.parametrize(
    ("roles", "regions", "status"),
    [
        ([Role.LABORATORY], [HAISHU], 403),
        ([Role.LABORATORY, Role.INSPECTOR], [HAISHU], 404),
        ([Role.INSPECTOR], [NANHAI], 404),
        ([Role.BUSINESS], [HAISHU], 404),
        ([Role.LEADER], [HAISHU], 200),
    ],
)
async def test_who_reads_an_objection(
    session: AsyncSession,
    handler: httpx.AsyncClient,
    client_of: ClientOf,
    roles: list[Role],
    regions: list[str],
    status: int,
) -> None:
    objection = await objected(handler, to_result(await served_case(session, handler)), kind="result")
    business = uuid4() if Role.BUSINESS in roles else None
    client = await client_of(Unit.SAMPLING, *roles, regions=regions, business_id=business)
    assert (await client.get(at(objection))).status_code == status


class AnyOrder(RuleBasedStateMachine):
    """Every step of an objection at every time; refusals are part of the game."""

    @initialize(is_late=st.booleans())
    def file(self, is_late: bool) -> None:
        self.objection = Objection(state=ObjectionState.RECEIVED, is_late=is_late, filed_at=FILED_AT)
        self.objection.log(ObjectionStep.RECEIVED, FILED_AT)

    def attempt(self, kind: ObjectionStep, days: int, step: str, *arguments: Any, **named: Any) -> None:
        state = self.objection.state
        try:
            moment = self.objection.moment_of(FILED_AT + timedelta(days=days), FILED_AT + timedelta(days=60))
            getattr(self.objection, step)(*[moment if each == "at" else each for each in arguments], **named)
        except ObjectionStepRefused as refusal:
            assert refusal.detail
            assert self.objection.state is state
        except InvalidRequest as refusal:
            assert [error.pointer for error in refusal.errors] == ["/at"]
        else:
            self.objection.log(kind, moment)

    @rule(days=st.integers(-1, 61))
    def ask(self, days: int) -> None:
        self.attempt(ObjectionStep.SUPPLEMENT_ASKED, days, "ask_supplement")

    @rule(days=st.integers(-1, 61))
    def supplement(self, days: int) -> None:
        self.attempt(ObjectionStep.SUPPLEMENTED, days, "supplement")

    @rule(days=st.integers(-1, 61))
    def accept(self, days: int) -> None:
        self.attempt(ObjectionStep.ACCEPTED, days, "accept", "at")

    @rule(days=st.integers(-1, 61), ground=st.sampled_from(ObjectionGround))
    def refuse(self, days: int, ground: ObjectionGround) -> None:
        self.attempt(ObjectionStep.REFUSED, days, "refuse", ground, "at")

    @rule(days=st.integers(-1, 61), upheld=st.booleans())
    def decide(self, days: int, upheld: bool) -> None:
        self.attempt(ObjectionStep.DECIDED, days, "decide", "at", upheld=upheld)

    @rule(days=st.integers(-1, 61))
    def withdraw(self, days: int) -> None:
        self.attempt(ObjectionStep.WITHDRAWN, days, "withdraw", "at")

    @invariant()
    def the_timeline_runs_forward(self) -> None:
        moments = [entry.at for entry in self.objection.entries]
        assert moments == sorted(moments)

    @invariant()
    def what_came_too_late_is_never_examined(self) -> None:
        if self.objection.is_late:
            assert self.objection.accepted_at is None
            assert self.objection.ground is None or self.objection.state is ObjectionState.REFUSED

    @invariant()
    def an_outcome_was_examined_and_a_refusal_has_its_ground(self) -> None:
        kinds = [entry.kind for entry in self.objection.entries]
        if self.objection.state in (ObjectionState.UPHELD, ObjectionState.REJECTED):
            assert ObjectionStep.ACCEPTED in kinds
        assert (self.objection.state is ObjectionState.REFUSED) == (self.objection.ground is not None)
        assert kinds.count(ObjectionStep.DECIDED) + kinds.count(ObjectionStep.REFUSED) <= 1


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=80, stateful_step_count=15, deadline=None)
