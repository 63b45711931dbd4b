"""A draw and its visits: drawn once, scored from phones that lose the network, summed up into the site stage."""

from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from shared.contracts.codes import Unit
from tests.conftest import ClientOf, SessionOf
from tests.services.scoring.evaluations.running import DISTRICT, People, add, key, people_of, step
from tests.services.scoring.site_checks.making import FORMS, GOOD, drawn, put, run_of, units


@pytest_asyncio.fixture
async def people(client_of: ClientOf) -> People:
    return await people_of(client_of)


@pytest_asyncio.fixture
async def frame(session_of: SessionOf, people: People) -> list[dict[str, Any]]:
    return await units(await session_of(Unit.SCORING))


async def test_a_draw_is_made_once_from_every_street_and_agrees_with_itself(
    people: People, frame: list[dict[str, Any]]
) -> None:
    run = await run_of(people)
    plan = await drawn(people, run, frame)
    streets = {unit["town"] for unit in frame}
    assert len(plan["frame"]["towns"]) == len(streets)
    assert len(plan["towns"]["open"]) * 3 >= len(streets) * 2
    assert len(plan["towns"]["hidden"]) == 4
    assert [visit["kind"] for visit in plan["visits"]] == ["open"] * 3 + ["hidden"] * 3
    assert plan["short"] == []
    verified = await people.expert.get(f"/v1/evaluations/{run['id']}/site-plan/verification")
    assert verified.json()["agrees"] is True
    again = await add(people.city, run, "site-plan", forms=FORMS, aggregate={"how": "mean"}, units=frame)
    assert again.status_code == 409, "nobody draws until he likes it"


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"forms": [FORMS[1] | {"items": [FORMS[1]["items"][0] | {"clause": "Z9"}]}]}, "/forms/0/items/0/clause"),
        ({"units": [{"code": "x", "name": "演示", "town": "440605001000", "form": "canteen"}]}, "/units/0/town"),
        ({"units": [{"code": "x", "name": "演示", "town": DISTRICT, "form": "canteen"}]}, "/units/0/town"),
        ({"aggregate": {"how": "count"}}, "/aggregate"),
    ],
)
async def test_a_frame_that_does_not_fit_is_refused_at_its_place(
    people: People, frame: list[dict[str, Any]], change: dict[str, Any], pointer: str
) -> None:
    run = await run_of(people)
    body = {"forms": FORMS, "aggregate": {"how": "mean"}, "units": frame} | change
    refused = await add(people.city, run, "site-plan", **body)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"].startswith(pointer)
    assert (await people.city.get(f"/v1/evaluations/{run['id']}/site-plan")).status_code == 404


async def test_only_who_evaluates_draws_and_nobody_scores_himself(people: People, frame: list[dict[str, Any]]) -> None:
    run = await run_of(people)
    own = await add(people.district, run, "site-plan", forms=FORMS, aggregate={"how": "mean"}, units=frame)
    assert own.status_code == 403
    visit = (await drawn(people, run, frame))["visits"][0]
    assert (await put(people.district, visit["id"], str(uuid4()), GOOD[visit["form"]])).status_code == 403
    assert (await people.outsider.get(f"/v1/site-visits/{visit['id']}")).status_code == 404


async def test_what_a_phone_sends_again_is_one_result(people: People, frame: list[dict[str, Any]]) -> None:
    run = await run_of(people)
    visit, scoring = (await drawn(people, run, frame))["visits"][0], str(uuid4())
    content = GOOD[visit["form"]]
    for _ in range(2):
        answer = await put(people.expert, visit["id"], scoring, content)
        assert answer.status_code == 200, answer.text
    found = (await people.expert.get(f"/v1/site-visits/{visit['id']}")).json()
    assert (len(found["scorings"]), found["standing"]) == (1, scoring)


