"""Acting for somebody: for a time, in that person's roles and regions and no others, and never unseen."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from gateway.identity.deputations.rules import LONGEST, faults_of
from gateway.identity.users.models import User
from shared import times
from shared.contracts.codes import Role
from tests.gateway.identity.conftest import HAISHU, NANHAI, NINGBO, PASSWORD, Gateway

FORM_TOKEN = "t" * 43
NOW = times.now()
GULIN = "330203102000"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"wanted": [Role.LEADER]}, "没有这些角色"),
        ({"wanted": [Role.ADMINISTRATOR], "principal": [Role.ADMINISTRATOR]}, "不能由人代理"),
        ({"deputy": [Role.AUDITOR]}, "不能做代理人"),
        ({"deputy": [Role.BUSINESS]}, "不能做代理人"),
        ({"valid_from": NOW + timedelta(days=9)}, "应早于"),
        ({"valid_until": NOW + LONGEST + timedelta(days=1)}, "最长"),
        ({"valid_from": NOW - timedelta(days=9), "valid_until": NOW - timedelta(days=1)}, "已经过去"),
    ],
)
def test_only_what_the_principal_has_is_handed_on_and_not_for_ever(change: dict[str, Any], said: str) -> None:
    sound: dict[str, Any] = {
        "wanted": [Role.INSPECTOR],
        "principal": [Role.INSPECTOR],
        "deputy": [Role.SAMPLER],
        "valid_from": NOW,
        "valid_until": NOW + timedelta(days=7),
        "now": NOW,
    }
    assert faults_of(**sound) == []
    (fault,) = faults_of(**sound | change)
    assert said in fault


def wanted(deputy: User, *, start: datetime | None = None, days: float = 7, **more: Any) -> dict[str, Any]:
    begin = start or times.now() - timedelta(minutes=1)
    body = {
        "deputy_id": str(deputy.id),
        "roles": ["leader"],
        "valid_from": begin.isoformat(),
        "valid_until": (begin + timedelta(days=days)).isoformat(),
        "reason": "演示：外出培训",
    }
    return body | more


async def give(gateway: Gateway, actor: User, principal: User, body: dict[str, Any]) -> httpx.Response:
    headers = gateway.bearer(actor) | {"Idempotency-Key": uuid4().hex}
    return await gateway.http.post(f"/api/v1/users/{principal.id}/deputations", json=body, headers=headers)


class Page:
    """The deputy's browser."""

    def __init__(self, gateway: Gateway) -> None:
        self.http = httpx.AsyncClient(
            transport=httpx.ASGITransport(gateway.app, client=("192.0.2.10", 40000)),
            base_url="http://test",
            headers={"sec-fetch-site": "same-origin", "accept": "text/html"},
            cookies={"shian_form": FORM_TOKEN},
        )

    async def post(self, path: str, **fields: str) -> httpx.Response:
        return await self.http.post(path, data={"form_token": FORM_TOKEN, **fields})

    async def log_in(self, login: str) -> None:
        answer = await self.post("/login", login=login, password=PASSWORD, next="/account")
        assert answer.status_code == 303, answer.text

    async def may_see_boards(self) -> bool:
        return (await self.http.get("/regions")).status_code != 403


@pytest.fixture
async def people(gateway: Gateway, administrator: User) -> tuple[User, User, User]:
    """An administrator of the city, a leader of one district, and a sampler of one of its towns."""
    principal = await gateway.add_user("chen.jie", roles=(Role.LEADER, Role.INSPECTOR), regions=(HAISHU,))
    deputy = await gateway.add_user("li.ming", roles=(Role.SAMPLER,), regions=(GULIN,))
    return administrator, principal, deputy


