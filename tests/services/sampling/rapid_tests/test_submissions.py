"""Terminals send records as JSON: each is answered by itself, and sending again never makes a second test."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import text

from services.sampling.devices.models import Device
from services.sampling.test_sites.models import Site
from shared.contracts.codes import Role, Unit
from shared.ids import uuid7
from shared.times import now
from tests.conftest import ClientOf, SessionOf
from tests.services.sampling.factories import HAISHU, NANHAI, key, stored_site

PATH = "/v1/rapid-test-submissions"


@pytest_asyncio.fixture
async def terminal(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.SAMPLING, Role.EXTERNAL_SYSTEM, regions=[HAISHU])


@pytest_asyncio.fixture
async def site(session_of: SessionOf) -> Site:
    return await stored_site(await session_of(Unit.SAMPLING))


def record(**change: Any) -> dict[str, Any]:
    return {
        "id": str(uuid7()),
        "stall_number": "A-12",
        "product_name": "韭菜",
        "printed_item": "农药残留",
        "printed_method": "酶抑制率法",
        "printed_value": "12.5",
        "unit": "%",
        "quantity_in": "50",
        "quantity_unit": "公斤",
        "tested_at": "2026-07-01T06:10:00+08:00",
    } | change


def body(site: Site, *records: dict[str, Any]) -> dict[str, Any]:
    return {"site_id": str(site.id), "records": list(records)}


async def test_each_record_is_answered_by_itself(terminal: httpx.AsyncClient, site: Site) -> None:
    good, positive = record(), record(printed_value="61", product_name="豇豆")
    malformed = {"id": str(uuid7()), "product_name": "韭菜", "tested_at": "昨天"}
    elsewhere = record(site="没有的市场")
    future = record(tested_at=(now() + timedelta(days=2)).isoformat())
    answer = await terminal.post(
        PATH, json=body(site, good, malformed, positive, elsewhere, future, good), headers=key()
    )
    assert answer.status_code == 201, answer.text
    items = answer.json()["items"]
    assert [item["outcome"] for item in items] == [
        *("accepted", "rejected", "accepted", "rejected", "rejected", "duplicate"),
    ]
    assert [item["verdict"] for item in items][:3] == ["negative", None, "suspected_positive"]
    assert {error["pointer"] for error in items[1]["errors"]} == {"/records/1/printed_item", "/records/1/tested_at"}
    assert items[3]["errors"][0]["pointer"] == "/records/3/site"
    assert items[4]["errors"][0]["code"] == "future"
    assert items[0]["test_id"] == good["id"]


async def test_the_same_submission_again_gets_the_same_answer(
    terminal: httpx.AsyncClient, site: Site, session_of: SessionOf
) -> None:
    address, sent = f"{PATH}/{uuid7()}", body(site, record(printed_value="80"), record(printed_item="没听说过"))
    first, second = [await terminal.put(address, json=sent) for _ in range(2)]
    assert first.status_code == second.status_code == 200
    assert first.json() == second.json() == (await terminal.get(address)).json()
    assert [item["verdict"] for item in first.json()["items"]] == ["suspected_positive", "undetermined"]
    session = await session_of(Unit.SAMPLING)
    assert await session.scalar(text("SELECT count(*) FROM rapid_tests")) == 2
    assert await session.scalar(text("SELECT count(*) FROM whistles")) == 1
    other = await terminal.put(address, json=body(site, record()))
    assert (other.status_code, other.json()["type"]) == (409, "/problems/rapid-test-submission-id-reused")


async def test_a_record_sent_in_another_submission_is_a_duplicate(terminal: httpx.AsyncClient, site: Site) -> None:
    sent = record()
    await terminal.put(f"{PATH}/{uuid7()}", json=body(site, sent))
    [item] = (await terminal.put(f"{PATH}/{uuid7()}", json=body(site, sent))).json()["items"]
    assert (item["outcome"], item["test_id"]) == ("duplicate", sent["id"])


async def test_a_device_numbers_its_records_once(terminal: httpx.AsyncClient, site: Site) -> None:
    device = {"device_maker": "演示仪器厂（虚构）", "device_serial": "SN-1"}
    first = record(device_record_id="7", **device)
    same_number = record(device_record_id="7", **device, printed_value="99")
    other_device = record(device_record_id="7", **(device | {"device_serial": "SN-2"}))
    only_value_differs = record(printed_value="13"), record(printed_value="14")
    sent = body(site, first, same_number, other_device, *only_value_differs)
    items = (await terminal.put(f"{PATH}/{uuid7()}", json=sent)).json()["items"]
    assert [item["outcome"] for item in items] == ["accepted", "duplicate", "accepted", "accepted", "accepted"]
    assert items[1]["test_id"] == first["id"]


async def test_another_spelling_of_the_same_number_is_a_suspected_duplicate(
    terminal: httpx.AsyncClient, site: Site
) -> None:
    sent = body(site, record(printed_value="12.5"), record(printed_value="12.50"), record(printed_value="12.51"))
    items = (await terminal.put(f"{PATH}/{uuid7()}", json=sent)).json()["items"]
    assert [item["outcome"] for item in items] == ["accepted", "suspected_duplicate", "accepted"]


async def test_no_market_takes_the_record_numbers_or_ids_of_another(client_of: ClientOf, session_of: SessionOf) -> None:
    session = await session_of(Unit.SAMPLING)
    mine, theirs = uuid4(), uuid4()
    my_site, their_site = [await stored_site(session, operator_business_id=owner) for owner in (mine, theirs)]
    device = {"device_maker": "演示仪器厂（虚构）", "device_serial": "SN-7", "device_record_id": "42"}
    first, same_number = record(printed_value="3", **device), record(printed_value="61.2", **device)
    for owner, where, sent, verdict in (
        (theirs, their_site, first, "negative"),
        (mine, my_site, same_number, "suspected_positive"),
    ):
        client = await client_of(Unit.SAMPLING, Role.MARKET_OPERATOR, regions=[HAISHU], business_id=owner)
        [item] = (await client.put(f"{PATH}/{uuid7()}", json=body(where, sent))).json()["items"]
        assert (item["outcome"], item["test_id"], item["verdict"]) == ("accepted", sent["id"], verdict)
    assert await session.scalar(text("SELECT count(*) FROM whistles")) == 1

    client = await client_of(Unit.SAMPLING, Role.MARKET_OPERATOR, regions=[HAISHU], business_id=mine)
    taken = record(id=first["id"], printed_value="70", **device | {"device_record_id": "43"})
    [item] = (await client.put(f"{PATH}/{uuid7()}", json=body(my_site, taken))).json()["items"]
    assert (item["outcome"], item["test_id"], item["verdict"]) == ("rejected", None, None)
    [error] = item["errors"]
    assert (error["pointer"], error["message"]) == ("/records/0/id", "编号已被使用，请换一个新的 UUID")


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+08:00", "9999-12-31T23:59:59-08:00"])
@pytest.mark.parametrize("name", ["tested_at", "sampled_at"])
async def test_a_time_out_of_reach_is_refused_and_the_other_records_go_in(
    terminal: httpx.AsyncClient, site: Site, name: str, moment: str
) -> None:
    answer = await terminal.put(f"{PATH}/{uuid7()}", json=body(site, record(**{name: moment}), record()))
    assert answer.status_code == 200, answer.text
    refused, accepted = answer.json()["items"]
    assert (refused["outcome"], refused["errors"][0]["pointer"]) == ("rejected", f"/records/0/{name}")
    assert accepted["outcome"] == "accepted"


async def test_one_id_for_two_sites_of_a_submission_is_refused_the_second_time(
    terminal: httpx.AsyncClient, site: Site, session_of: SessionOf
) -> None:
    other = await stored_site(await session_of(Unit.SAMPLING))
    first = record()
    sent = body(site, first, first | {"site": other.code, "printed_value": "70"})
    items = (await terminal.put(f"{PATH}/{uuid7()}", json=sent)).json()["items"]
    assert [(item["outcome"], item["test_id"]) for item in items] == [("accepted", first["id"]), ("rejected", None)]


async def test_a_device_registered_elsewhere_is_refused(
    terminal: httpx.AsyncClient, site: Site, session_of: SessionOf
) -> None:
    session = await session_of(Unit.SAMPLING)
    other = await stored_site(session)
    session.add(Device(maker="演示仪器厂（虚构）", serial="SN-9", methods=[], site_id=other.id))
    await session.flush()
    sent = record(device_maker="演示仪器厂（虚构）", device_serial="SN-9")
    [item] = (await terminal.put(f"{PATH}/{uuid7()}", json=body(site, sent))).json()["items"]
    assert (item["outcome"], item["errors"][0]["code"]) == ("rejected", "device_elsewhere")


async def test_nobody_submits_for_a_market_that_is_not_his(
    client_of: ClientOf, site: Site, session_of: SessionOf
) -> None:
    for stranger in (
        await client_of(Unit.SAMPLING, Role.INSPECTOR, regions=[NANHAI]),
        await client_of(Unit.SAMPLING, Role.MARKET_OPERATOR, business_id=uuid4()),
    ):
        for sent in (body(site, record()), {"records": [record(site=site.code)]}):
            [item] = (await stranger.put(f"{PATH}/{uuid7()}", json=sent)).json()["items"]
            assert (item["outcome"], item["errors"][0]["code"]) == ("rejected", "site")
    assert await (await session_of(Unit.SAMPLING)).scalar(text("SELECT count(*) FROM rapid_tests")) == 0


async def test_a_correction_keeps_the_old_record_and_moves_the_figures(
    terminal: httpx.AsyncClient, site: Site, session_of: SessionOf
) -> None:
    wrong = record(printed_value="6.1")
    await terminal.put(f"{PATH}/{uuid7()}", json=body(site, wrong))
    right = {name: value for name, value in wrong.items() if name != "id"} | {
        "printed_value": "61",
        "reason": "少录一位",
    }
    address = f"/v1/rapid-tests/{wrong['id']}/corrections"
    corrected = await terminal.post(address, json=right, headers=key())
    assert corrected.status_code == 201, corrected.text
    assert (corrected.json()["verdict"], corrected.json()["corrects_id"]) == ("suspected_positive", wrong["id"])
    old = (await terminal.get(f"/v1/rapid-tests/{wrong['id']}")).json()
    assert (old["printed_value"], old["superseded_at"] is not None) == ("6.1", True)
    session = await session_of(Unit.SAMPLING)
    sums = "SELECT sum(numerator) FROM figure_deltas WHERE code = :code"
    assert await session.scalar(text(sums), {"code": "sampling.rapid_tests"}) == 1
    assert await session.scalar(text(sums), {"code": "sampling.suspected_positive_rate"}) == 1
    assert await session.scalar(text("SELECT count(*) FROM whistles")) == 1
    again = await terminal.post(address, json=right, headers=key())
    assert (again.status_code, again.json()["type"]) == (409, "/problems/rapid-test-already-corrected")
    refused = right | {"tested_at": "1999-01-01T00:00:00+08:00"}
    answer = await terminal.post(f"/v1/rapid-tests/{corrected.json()['id']}/corrections", json=refused, headers=key())
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/tested_at")
    current = (await terminal.get("/v1/rapid-tests", params={"superseded": "false"})).json()["items"]
    assert [test["id"] for test in current] == [corrected.json()["id"]]


@pytest.mark.parametrize(
    ("narrowed", "found"),
    [
        ({"region": "330203"}, 3),
        ({"region": "440605"}, 0),
        ({"verdict": "suspected_positive"}, 1),
        ({"since": "2026-07-02"}, 1),
        ({"until": "2026-07-01"}, 2),
        ({"item_code": "pesticide_residue", "stall_number": "A-12"}, 3),
    ],
)
async def test_lists_are_narrowed_and_paged(
    terminal: httpx.AsyncClient, site: Site, narrowed: dict[str, str], found: int
) -> None:
    records = [record(), record(printed_value="70"), record(tested_at="2026-07-02T06:00:00+08:00")]
    await terminal.put(f"{PATH}/{uuid7()}", json=body(site, *records))
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        parameters = narrowed | {"limit": "1"} | ({"cursor": cursor} if cursor else {})
        page = (await terminal.get("/v1/rapid-tests", params=parameters)).json()
        seen += [test["id"] for test in page["items"]]
        cursor = page["next_cursor"]
    assert len(seen) == len(set(seen)) == found