async def test_two_who_disagree_see_both_sides_and_one_puts_the_other_right(
    people: People, frame: list[dict[str, Any]]
) -> None:
    run = await run_of(people)
    visits = (await drawn(people, run, frame))["visits"]
    visit = next(one for one in visits if one["form"] == "school-gate")["id"]
    mine = GOOD["school-gate"]
    theirs = {"marks": mine["marks"] | {"2": {"findings": 5, "note": "演示"}}}
    first = (await put(people.expert, visit, str(uuid4()), mine)).json()
    assert (first["points"], first["maximum"]) == ("5", "6")
    refused = await put(people.other_expert, visit, str(uuid4()), theirs)
    told = refused.json()
    assert (refused.status_code, told["stored"]["id"]) == (409, first["id"])
    assert [error["pointer"] for error in told["errors"]] == ["/content/marks/2"]
    assert "平台上：发现 2 次；您填的：发现 5 次，演示" in told["errors"][0]["message"]
    put_right = await put(people.other_expert, visit, str(uuid4()), theirs, replaces=first["id"])
    assert put_right.status_code == 200
    stale = await put(people.expert, visit, str(uuid4()), mine, replaces=first["id"])
    assert stale.status_code == 409, "what it puts right does not count any more"
    found = (await people.expert.get(f"/v1/site-visits/{visit}")).json()
    assert (found["points"], len(found["scorings"])) == ("3.5", 2)
    assert (await put(people.expert, visit, first["id"], theirs)).status_code == 409, "a result never changes"


async def test_a_result_that_does_not_fit_the_form_is_refused_line_by_line(
    people: People, frame: list[dict[str, Any]]
) -> None:
    run = await run_of(people)
    visits = (await drawn(people, run, frame))["visits"]
    visit = next(one for one in visits if one["form"] == "school-gate")["id"]
    refused = await put(people.expert, visit, str(uuid4()), {"marks": {"1": {"met": True}, "3": {"deducted": "9"}}})
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/content/marks/2", "/content/marks/3"]
    for never in ("2096-01-01T00:00:00+08:00", "2001-01-01T00:00:00Z"):  # to come, or before the site was drawn
        refused = await put(people.expert, visit, str(uuid4()), GOOD["school-gate"], visited_at=never)
        assert refused.json()["errors"][0]["pointer"] == "/visited_at"


async def test_summed_up_the_sites_stand_beside_the_other_stages(people: People, frame: list[dict[str, Any]]) -> None:
    run = await run_of(people)
    plan = await drawn(people, run, frame)
    await add(people.district, run, "statements", marks={"A2": {"points": "10"}})
    path, tag = f"/v1/evaluations/{run['id']}/site-plan/closure", {"If-Match": '"1"'} | key()
    assert (await people.city.post(path, headers=tag)).status_code == 409, "the site stage is not open yet"
    assert (await step(people.district, run, "stage-closure")).status_code == 200
    for number, visit in enumerate(plan["visits"]):
        assert (await people.city.post(path, headers=tag)).status_code == 409, "a site has no result yet"
        shut = {"unreachable": "演示：已关门"} if number == 0 else GOOD[visit["form"]]
        assert (await put(people.expert, visit["id"], str(uuid4()), shut)).status_code == 200
    closed = await people.city.post(path, headers=tag)
    assert closed.status_code == 200, closed.text
    results = {one["clause"]: one for one in closed.json()["results"]["clauses"]}
    assert (results["C1"]["rate"], results["A2"]["rate"][:6]) == ("1", "0.8333")
    scored = await add(people.city, run, "scorings")
    scores = {one["code"]: one["points"] for one in scored.json()["result"]["scores"]}
    assert scores == {"C1": "10", "A2": "8.333333"}, "canteens all good; 5 of 6 points at the schools outweigh the 10"
    late = await put(people.expert, plan["visits"][0]["id"], str(uuid4()), GOOD["canteen"])
    assert late.status_code == 409


async def test_numbers_of_streets_are_dated_and_marked_as_unread(people: People) -> None:
    shipped = {row["kind"]: row for row in (await people.city.get("/v1/site-town-rules")).json()}
    assert not any(row["verified"] for row in shipped.values())
    body = {
        "kind": "hidden",
        "numerator": 1,
        "denominator": 2,
        "at_least": 1,
        "valid_from": "2026-01-01",
        "source": "本局方案（演示）",
        "verified": True,
    }
    stated = await people.city.post("/v1/site-town-rules", json=body, headers=key())
    assert stated.status_code == 201, stated.text
    wrong = await people.city.post("/v1/site-town-rules", json=body | {"numerator": 3}, headers=key())
    assert wrong.status_code == 422
