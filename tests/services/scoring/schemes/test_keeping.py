"""Schemes are drafted, checked, published and withdrawn; what was published never changes."""

from typing import Any

import httpx
import pytest

from shared.contracts.codes import Role, Unit
from tests.conftest import ClientOf
from tests.services.scoring.making import FUNDS, VETO, clause, scheme_of

DISTRICT = "330203000000"
LEAD: dict[str, Any] = {"lead": ["演示局"]}
GATES = {"gates": [{"kind": "veto"}]}
PATH = "/v1/scoring-schemes/demo/versions"


def document(points: str = "5", region: str | None = DISTRICT, **more: Any) -> dict[str, Any]:
    scheme = scheme_of(clause(FUNDS, points, **LEAD), VETO, verdict=GATES, **more)
    return scheme.model_dump(mode="json") | {"region_code": region}


async def office_of(client_of: ClientOf, *roles: Role, region: str = DISTRICT) -> httpx.AsyncClient:
    return await client_of(Unit.SCORING, *(roles or (Role.FOOD_SAFETY_OFFICE,)), regions=[region])


async def put(client: httpx.AsyncClient, body: dict[str, Any], number: int = 1, etag: str = "") -> httpx.Response:
    return await client.put(f"{PATH}/{number}", json=body, headers={"If-Match": etag} if etag else {})


async def step(client: httpx.AsyncClient, name: str, etag: str, number: int = 1, **body: Any) -> httpx.Response:
    return await client.post(f"{PATH}/{number}/{name}", json=body or None, headers={"If-Match": etag})


async def test_a_draft_is_published_and_never_changes_again(client_of: ClientOf) -> None:
    office = await office_of(client_of)
    draft = await put(office, document())
    assert draft.status_code == 201, draft.text
    again = await put(office, document("6"), etag=draft.headers["etag"])
    assert (again.status_code, again.json()["content"]["nodes"][0]["points"]) == (200, "6")
    published = await step(office, "publication", again.headers["etag"])
    assert published.json()["state"] == "published", published.text
    assert (await put(office, document("5"), etag=published.headers["etag"])).status_code == 409
    second = await put(office, document("7"), number=2)
    assert second.status_code == 201
    compared = await office.get(f"{PATH}/2/differences", params={"against": 1})
    assert [(one["code"], one["field"], one["before"], one["after"]) for one in compared.json()] == [
        ("1", "points", "6", "7")
    ]
    gone = await step(office, "withdrawal", published.headers["etag"], reason="演示")
    assert gone.json()["state"] == "withdrawn"


async def test_a_scheme_whose_own_test_fails_is_not_published(client_of: ClientOf) -> None:
    office = await office_of(client_of)
    wrong = {"name": "四万元", "input": {"values": {"x": "4"}}, "output": {"1.points": "2"}}
    draft = await put(office, document(tests=[wrong]))
    check = (await office.get(f"{PATH}/1/check")).json()
    assert check == {
        "publishable": False,
        "reasons": [{"pointer": "/tests/0", "message": "四万元：1.points 应为 2，算得 1.25"}],
    }
    refused = await step(office, "publication", draft.headers["etag"])
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/tests/0")


async def test_one_file_out_and_in_again(client_of: ClientOf) -> None:
    office = await office_of(client_of)
    draft = await put(office, document())
    file = await office.get(f"{PATH}/1/file")
    assert file.headers["content-type"].startswith("application/yaml")
    again = await office.put(
        f"{PATH}/1/file",
        content=file.content,
        headers={"If-Match": draft.headers["etag"], "Content-Type": "application/yaml"},
    )
    assert again.json()["sha256"] == draft.json()["sha256"]
    wrong = await office.put(
        f"{PATH}/1/file",
        content=file.content + b"typo: 1\n",
        headers={"If-Match": again.headers["etag"], "Content-Type": "application/yaml"},
    )
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/typo")


@pytest.mark.parametrize(
    ("file", "places"),
    [
        (b"- 1\n", {"": "应为对象"}),
        (b"format: shian-scheme/1\ncode: [x]\n", {"/code": "应为文字", "/nodes": "缺少这一项"}),
        (
            b"nodes: [{code: a, title: a, rule: {kind: expert, evidence_at_least: x}}]",
            {"/nodes/0/rule/evidence_at_least": "应为整数"},
        ),
    ],
)
async def test_what_a_file_has_wrong_is_told_in_chinese_at_its_place(
    client_of: ClientOf, file: bytes, places: dict[str, str]
) -> None:
    office = await office_of(client_of)
    answer = await office.put(f"{PATH}/1/file", content=file, headers={"Content-Type": "application/yaml"})
    told = {error["pointer"]: error["message"] for error in answer.json()["errors"]}
    assert answer.status_code == 422
    assert told | places == told


async def test_a_trial_says_what_of_another_years_input_it_has_no_use_for(client_of: ClientOf) -> None:
    office = await office_of(client_of)
    await put(office, document())
    given = {"on": "2026-11-01", "values": {"x": "12", "ok": True, "gone": "1"}, "marks": {"gone": {"points": "1"}}}
    tried = (await office.post(f"{PATH}/1/trial", json={"input": given})).json()
    assert tried["result"]["points"] == "5"
    assert [one["pointer"] for one in tried["strays"]] == ["/input/values/gone", "/input/marks/gone"]


async def test_last_years_rules_are_tried_on_this_year(client_of: ClientOf) -> None:
    office = await office_of(client_of)
    first = await put(office, document())
    await step(office, "publication", first.headers["etag"])
    await put(office, document("2.5"), number=2)
    body = {"input": {"on": "2026-11-01", "values": {"x": "12", "ok": True}}, "against": 1}
    tried = (await office.post(f"{PATH}/2/trial", json=body)).json()
    assert tried["type"] == "/problems/scoring-scheme-inconsistent", "bands above the clause's points cannot be tried"
    body = {"input": body["input"], "against": 1}
    tried = (await office.post(f"{PATH}/1/trial", json=body)).json()
    assert tried["result"]["points"] == tried["against"]["points"] == "5"


async def test_who_may_keep_what(client_of: ClientOf) -> None:
    office = await office_of(client_of)
    assert (await put(office, document(region=None))).status_code == 403
    assert (await put(office, document(region="440605000000"))).status_code == 403
    assert (await put(await office_of(client_of, Role.INSPECTOR), document())).status_code == 403
    administrator = await office_of(client_of, Role.ADMINISTRATOR, region="330200000000")
    general = await put(administrator, document(region=None))
    assert general.status_code == 201, general.text
    taken_over = await put(office, document(), etag=general.headers["etag"])
    assert taken_over.status_code == 403, "a general scheme does not become a district's"


async def test_the_shipped_ones_are_listed_as_examples(client_of: ClientOf) -> None:
    office = await office_of(client_of)
    listed = (await office.get("/v1/scoring-schemes", params={"limit": 100})).json()["items"]
    assert len(listed) >= 8
    assert {(one["official"], one["state"], one["origin"]) for one in listed} == {(False, "published", "seed")}
