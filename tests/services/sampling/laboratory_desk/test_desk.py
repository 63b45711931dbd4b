"""What a laboratory sees of its samples, takes in and rejects; of others' samples it learns nothing at all."""

from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.laboratories.models import Laboratory
from services.sampling.laboratory_assignments.service import send
from services.sampling.samples.blind_codes import new_blind_code
from services.sampling.samples.models import Sample
from services.sampling.samples.repository import lock_sample
from services.sampling.samples.service import CLOCK_OBJECT
from services.sampling.separation.service import take_part
from shared.clocks.service import clocks_of, open_clock
from shared.contracts.clocks import ClockState
from shared.contracts.codes import Role, Unit
from shared.contracts.statutory_sampling import Duty, SampleState
from shared.http.auth import Actor
from shared.times import day_of, now, start_of_day
from tests.conftest import ClientOf, SessionOf
from tests.services.sampling.apart import (
    person,
    reception,
    rejection,
    sent,
    signed_in,
    stored_laboratory,
    taken_sample,
    today,
)
from tests.services.sampling.factories import key
from tests.tokens import TestKeys

DESK = "/v1/laboratory/samples"


class Desk:
    """A laboratory, one of its people, and what he asks of the service."""

    def __init__(self, session: AsyncSession, laboratory: Laboratory, actor: Actor, http: httpx.AsyncClient) -> None:
        self.session, self.laboratory, self.actor, self.http = session, laboratory, actor, http

    async def sample(self, **change: Any) -> Sample:
        return await sent(self.session, await taken_sample(self.session, **change), self.laboratory, ("孔雀石绿",))

    async def receive(self, code: str, **change: Any) -> httpx.Response:
        return await self.http.post(f"{DESK}/{code}/reception", json=reception(**change), headers=key())

    async def reject(self, code: str, **change: Any) -> httpx.Response:
        return await self.http.post(f"{DESK}/{code}/rejection", json=rejection(**change), headers=key())


@pytest.fixture
async def desk(session_of: SessionOf, client_of: ClientOf, keys: TestKeys) -> Desk:
    session = await session_of(Unit.SAMPLING)
    laboratory = await stored_laboratory(session)
    actor = person(Role.LABORATORY, house=laboratory.id)
    return Desk(session, laboratory, actor, await signed_in(client_of, keys, actor))


async def test_a_laboratory_lists_its_own_samples_by_blind_code(desk: Desk) -> None:
    own = [await desk.sample() for _ in range(5)]
    await sent(desk.session, await taken_sample(desk.session), await stored_laboratory(desk.session))
    await taken_sample(desk.session)
    first = (await desk.http.get(DESK, params={"limit": 3})).json()
    second = (await desk.http.get(DESK, params={"limit": 3, "cursor": first["next_cursor"]})).json()
    listed = [row["blind_code"] for row in (*first["items"], *second["items"])]
    assert listed == sorted(sample.blind_code for sample in own)


async def test_a_sample_is_listed_from_the_next_day_and_found_by_its_code_at_once(desk: Desk) -> None:
    """Otherwise whoever looks every minute sees in which minute it was taken."""
    sample = await desk.sample(sampled_on=today())
    assert (await desk.http.get(DESK)).json()["items"] == []
    assert (await desk.http.get(f"{DESK}/{sample.blind_code}")).status_code == 200
    assert (await desk.receive(sample.blind_code)).status_code == 200
    assert [row["blind_code"] for row in (await desk.http.get(DESK)).json()["items"]] == [sample.blind_code]


async def test_no_more_than_is_decided_is_shown(desk: Desk) -> None:
    sample = await desk.sample()
    answer = await desk.http.get(f"{DESK}/{sample.blind_code.lower()}")
    assert "etag" not in answer.headers
    assert answer.json() == {
        "blind_code": sample.blind_code,
        "state": "taken",
        "food_name": "草鱼",
        "category_code": None,
        "category_name": None,
        "production_date": None,
        "specification": None,
        "quantity": "1.5 kg",
        "storage": None,
        "items": ["孔雀石绿"],
        "sampled_on": sample.sampled_on.isoformat(),
        "deliver_by": None,
        "received_at": None,
        "report_by": None,
        "reception": None,
    }


