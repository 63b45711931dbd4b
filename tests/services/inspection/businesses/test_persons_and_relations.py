"""Persons with little about each, relations with their days, closures with their reasons."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from shared.contracts.codes import Role, Unit
from shared.times import day_of, now
from tests.conftest import ClientOf
from tests.services.inspection.businesses.conftest import Enter
from tests.services.inspection.factories import NANHAI, business, invented_uscc

TODAY = day_of(now())


def key(version: int | None = None) -> dict[str, str]:
    return {"Idempotency-Key": str(uuid4())} | ({"If-Match": f'"{version}"'} if version else {})


async def test_identity_numbers_are_refused(officer: httpx.AsyncClient, enter: Enter) -> None:
    entered = await enter()
    body = {"role": "food_handler", "name": "演示甲（虚构）", "identity_number": "0"}
    answer = await officer.put(f"/v1/businesses/{entered['id']}/persons/{uuid4()}", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/identity_number")


async def test_a_person_is_entered_once_and_changed_from_the_version_read(
    officer: httpx.AsyncClient, enter: Enter
) -> None:
    entered = await enter()
    path = f"/v1/businesses/{entered['id']}/persons/{uuid4()}"
    body = {"role": "legal_representative", "name": "演示甲（虚构）", "valid_from": "2026-01-01"}
    assert [(await officer.put(path, json=body)).status_code for _ in range(2)] == [201, 200]
    left = body | {"valid_to": "2026-03-01"}
    assert (await officer.put(path, json=left)).status_code == 428
    assert (await officer.put(path, json=left, headers={"If-Match": '"9"'})).status_code == 412
    assert (await officer.put(path, json=left, headers={"If-Match": '"1"'})).status_code == 200
    listed = f"/v1/businesses/{entered['id']}/persons"
    on = {day: len((await officer.get(f"{listed}?on={day}")).json()["items"]) for day in ("2026-03-01", "2026-03-02")}
    assert on == {"2026-03-01": 1, "2026-03-02": 0}
    other = await enter(uscc=invented_uscc(2), name="演示二店")
    stolen = await officer.put(f"/v1/businesses/{other['id']}/persons/{path[-36:]}", json=body)
    assert stolen.status_code == 409


@pytest.mark.parametrize(
    ("kind", "fitting", "unfit"),
    [
        ("stall_of", "market", "sales"),
        ("branch_of", "chain_headquarters", "market"),
        ("sells_on", "platform", "market"),
    ],
)
async def test_a_relation_needs_another_of_the_right_kind_and_its_days_do_not_overlap(
    officer: httpx.AsyncClient, enter: Enter, kind: str, fitting: str, unfit: str
) -> None:
    stall = await enter(uscc=None, kind="stall", name="演示摊（虚构）")
    right = await enter(uscc=invented_uscc(2), kind=fitting, name="演示上级（虚构）")
    wrong = await enter(uscc=invented_uscc(3), kind=unfit, name="演示他人（虚构）")
    path = f"/v1/businesses/{stall['id']}/relations"
    body = {"kind": kind, "other_id": right["id"], "valid_from": "2026-01-01"}
    refused = await officer.post(path, json=body | {"other_id": wrong["id"]}, headers=key())
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/other_id")
    made = await officer.post(path, json=body, headers=key())
    assert made.status_code == 201, made.text
    overlap = await officer.post(path, json=body | {"valid_from": "2026-06-01"}, headers=key())
    assert overlap.status_code == 409
    end = f"{path}/{made.json()['id']}/end"
    assert (await officer.post(end, json={"valid_to": "2026-06-01"}, headers={"If-Match": '"1"'})).status_code == 200
    assert (await officer.post(path, json=body | {"valid_from": "2026-06-01"}, headers=key())).status_code == 201
    seen = (await officer.get(f"/v1/businesses/{right['id']}/relations?on=2026-05-31")).json()["items"]
    assert [(row["business_name"], row["other_name"]) for row in seen] == [("演示摊（虚构）", "演示上级（虚构）")]


async def close(
    officer: httpx.AsyncClient, file: dict[str, Any], kind: str, days_ago: int = 0, reason: str = "装修（演示）"
) -> httpx.Response:
    body = {"kind": kind, "closed_on": (TODAY - timedelta(days=days_ago)).isoformat(), "reason": reason}
    return await officer.post(f"/v1/businesses/{file['id']}/closures", json=body, headers=key(file["version"]))


async def test_a_closure_keeps_days_and_reason_and_ends_with_the_reopening(
    officer: httpx.AsyncClient, enter: Enter
) -> None:
    entered = await enter()
    path = f"/v1/businesses/{entered['id']}"
    dormant = await close(officer, entered, "dormancy", 9)
    assert (dormant.status_code, dormant.json()["status"]) == (201, "suspended")
    assert (await close(officer, dormant.json(), "dormancy")).status_code == 409
    early = {"reopened_on": (TODAY - timedelta(days=10)).isoformat(), "reason": "完工"}
    refused = await officer.post(f"{path}/reopening", json=early, headers=key(2))
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/reopened_on")
    again = await officer.post(
        f"{path}/reopening", json={"reopened_on": TODAY.isoformat(), "reason": "完工"}, headers=key(2)
    )
    assert (again.status_code, again.json()["status"]) == (200, "active")
    gone = await close(officer, again.json(), "deregistration")
    assert gone.json()["status"] == "closed"
    closures = (await officer.get(f"{path}/closures")).json()["items"]
    assert [(row["kind"], row["reopened_on"] is None) for row in closures] == [
        ("deregistration", True),
        ("dormancy", False),
    ]
    kinds = [entry["kind"] for entry in (await officer.get(f"{path}/timeline")).json()["items"]]
    assert kinds == ["closed", "reopened", "closed", "registered"]


async def test_a_state_that_the_whole_file_states_is_a_closure_too(officer: httpx.AsyncClient, enter: Enter) -> None:
    entered = await enter(status="suspended")
    path = f"/v1/businesses/{entered['id']}"
    await officer.put(path, json=business(status="active"), headers=key(1))
    closures = (await officer.get(f"{path}/closures")).json()["items"]
    assert [(row["kind"], row["reopened_on"]) for row in closures] == [("suspension", TODAY.isoformat())]


async def test_a_closed_file_does_not_come_back_beside_another_of_the_same_business(
    officer: httpx.AsyncClient, enter: Enter
) -> None:
    entered = await enter()
    gone = await close(officer, entered, "deregistration")
    await enter()
    body = {"reopened_on": TODAY.isoformat(), "reason": "登记有误"}
    answer = await officer.post(
        f"/v1/businesses/{entered['id']}/reopening", json=body, headers=key(gone.json()["version"])
    )
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/business-already-registered")


async def test_strangers_of_the_region_see_nothing_of_it(enter: Enter, client_of: ClientOf) -> None:
    entered = await enter()
    stranger = await client_of(Unit.INSPECTION, Role.INSPECTOR, regions=[NANHAI])
    for part in ("persons", "relations", "closures", "licences", "timeline"):
        assert (await stranger.get(f"/v1/businesses/{entered['id']}/{part}")).status_code == 403
