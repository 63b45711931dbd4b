"""Users: an administrator gives what lies in the own regions, and nothing to the own account."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from gateway.identity.users import rules
from gateway.identity.users.models import User
from shared.contracts.codes import Role
from tests.gateway.identity.conftest import HAISHU, NANHAI, NINGBO, Gateway

PROVINCE = "330000000000"


async def create(gateway: Gateway, administrator: User, **changes: Any) -> httpx.Response:
    body = {"login": "zhang.wei", "display_name": "演示·张", "roles": ["inspector"], "regions": [HAISHU]} | changes
    headers = gateway.bearer(administrator) | {"Idempotency-Key": uuid4().hex}
    return await gateway.http.post("/api/v1/users", json=body, headers=headers)


async def test_an_administrator_makes_a_user_who_chooses_a_password_and_signs_in(
    gateway: Gateway, administrator: User
) -> None:
    made = await create(gateway, administrator)
    assert made.status_code == 201, made.text
    assert made.headers["location"] == f"/api/v1/users/{made.json()['id']}"
    assert not {"password", "password_hash"} & made.json().keys()
    assert (await gateway.sign_in("zhang.wei", "")).status_code == 422
    assert (await gateway.sign_in("zhang.wei", "anything")).status_code == 401, "no password yet, so none fits"
    again = await create(gateway, administrator)
    assert (again.status_code, again.json()["errors"][0]["pointer"]) == (409, "/login")


@pytest.mark.parametrize("regions", [[NANHAI], [PROVINCE], [HAISHU, NANHAI]])
async def test_nobody_gives_regions_that_are_not_the_own(
    gateway: Gateway, administrator: User, regions: list[str]
) -> None:
    assert (await create(gateway, administrator, regions=regions)).status_code == 403
    user = await gateway.add_user()
    changed = await gateway.http.patch(
        f"/api/v1/users/{user.id}",
        json={"regions": regions},
        headers=gateway.bearer(administrator) | {"If-Match": '"1"'},
    )
    assert changed.status_code == 403


async def test_only_administrators_keep_accounts(gateway: Gateway) -> None:
    for role in set(Role) - {Role.ADMINISTRATOR}:
        user = await gateway.add_user(f"user-{role.value}", roles=(role,))
        for path in ("users", "organisations", "api-clients"):
            answer = await gateway.http.get(f"/api/v1/{path}", headers=gateway.bearer(user))
            assert answer.status_code == 403, (role, path)
        assert (await create(gateway, user)).status_code == 403, role


async def test_who_reaches_beyond_the_administrators_regions_is_not_hers(gateway: Gateway, administrator: User) -> None:
    wider = await gateway.add_user("wide.area", regions=(HAISHU, NANHAI))
    inner = await gateway.add_user("inner.area", regions=(HAISHU,))
    headers = gateway.bearer(administrator)
    assert (await gateway.http.get(f"/api/v1/users/{wider.id}", headers=headers)).status_code == 404
    listed = (await gateway.http.get("/api/v1/users?q=演示", headers=headers)).json()["items"]
    assert {user["login"] for user in listed} == {inner.login, administrator.login}


async def test_nobody_changes_the_own_rights(gateway: Gateway, administrator: User) -> None:
    headers = gateway.bearer(administrator) | {"If-Match": '"1"'}
    path = f"/api/v1/users/{administrator.id}"
    grants: list[dict[str, Any]] = [{"roles": ["leader"]}, {"regions": [NINGBO]}, {"status": "active"}]
    for change in grants:
        assert (await gateway.http.patch(path, json=change, headers=headers)).status_code == 403, change
    assert (await gateway.http.patch(path, json={"display_name": "演示·王"}, headers=headers)).status_code == 200


async def test_a_change_needs_the_version_it_was_made_from(gateway: Gateway, administrator: User) -> None:
    user = await gateway.add_user()
    path, headers = f"/api/v1/users/{user.id}", gateway.bearer(administrator)
    change = {"status": "disabled"}
    assert (await gateway.http.patch(path, json=change, headers=headers)).status_code == 428
    etag = (await gateway.http.get(path, headers=headers)).headers["etag"]
    done = await gateway.http.patch(path, json=change, headers=headers | {"If-Match": etag})
    assert (done.status_code, done.json()["status"]) == (200, "disabled")
    assert (await gateway.http.patch(path, json=change, headers=headers | {"If-Match": etag})).status_code == 412
    assert (await gateway.sign_in()).status_code == 401
    assert await gateway.audited("user_changed", user.id) == 1


async def test_what_may_not_be_emptied_is_not_emptied(gateway: Gateway, administrator: User) -> None:
    user = await gateway.add_user()
    headers = gateway.bearer(administrator) | {"If-Match": '"1"'}
    answer = await gateway.http.patch(f"/api/v1/users/{user.id}", json={"roles": None}, headers=headers)
    assert answer.status_code == 422


def test_roles_that_watch_each_other_are_not_one_person() -> None:
    business = uuid4()
    assert rules.faults_of_roles([Role.ADMINISTRATOR, Role.AUDITOR], None)
    assert rules.faults_of_roles([Role.BUSINESS, Role.INSPECTOR], business)
    assert rules.faults_of_roles([Role.BUSINESS], None)
    assert rules.faults_of_roles([Role.EXTERNAL_SYSTEM], None)
    assert not rules.faults_of_roles([Role.BUSINESS], business)
    assert not rules.faults_of_roles([Role.INSPECTOR, Role.CASE_HANDLER], None)


@pytest.mark.parametrize(
    "password", ["Ab1!", "alllowercase", "12345678901", "Aaaaaaaa1!", "Li.ming-2026x", "Password123!", "a" * 200]
)
def test_passwords_that_are_guessed_first_are_refused(password: str) -> None:
    assert rules.faults_of_password(password, "li.ming")


@pytest.mark.parametrize(
    "password", ["kTn4-p8Rd-Wm2x", "correct horse battery staple", "春江潮水连海平，海上明月共潮生。"]
)
def test_long_or_mixed_passwords_will_do(password: str) -> None:
    assert rules.faults_of_password(password, "li.ming") == []


async def test_organisations_are_kept_within_the_own_regions(gateway: Gateway, administrator: User) -> None:
    async def make(**changes: Any) -> httpx.Response:
        body = {"kind": "bureau", "name": "海曙区市场监督管理局（演示）", "region_code": "330203"} | changes
        headers = gateway.bearer(administrator) | {"Idempotency-Key": uuid4().hex}
        return await gateway.http.post("/api/v1/organisations", json=body, headers=headers)

    made = await make()
    assert (made.status_code, made.json()["region_code"]) == (201, HAISHU)
    assert (await make()).status_code == 409
    assert (await make(region_code=NANHAI)).status_code == 403
    foreign = await gateway.add_user("chen.jie", roles=(Role.ADMINISTRATOR,), regions=(NANHAI,))
    path = f"/api/v1/organisations/{made.json()['id']}"
    assert (await gateway.http.get(path, headers=gateway.bearer(foreign))).status_code == 404
    renamed = await gateway.http.patch(
        path, json={"name": "海曙区局（演示）"}, headers=gateway.bearer(administrator) | {"If-Match": '"1"'}
    )
    assert (renamed.status_code, renamed.headers["etag"]) == (200, '"2"')
    joined = await create(gateway, administrator, organisation_id=made.json()["id"])
    assert joined.json()["organisation_id"] == made.json()["id"]