async def test_a_deputy_has_the_handed_role_in_the_principals_regions_and_nothing_else(
    gateway: Gateway, people: tuple[User, User, User]
) -> None:
    administrator, principal, deputy = people
    given = await give(gateway, administrator, principal, wanted(deputy))
    assert given.status_code == 201, given.text
    page = Page(gateway)
    await page.log_in("li.ming")
    assert not await page.may_see_boards(), "leave to act is not acting"
    offered = await page.http.get("/account")
    assert principal.display_name in offered.text
    begun = await page.post(f"/account/deputations/{given.json()['id']}/begin")
    assert begun.headers["location"] == "/"
    assert await page.may_see_boards()
    assert f"{deputy.display_name}（代{principal.display_name}）" in (await page.http.get("/account")).text
    assert (await page.http.get("/rapid-tests")).status_code == 403, "what the deputy may do as himself rests meanwhile"
    await page.post("/account/deputations/end")
    assert not await page.may_see_boards()
    assert await gateway.audited("deputation_given", principal.id) == 1
    assert await gateway.audited("acting_begun", deputy.id) == 1
    assert await gateway.audited("acting_ended", deputy.id) == 1


async def revoked(gateway: Gateway, administrator: User, deputation: UUID) -> None:
    path = f"/api/v1/deputations/{deputation}/revocation"
    assert (await gateway.http.post(path, headers=gateway.bearer(administrator))).status_code == 204


async def expired(gateway: Gateway, administrator: User, deputation: UUID) -> None:
    await gateway.execute("UPDATE deputations SET valid_until = now() - interval '1 second'")


async def principal_disabled(gateway: Gateway, administrator: User, deputation: UUID) -> None:
    await gateway.execute("UPDATE users SET status = 'disabled' WHERE login = 'chen.jie'")


async def principal_without_role(gateway: Gateway, administrator: User, deputation: UUID) -> None:
    await gateway.execute("UPDATE users SET roles = '{inspector}' WHERE login = 'chen.jie'")


@pytest.mark.parametrize("ended", [revoked, expired, principal_disabled, principal_without_role])
async def test_acting_ends_with_the_next_page_once_its_ground_is_gone(
    gateway: Gateway, people: tuple[User, User, User], ended: Callable[..., Any]
) -> None:
    administrator, principal, deputy = people
    deputation = (await give(gateway, administrator, principal, wanted(deputy))).json()["id"]
    page = Page(gateway)
    await page.log_in("li.ming")
    await page.post(f"/account/deputations/{deputation}/begin")
    assert await page.may_see_boards()
    await ended(gateway, administrator, deputation)
    assert not await page.may_see_boards()
    again = await page.post(f"/account/deputations/{deputation}/begin")
    assert again.status_code == 404
    assert (await page.http.get("/account")).status_code == 200


async def test_somebody_elses_deputation_or_one_that_has_not_begun_opens_nothing(
    gateway: Gateway, people: tuple[User, User, User]
) -> None:
    administrator, principal, deputy = people
    later = wanted(deputy, start=times.now() + timedelta(days=1))
    not_begun = (await give(gateway, administrator, principal, later)).json()["id"]
    now = (await give(gateway, administrator, principal, wanted(deputy))).json()["id"]
    await gateway.add_user("somebody.else", roles=(Role.SAMPLER,), regions=(GULIN,))
    own, other = Page(gateway), Page(gateway)
    await own.log_in("li.ming")
    await other.log_in("somebody.else")
    assert (await own.post(f"/account/deputations/{not_begun}/begin")).status_code == 404
    assert (await other.post(f"/account/deputations/{now}/begin")).status_code == 404
    assert not await other.may_see_boards()


async def test_deputations_are_given_by_an_administrator_of_both_who_is_neither(
    gateway: Gateway, people: tuple[User, User, User]
) -> None:
    administrator, principal, deputy = people
    far = await gateway.add_user("far.away", roles=(Role.SAMPLER,), regions=(NANHAI,))
    own = await gateway.add_user("both.hats", roles=(Role.ADMINISTRATOR, Role.LEADER), regions=(NINGBO,))
    assert (await give(gateway, principal, principal, wanted(deputy))).status_code == 403
    assert (await give(gateway, administrator, principal, wanted(far))).status_code == 404
    assert (await give(gateway, own, own, wanted(deputy))).status_code == 403
    refused = await give(gateway, administrator, principal, wanted(deputy, roles=["case_handler"]))
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "deputation")
    assert (await give(gateway, administrator, principal, wanted(principal))).status_code == 422
    listed = await gateway.http.get(f"/api/v1/users/{principal.id}/deputations", headers=gateway.bearer(administrator))
    assert listed.json()["items"] == []