async def test_unknown_foreign_and_malformed_codes_answer_alike(desk: Desk) -> None:
    foreign = await sent(desk.session, await taken_sample(desk.session), await stored_laboratory(desk.session))
    nobodys = await taken_sample(desk.session)
    draft = await desk.sample(state=SampleState.DRAFT)
    voided = await desk.sample(state=SampleState.VOIDED)
    codes = [foreign.blind_code, nobodys.blind_code, draft.blind_code, voided.blind_code, new_blind_code(), "不是编码"]
    codes += [str(foreign.id), str(foreign.number)]

    def told(answer: httpx.Response) -> tuple[Any, ...]:
        problem = answer.json()
        return answer.status_code, problem["type"], problem["title"], problem["detail"], tuple(sorted(problem))

    for attempt in (desk.receive, desk.reject, lambda code: desk.http.get(f"{DESK}/{code}")):
        assert len({told(await attempt(code)) for code in codes}) == 1
        assert (await attempt(codes[0])).status_code == 404


async def test_receiving_meets_the_delivery_and_starts_the_report(desk: Desk) -> None:
    sample = await desk.sample()
    assert sample.taken_at is not None
    common: dict[str, Any] = {"object_type": CLOCK_OBJECT, "object_id": sample.id, "region_code": sample.region_code}
    await open_clock(desk.session, code="sample_delivery", triggered_at=sample.taken_at, title="演示", **common)
    answer = await desk.receive(sample.blind_code)
    assert answer.status_code == 200, answer.text
    shown = answer.json()
    assert (shown["state"], shown["reception"]["accepted"]) == ("received", True)
    assert shown["deliver_by"] is not None
    assert shown["report_by"] > shown["deliver_by"]
    clocks = {clock.code: clock for clock in await clocks_of(desk.session, CLOCK_OBJECT, sample.id)}
    last_day = date.fromisoformat(shown["report_by"])
    assert start_of_day(last_day + timedelta(days=1)) == clocks["inspection_report"].due_at, "it ends with that day"
    states = {code: clock.state for code, clock in clocks.items()}
    assert states == {"sample_delivery": ClockState.MET, "inspection_report": ClockState.RUNNING}
    stored = await lock_sample(desk.session, sample.id)
    assert stored is not None
    assert (stored.laboratory_id, stored.entries[-1].actor_id) == (desk.laboratory.id, desk.actor.id)


async def test_what_arrives_is_decided_once(desk: Desk) -> None:
    sample = await desk.sample()
    assert (await desk.receive(sample.blind_code)).status_code == 200
    assert (await desk.receive(sample.blind_code)).status_code == 409
    assert (await desk.reject(sample.blind_code)).status_code == 409


async def test_a_rejection_stands_in_writing_where_the_bureau_reads_it(desk: Desk) -> None:
    sample = await desk.sample()
    assert (await desk.reject(sample.blind_code, reason="")).status_code == 422
    answer = await desk.reject(sample.blind_code, reason="封条破损，照片为证")
    assert answer.json()["reception"]["accepted"] is False
    stored = await lock_sample(desk.session, sample.id)
    assert stored is not None
    assert (stored.state, stored.entries[-1].note) == (SampleState.REJECTED, "封条破损，照片为证")
    assert stored.entries[-1].details["photos"] == reception()["photos"]


@pytest.mark.parametrize("change", [{"seal_intact": False}, {"contents_match": False}, {"photos": []}])
async def test_nothing_with_a_broken_seal_or_other_contents_or_no_photo_is_taken_in(
    desk: Desk, change: dict[str, Any]
) -> None:
    sample = await desk.sample()
    answer = await desk.receive(sample.blind_code, **change)
    [[field]] = [change]
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, f"/{field}")
    assert sample.state is SampleState.TAKEN


async def test_the_number_on_the_seal_is_compared_and_never_told(desk: Desk) -> None:
    form = {"sealing": {"test_seals": ["演示封-0417"]}}
    sample = await desk.sample(form=form)
    missing, wrong = await desk.receive(sample.blind_code), await desk.receive(sample.blind_code, seal_number="0418")
    assert (missing.status_code, wrong.status_code) == (422, 409)
    assert "0417" not in missing.text + wrong.text
    assert (await desk.receive(sample.blind_code, seal_number="演示封-0417")).status_code == 200


