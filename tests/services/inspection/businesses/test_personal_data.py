"""What is private of a business's file is masked for everybody; whole it is shown to who keeps files and says why."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest_asyncio

from shared.contracts.codes import Role, Unit
from tests.conftest import ClientOf
from tests.services.inspection.businesses.conftest import Enter
from tests.services.inspection.factories import HAISHU, NANHAI, business, invented_uscc

PURPOSE = "（演示）约定复查时间"
WORKER = {"role": "food_handler", "name": "演帮工", "phone": "13900005678", "certificate_number": "演证-20260001"}
OFFICER_OF_SAFETY = {"role": "safety_officer", "name": "示安全员", "phone": "13700009876"}
PRIVATE = ("13800001234", "13900005678", "13700009876", "演帮工", "演证-20260001")


@dataclass
class File:
    """A file with a telephone, a food safety officer and a worker."""

    path: str
    persons: list[str]


@pytest_asyncio.fixture
async def file(officer: httpx.AsyncClient, enter: Enter) -> File:
    path = f"/v1/businesses/{(await enter(phone='13800001234'))['id']}"
    persons = [f"{path}/persons/{uuid4()}" for _ in range(2)]
    for address, person in zip(persons, (WORKER, OFFICER_OF_SAFETY), strict=True):
        assert (await officer.put(address, json=person)).status_code == 201
    return File(path, persons)


def version(number: int) -> dict[str, str]:
    return {"If-Match": f'"{number}"'}


async def test_no_answer_shows_it_not_even_to_who_keeps_the_files(
    officer: httpx.AsyncClient, file: File, client_of: ClientOf
) -> None:
    for reader in (officer, await client_of(Unit.INSPECTION, Role.SAMPLER, regions=[HAISHU])):
        for path in (file.path, f"{file.path}/persons", f"{file.path}/timeline", "/v1/businesses"):
            answer = await reader.get(path)
            assert answer.status_code == 200
            assert [secret for secret in PRIVATE if secret in answer.text] == []
    assert (await officer.get(file.path)).json()["phone"] == "138****1234"
    named = {each["role"]: each["name"] for each in (await officer.get(f"{file.path}/persons")).json()["items"]}
    assert named == {"food_handler": "演*", "safety_officer": "示安全员"}


async def test_who_says_why_sees_it_and_is_on_record(
    officer: httpx.AsyncClient, file: File, client_of: ClientOf
) -> None:
    answer = await officer.post(f"{file.path}/disclosures", json={"purpose": PURPOSE})
    assert answer.status_code == 200
    assert set(PRIVATE) <= {field["value"] for field in answer.json()["fields"]}
    auditor = await client_of(Unit.INSPECTION, Role.AUDITOR, regions=[HAISHU])
    looks = (await auditor.get("/v1/personal-data-disclosures", params={"target": file.path})).json()["items"]
    assert [(look["id"], look["purpose"]) for look in looks] == [(answer.json()["id"], PURPOSE)]
    assert looks[0]["fields"] == [field["pointer"] for field in answer.json()["fields"]]
    assert [secret for secret in PRIVATE if secret in str(looks)] == []
    written = (await auditor.get("/v1/audit/records", params={"target": f"{file.path}/disclosures"})).json()["items"]
    assert len(written) == 1, "the look is sealed with all other acts"


async def test_nobody_sees_it_without_the_right_or_without_a_reason(
    officer: httpx.AsyncClient, file: File, client_of: ClientOf
) -> None:
    async def status(caller: httpx.AsyncClient, body: dict[str, Any]) -> int:
        answer = await caller.post(f"{file.path}/disclosures", json=body)
        assert [secret for secret in PRIVATE if secret in answer.text] == []
        return answer.status_code

    for role in (Role.LEADER, Role.AUDITOR, Role.SAMPLER, Role.ADMINISTRATOR):
        assert await status(await client_of(Unit.INSPECTION, role, regions=[HAISHU]), {"purpose": PURPOSE}) == 403
    elsewhere = await client_of(Unit.INSPECTION, Role.INSPECTOR, regions=[NANHAI])
    assert await status(elsewhere, {"purpose": PURPOSE}) in (403, 404)
    for body in ({}, {"purpose": ""}, {"purpose": "    "}, {"purpose": "看看"}):
        assert await status(officer, body) == 422
    assert (await officer.get("/v1/personal-data-disclosures")).status_code == 403


async def test_what_was_read_masked_may_be_written_back(officer: httpx.AsyncClient, file: File) -> None:
    moved = business(phone="138****1234", address="演示路 9 号")
    assert (await officer.put(file.path, json=moved, headers=version(1))).status_code == 200
    left = WORKER | {"name": "演*", "phone": "139****5678", "valid_to": "2026-03-01"}
    shown = (await officer.get(f"{file.path}/persons", params={"role": "food_handler"})).json()["items"]
    left["certificate_number"] = shown[0]["certificate_number"]
    assert (await officer.put(file.persons[0], json=left, headers=version(1))).status_code == 200
    disclosed = (await officer.post(f"{file.path}/disclosures", json={"purpose": PURPOSE})).json()["fields"]
    assert set(PRIVATE) <= {field["value"] for field in disclosed}


async def test_a_masked_value_that_nobody_was_shown_is_refused(officer: httpx.AsyncClient, file: File) -> None:
    for path, body, pointer, seen in (
        (file.path, business(phone="138****9999"), "/phone", version(1)),
        (f"/v1/businesses/{uuid4()}", business(phone="138****1234", uscc=invented_uscc(3)), "/phone", {}),
        (file.persons[0], WORKER | {"name": "王*"}, "/name", version(1)),
        (file.persons[0], WORKER | {"phone": "139****0000"}, "/phone", version(1)),
    ):
        answer = await officer.put(path, json=body, headers=seen)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
