"""The register of laboratories: who keeps it, what it refuses, and what a laboratory may test."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from services.sampling.laboratories.rules import Need, ScopeEntry, not_commissioned, out_of_scope, unaccredited
from shared.contracts.codes import Role, Unit
from tests.conftest import ClientOf
from tests.services.sampling.apart import laboratory_body
from tests.services.sampling.factories import HAISHU, NANHAI

FISH = Need(frozenset({"fish", "aquatic"}), frozenset({"孔雀石绿", "镉"}))


@pytest.mark.parametrize(
    ("scope", "missing"),
    [
        ([ScopeEntry(None, None)], None),
        ([ScopeEntry("aquatic", None)], None),
        ([ScopeEntry("fish", frozenset({"孔雀石绿"})), ScopeEntry("aquatic", frozenset({"镉"}))], None),
        ([ScopeEntry("fish", frozenset({"孔雀石绿"}))], "承检范围不含项目：镉"),
        ([ScopeEntry("meat", None)], "承检范围不含这类食品"),
        ([], "承检范围不含这类食品"),
    ],
)
def test_a_scope_takes_in_what_is_below_it_and_entries_add_up(scope: list[ScopeEntry], missing: str | None) -> None:
    assert out_of_scope(scope, FISH) == missing


def test_a_food_nobody_has_named_is_carried_only_by_a_scope_for_every_food() -> None:
    unknown = Need(frozenset(), frozenset())
    assert out_of_scope([ScopeEntry("aquatic", None)], unknown) == "承检范围不含这类食品"
    assert out_of_scope([ScopeEntry(None, frozenset({"镉"}))], unknown) is None


def test_accreditation_counts_on_its_first_and_its_last_day() -> None:
    first, last = date(2026, 1, 1), date(2026, 12, 31)
    assert unaccredited(first, last, active=True, on=first) is None
    assert unaccredited(first, last, active=True, on=last) is None
    assert "不含 2027-01-01" in str(unaccredited(first, last, active=True, on=date(2027, 1, 1)))
    assert unaccredited(first, last, active=False, on=first) == "名册中已停用"


def test_who_is_commissioned_by_a_district_works_in_its_streets() -> None:
    assert not_commissioned([HAISHU], {HAISHU, "330203009000"}) is None
    assert not_commissioned([NANHAI], {HAISHU, "330203009000"}) is not None


async def test_a_laboratory_is_entered_and_corrected_from_the_version_that_was_read(client_of: ClientOf) -> None:
    office = await client_of(Unit.SAMPLING, Role.FOOD_SAFETY_OFFICE, regions=[HAISHU])
    path = f"/v1/laboratories/{uuid4()}"
    entered = await office.put(path, json=laboratory_body())
    assert (entered.status_code, entered.headers["etag"]) == (200, '"1"')
    assert (await office.put(path, json=laboratory_body(active=False))).status_code == 428
    stale = await office.put(path, json=laboratory_body(active=False), headers={"If-Match": '"7"'})
    assert stale.status_code == 412
    corrected = await office.put(path, json=laboratory_body(active=False), headers={"If-Match": '"1"'})
    assert corrected.json()["active"] is False
    assert (await office.get(path)).json() == corrected.json()
    listed = (await office.get("/v1/laboratories", params={"active": False})).json()["items"]
    assert corrected.json() in listed


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"region_code": NANHAI}, 403),
        ({"cma_valid_to": "2023-12-31"}, 422),
        ({"serves": ["海曙区"]}, 422),
        ({"scope": [{"category_code": None, "items": None, "more": 1}]}, 422),
    ],
)
async def test_what_cannot_be_is_refused(client_of: ClientOf, change: dict[str, Any], status: int) -> None:
    office = await client_of(Unit.SAMPLING, Role.FOOD_SAFETY_OFFICE, regions=[HAISHU])
    path = f"/v1/laboratories/{uuid4()}"
    assert (await office.put(path, json=laboratory_body(**change))).status_code == status
    assert (await office.get(path)).status_code == 404
