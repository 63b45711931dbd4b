"""The persons on a sampling form are masked once it is done; who says why sees them, and corrections need not know."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from services.sampling.samples.form import SampleForm
from services.sampling.samples.personal_data import PRIVATE, masked_form, private_fields, restored_form
from shared.contracts.codes import Role, Unit
from shared.http.problems import InvalidRequest
from tests.conftest import ClientOf, SessionOf
from tests.services.sampling.factories import HAISHU
from tests.services.sampling.samples.factory import form_of, put, send_files, without_task
from tests.services.sampling.samples.test_taking import FIRST, SECOND, submit

PHONE, CONTACT = "13800001234", "演联系人"
PARTY = {"contact": CONTACT, "phone": PHONE}
PURPOSE = {"purpose": "（演示）电话核实进货票据"}


def filled() -> SampleForm:
    """A form in which every private place is said."""
    form: dict[str, Any] = {}
    for pointer in PRIVATE:
        block, *way, name = pointer[1:].split("/")
        where = form.setdefault(block, [{}] if way else {})
        (where[0] if way else where)[name] = f"演示的 1380000{len(name):04d}"
    return SampleForm.model_validate(form)


def test_every_private_place_exists_is_masked_disclosed_and_restored() -> None:
    form = filled()
    fields = private_fields(form)
    assert len(fields) == len(PRIVATE)
    shown = masked_form(form)
    assert [field.value for field in fields if field.value in str(shown.content())] == []
    assert restored_form(shown, form) == form
    with pytest.raises(InvalidRequest):
        restored_form(shown, SampleForm())


@pytest_asyncio.fixture
async def officer(client_of: ClientOf, session_of: SessionOf) -> httpx.AsyncClient:
    return await client_of(Unit.SAMPLING, Role.INSPECTOR, regions=[HAISHU])


async def test_a_draft_is_whole_for_who_writes_it_and_a_taken_sample_is_not(
    officer: httpx.AsyncClient, client_of: ClientOf
) -> None:
    await send_files(officer)
    form = without_task(form_of(FIRST, SECOND, sampled_party=PARTY))
    draft = (await put(officer, form)).json()
    assert draft["form"]["sampled_party"]["phone"] == PHONE
    sample = (await submit(officer, draft["id"])).json()
    path = f"/v1/samples/{sample['id']}"
    leader = await client_of(Unit.SAMPLING, Role.LEADER, regions=[HAISHU])
    for reader in (officer, leader):
        answer = await reader.get(path)
        assert PHONE not in answer.text
        assert CONTACT not in answer.text
    corrected = sample["form"] | {"goods": sample["form"]["goods"] | {"lot_code": "DEMO-2"}}
    body = {"reason": "（演示）批号漏写", "form": corrected}
    seen = {"If-Match": f'"{sample["version"]}"'}
    assert (await officer.post(f"{path}/corrections", json=body, headers=seen)).status_code == 200
    moved = corrected | {"sampled_party": corrected["sampled_party"] | {"phone": "13900005678"}}
    answer = await officer.post(
        f"{path}/corrections",
        json={"reason": "（演示）电话写错", "form": moved},
        headers={"If-Match": f'"{sample["version"] + 1}"'},
    )
    assert answer.status_code == 200, answer.text
    assert answer.json()["entries"][-1]["details"]["changes"] == [
        {"pointer": "/sampled_party/phone", "before": "138****1234", "after": "139****5678"}
    ]
    assert (await leader.post(f"{path}/disclosures", json=PURPOSE)).status_code == 403
    told = {
        field["pointer"]: field["value"]
        for field in (await officer.post(f"{path}/disclosures", json=PURPOSE)).json()["fields"]
    }
    assert told["/form/sampled_party/phone"] == "13900005678"
    assert told["/form/sampled_party/contact"] == CONTACT


async def test_a_laboratory_is_called_for_a_reason(client_of: ClientOf) -> None:
    keeper = await client_of(Unit.SAMPLING, Role.FOOD_SAFETY_OFFICE, regions=[HAISHU])
    path, body = (
        f"/v1/laboratories/{uuid4()}",
        {
            "name": "演示检验所（虚构）",
            "region_code": HAISHU,
            "cma_number": "演示-CMA-9",
            "cma_valid_from": "2024-01-01",
            "cma_valid_to": "2029-12-31",
            "scope": [],
            "serves": [HAISHU],
            "on_retest_roster": False,
            "contact_name": CONTACT,
            "contact_phone": PHONE,
        },
    )
    assert (await keeper.put(path, json=body)).json()["contact_phone"] == "138****1234"
    renamed = body | {"name": "演示检验中心（虚构）", "contact_name": "演*", "contact_phone": "138****1234"}
    assert (await keeper.put(path, json=renamed, headers={"If-Match": '"1"'})).status_code == 200
    seen = (await keeper.post(f"{path}/disclosures", json=PURPOSE)).json()["fields"]
    assert [field["value"] for field in seen] == [CONTACT, PHONE]
