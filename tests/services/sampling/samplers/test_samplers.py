"""The register of samplers: who may be sent where on which day."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from services.sampling.samplers.rules import Leave, unavailable
from shared.contracts.codes import Role, Unit
from tests.conftest import ClientOf
from tests.services.sampling.apart import sampler_body
from tests.services.sampling.factories import HAISHU, NANHAI, STREET

DAY = date(2026, 7, 24)


def why_not(**change: Any) -> str | None:
    facts: dict[str, Any] = {
        "active": True,
        "valid_from": date(2026, 1, 1),
        "valid_to": date(2026, 12, 31),
        "region_code": HAISHU,
        "leaves": [Leave(date(2026, 8, 3), date(2026, 8, 7))],
        "region_path": {HAISHU, STREET},
        "on": DAY,
    }
    return unavailable(**facts | change)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({}, None),
        ({"region_code": STREET}, None),
        ({"region_code": NANHAI}, "不在其抽样区域内"),
        ({"active": False}, "名册中已停用"),
        ({"on": date(2026, 8, 2)}, None),
        ({"on": date(2026, 8, 3)}, "2026-08-03 至 2026-08-07 请假"),
        ({"on": date(2026, 8, 7)}, "2026-08-03 至 2026-08-07 请假"),
        ({"on": date(2026, 8, 8)}, None),
        ({"on": date(2026, 12, 31)}, None),
        ({"on": date(2027, 1, 1)}, "资格有效期 2026-01-01 至 2026-12-31，不含 2027-01-01"),
    ],
)
def test_a_sampler_is_sent_where_and_when_he_may(change: dict[str, Any], reason: str | None) -> None:
    assert why_not(**change) == reason


async def test_a_sampler_is_entered_and_his_leave_added(client_of: ClientOf) -> None:
    office = await client_of(Unit.SAMPLING, Role.FOOD_SAFETY_OFFICE, regions=[HAISHU])
    path = f"/v1/samplers/{uuid4()}"
    assert (await office.put(path, json=sampler_body())).status_code == 200
    leave = {"first_day": "2026-08-03", "last_day": "2026-08-07"}
    assert (await office.put(path, json=sampler_body(leaves=[leave]))).status_code == 428
    changed = await office.put(path, json=sampler_body(leaves=[leave]), headers={"If-Match": '"1"'})
    assert changed.json()["leaves"] == [leave]
    assert (await office.get(path)).json() == changed.json()


async def test_samplers_of_other_regions_are_neither_seen_nor_kept(client_of: ClientOf) -> None:
    office = await client_of(Unit.SAMPLING, Role.FOOD_SAFETY_OFFICE, regions=[HAISHU])
    elsewhere = await client_of(Unit.SAMPLING, Role.FOOD_SAFETY_OFFICE, regions=[NANHAI])
    path = f"/v1/samplers/{uuid4()}"
    await office.put(path, json=sampler_body())
    assert (await elsewhere.get(path)).status_code == 404
    taken_over = await elsewhere.put(path, json=sampler_body(region_code=NANHAI), headers={"If-Match": '"1"'})
    assert taken_over.status_code == 403
    backwards = sampler_body(leaves=[{"first_day": "2026-08-07", "last_day": "2026-08-03"}])
    assert (await office.put(f"/v1/samplers/{uuid4()}", json=backwards)).status_code == 422
