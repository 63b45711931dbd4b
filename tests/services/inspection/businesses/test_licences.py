"""Permits keep their history; days decide whether they are valid, and warn before and after."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.inspection.businesses.warnings.rules import FIRST_LENGTHS, Expiring
from shared.contracts.codes import Role, Unit
from shared.times import day_of, now
from tests.conftest import ClientOf
from tests.services.inspection.businesses.conftest import Enter
from tests.services.inspection.factories import HAISHU, NANHAI, business, invented_uscc

TODAY = day_of(now())
JY = {"kind": "jy", "number": "JY13302030000013"}


def licence(days: int, **change: Any) -> dict[str, Any]:
    return JY | {"valid_from": None, "valid_to": (TODAY + timedelta(days=days)).isoformat()} | change


async def change(officer: httpx.AsyncClient, entered: dict[str, Any], **new: Any) -> dict[str, Any]:
    answer = await officer.put(
        f"/v1/businesses/{entered['id']}", json=business(**new), headers={"If-Match": f'"{entered["version"]}"'}
    )
    assert answer.status_code == 200, answer.text
    changed: dict[str, Any] = answer.json()
    return changed


async def test_what_was_stated_of_a_permit_is_never_overwritten(officer: httpx.AsyncClient, enter: Enter) -> None:
    entered = await enter(licences=[licence(10, authority="演示甲局（虚构）")])
    renewed = await change(officer, entered, licences=[licence(900, authority="演示乙局（虚构）")])
    revoked = await change(officer, renewed, licences=[licence(900, authority="演示乙局（虚构）", status="revoked")])
    left_out = await change(officer, revoked, licences=[])
    assert [found["licences"][0]["status"] for found in (entered, renewed, revoked)] == ["valid", "valid", "revoked"]
    assert left_out["licences"] == []
    records = (await officer.get(f"/v1/businesses/{entered['id']}/licences")).json()["items"]
    assert {(row["authority"], row["status"], row["superseded_at"] is None) for row in records} == {
        ("演示甲局（虚构）", "valid", False),
        ("演示乙局（虚构）", "valid", False),
        ("演示乙局（虚构）", "revoked", False),
    }
    kinds = [entry["kind"] for entry in (await officer.get(f"/v1/businesses/{entered['id']}/timeline")).json()["items"]]
    assert kinds == ["licence_changed", "licence_changed", "licence_changed", "registered"]


async def test_an_impossible_last_day_is_refused_and_one_without_end_spoils_no_list(
    officer: httpx.AsyncClient, enter: Enter
) -> None:
    entered = await enter(licences=[licence(0, valid_to="9999-12-31"), licence(-1, number="JY13302030000021")])
    early = business(licences=[licence(0, valid_to="0001-01-01")])
    refused = await officer.put(
        f"/v1/businesses/{entered['id']}", json=early, headers={"If-Match": f'"{entered["version"]}"'}
    )
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/licences/0/valid_to")
    assert (await officer.get("/v1/licence-warnings")).status_code == 200


async def test_the_same_permit_stated_again_is_no_new_record(officer: httpx.AsyncClient, enter: Enter) -> None:
    entered = await enter(licences=[licence(900)])
    await change(officer, entered, licences=[licence(900)], address="演示路 2 号")
    assert len((await officer.get(f"/v1/businesses/{entered['id']}/licences")).json()["items"]) == 1


async def test_a_file_that_is_read_can_be_written_back_although_a_permit_has_expired(
    officer: httpx.AsyncClient, enter: Enter
) -> None:
    entered = await enter(licences=[licence(-1)])
    assert entered["licences"][0]["status"] == "expired"
    same = {name: value for name, value in entered.items() if name in business() and name != "same_uscc_confirmed"}
    answer = await officer.put(f"/v1/businesses/{entered['id']}", json=same)
    assert (answer.status_code, answer.json()["version"]) == (200, 1)


@pytest.mark.parametrize(
    "wrong",
    [[licence(30, status="expired")], [licence(30), licence(60)], [licence(30, items=[{"code": "1", "words": ""}])]],
)
async def test_what_cannot_be_is_refused_with_its_place(officer: httpx.AsyncClient, wrong: list[Any]) -> None:
    answer = await officer.post(
        "/v1/businesses", json=business(licences=wrong), headers={"Idempotency-Key": str(uuid4())}
    )
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["message"]
    assert "Value error" not in answer.text


LENGTH = FIRST_LENGTHS[Expiring.JY].days


@pytest.mark.parametrize(
    ("days", "status", "state"),
    [
        (LENGTH + 1, "active", None),
        (LENGTH, "active", "expiring"),
        (0, "active", "expiring"),
        (-1, "active", "expired_trading"),
        (-1, "suspended", "expired_closed"),
        (-1, "closed", None),
    ],
)
async def test_a_permit_warns_from_its_length_on_and_trading_without_one_is_said(
    officer: httpx.AsyncClient, enter: Enter, days: int, status: str, state: str | None
) -> None:
    await enter(status=status, licences=[licence(days)])
    items = (await officer.get("/v1/licence-warnings")).json()["items"]
    assert [(item["state"], item["days_left"], item["number"]) for item in items] == (
        [(state, days, JY["number"])] if state else []
    )


async def test_a_renewed_or_revoked_permit_does_not_warn(officer: httpx.AsyncClient, enter: Enter) -> None:
    renewal = licence(900, number="JY13302030000021")
    await enter(licences=[licence(-3), renewal])
    await enter(uscc=invented_uscc(2), name="演示二店", licences=[licence(-3, status="revoked")])
    assert (await officer.get("/v1/licence-warnings")).json()["items"] == []


async def test_a_health_certificate_warns_while_its_holder_is_at_work(officer: httpx.AsyncClient, enter: Enter) -> None:
    entered = await enter()
    path = f"/v1/businesses/{entered['id']}/persons/{uuid4()}"
    person = {
        "role": "food_handler",
        "name": "演示甲（虚构）",
        "certificate_valid_to": (TODAY - timedelta(days=2)).isoformat(),
    }
    assert (await officer.put(path, json=person)).status_code == 201
    items = (await officer.get("/v1/licence-warnings?kind=health_certificate&state=expired_trading")).json()["items"]
    assert [(item["person_name"], item["days_left"]) for item in items] == [("演*", -2)]
    gone = person | {"valid_to": (TODAY - timedelta(days=1)).isoformat()}
    assert (await officer.put(path, json=gone, headers={"If-Match": '"1"'})).status_code == 200
    assert (await officer.get("/v1/licence-warnings")).json()["items"] == []


async def test_the_length_is_data_that_the_office_decides(
    officer: httpx.AsyncClient, enter: Enter, client_of: ClientOf
) -> None:
    await enter(licences=[licence(LENGTH + 5)])
    body = {"days": LENGTH + 5, "source": "本地设定（演示）", "verified": True}
    assert (await officer.put("/v1/expiry-warning-lengths/jy", json=body)).status_code == 403
    office = await client_of(Unit.INSPECTION, Role.FOOD_SAFETY_OFFICE, regions=[HAISHU])
    assert (await office.put("/v1/expiry-warning-lengths/jy", json=body)).status_code == 200
    assert len((await officer.get("/v1/licence-warnings")).json()["items"]) == 1
    lengths = (await office.get("/v1/expiry-warning-lengths")).json()
    assert [row["days"] for row in lengths if row["kind"] == "jy"] == [LENGTH + 5]


async def test_warnings_stay_within_the_own_regions(enter: Enter, client_of: ClientOf) -> None:
    await enter(licences=[licence(-1)])
    stranger = await client_of(Unit.INSPECTION, Role.INSPECTOR, regions=[NANHAI])
    assert (await stranger.get("/v1/licence-warnings")).json()["items"] == []