def wide(text: str) -> str:
    """The text in full-width signs."""
    return "".join(chr(ord(sign) + 0xFEE0) for sign in text)


async def test_codes_and_seals_are_read_however_they_are_typed(desk: Desk) -> None:
    sample = await desk.sample(form={"sealing": {"test_seals": ["ｔ 0001"]}})
    code = wide(sample.blind_code[:6]) + " " + sample.blind_code[6:].lower()
    assert (await desk.receive(code, seal_number=" Ｔ0001")).status_code == 200


async def test_the_minute_of_sampling_cannot_be_found_out_by_trying(desk: Desk) -> None:
    """A moment before the sampling, on its day, is taken as one after it is; only the day is compared."""
    moment = start_of_day(today() - timedelta(days=2)) + timedelta(hours=12)
    for offset in (timedelta(minutes=-1), timedelta(minutes=1)):
        sample = await desk.sample(taken_at=moment, sampled_on=day_of(moment))
        answer = await desk.receive(sample.blind_code, at=(moment + offset).isoformat())
        assert answer.status_code == 200, answer.text
    sample = await desk.sample(taken_at=moment, sampled_on=day_of(moment))
    early = await desk.receive(sample.blind_code, at=(moment - timedelta(days=9)).isoformat())
    future = await desk.receive(sample.blind_code, at=(now() + timedelta(hours=1)).isoformat())
    assert (early.status_code, future.status_code) == (422, 422)


async def test_who_took_the_sample_does_not_test_it(desk: Desk, client_of: ClientOf, keys: TestKeys) -> None:
    by_the_house, by_himself = await desk.sample(), await desk.sample()
    await take_part(desk.session, by_the_house.id, Duty.SAMPLER, person(Role.SAMPLER, house=desk.laboratory.id))
    await take_part(desk.session, by_himself.id, Duty.SAMPLER, person(Role.SAMPLER, user_id=desk.actor.id))
    for sample in (by_the_house, by_himself):
        for answer in (await desk.receive(sample.blind_code), await desk.reject(sample.blind_code)):
            assert answer.json()["type"] == "/problems/duties-not-apart"
        assert sample.state is SampleState.TAKEN


async def test_an_account_with_another_role_or_without_a_house_has_no_desk(
    desk: Desk, client_of: ClientOf, keys: TestKeys
) -> None:
    sample = await desk.sample()
    both = person(Role.LABORATORY, house=desk.laboratory.id)
    homeless = Actor(**{name: getattr(both, name) for name in Actor.__slots__} | {"organisation_id": None})
    double = Actor(
        **{name: getattr(both, name) for name in Actor.__slots__}
        | {"roles": frozenset({Role.LABORATORY, Role.SAMPLER})}
    )
    for actor in (homeless, double):
        http = await signed_in(client_of, keys, actor)
        for path in (DESK, f"{DESK}/{sample.blind_code}", f"{DESK}/{new_blind_code()}"):
            assert (await http.get(path)).json()["type"] == "/problems/not-a-laboratory"


async def test_a_sample_sent_elsewhere_is_gone(desk: Desk) -> None:
    sample = await desk.sample()
    office = person(Role.FOOD_SAFETY_OFFICE)
    other = await stored_laboratory(desk.session)
    locked = await lock_sample(desk.session, sample.id)
    assert locked is not None
    await send(desk.session, locked, other.id, ["恩诺沙星"], office, reason="原机构来不及")
    assert (await desk.http.get(f"{DESK}/{sample.blind_code}")).status_code == 404


async def test_the_name_by_which_the_business_is_known_is_hidden_in_what_the_laboratory_reads(desk: Desk) -> None:
    goods = {"name": "张三丰豆制品豆腐", "specification": "张 三丰特供", "quantity": "3.0", "quantity_unit": "kg"}
    sample = await desk.sample(
        sampled_party_name="宁波张三丰豆制品有限公司", food_name=goods["name"], form={"goods": goods}
    )
    shown = (await desk.http.get(f"{DESK}/{sample.blind_code}")).json()
    assert (shown["food_name"], shown["specification"]) == ("□豆制品豆腐", "□特供")
