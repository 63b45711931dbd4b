"""An attack: the examined side asks every route there is for where somebody comes unannounced."""

from typing import Any
from uuid import uuid4

import httpx
from fastapi.routing import APIRoute

from services.scoring.main import service
from shared.contracts.codes import Role, Unit
from tests.conftest import ClientOf, SessionOf
from tests.services.scoring.evaluations.running import DISTRICT, People, add, key, people_of, step
from tests.services.scoring.site_checks.making import FORMS, GOOD, VISITED, drawn, put, run_of, units

EXAMINED = {
    Role.FOOD_SAFETY_OFFICE: {"GET", "POST", "PUT", "DELETE"},
    Role.INSPECTOR: {"GET"},
    Role.ADMINISTRATOR: {"GET"},
}


def addresses(
    run: dict[str, Any], hidden: dict[str, Any], opened: dict[str, Any], scoring: str
) -> list[tuple[str, str]]:
    """Every route of the service, with everything put in its place that an attacker could know or guess."""
    known = {"evaluation_id": [run["id"]], "visit_id": [hidden["id"], opened["id"]], "scoring_id": [scoring]}
    known |= {"code": ["site-demo"], "scheme_code": ["site-demo"], "number": ["1"], "clause_code": ["C1", "A2"]}
    found = []
    for router in service.routers:
        for route in router.routes:
            assert isinstance(route, APIRoute)
            paths = [route.path]
            for name in route.param_convertors:
                values = known.get(name, [hidden["id"]])
                paths = [path.replace(f"{{{name}}}", value) for path in paths for value in values]
            found += [(method, path) for path in paths for method in route.methods or ()]
    return found


async def told(client: httpx.AsyncClient, method: str, path: str) -> str:
    body = {"content": GOOD["canteen"], "visited_at": VISITED} if method == "PUT" else None
    if method == "POST":
        body = {"forms": FORMS, "aggregate": {"how": "mean"}, "units": []}
    headers = key() | {"If-Match": '"1"'} if method != "GET" else {}
    answer = await client.request(method, path, json=body, headers=headers)
    return f"{method} {path} {answer.status_code} {answer.text} {dict(answer.headers)}"


async def test_no_route_tells_the_examined_where_somebody_comes_unannounced(
    client_of: ClientOf, session_of: SessionOf
) -> None:
    people: People = await people_of(client_of)
    run = await run_of(people)
    plan = await drawn(people, run, await units(await session_of(Unit.SCORING)))
    await step(people.district, run, "stage-closure")
    opened = next(visit for visit in plan["visits"] if visit["kind"] == "open")
    for visit in plan["visits"]:
        scoring = str(uuid4())
        assert (await put(people.expert, visit["id"], scoring, GOOD[visit["form"]])).status_code == 200
    hidden = [visit for visit in plan["visits"] if visit["kind"] == "hidden"]
    closure = f"/v1/evaluations/{run['id']}/site-plan/closure"
    assert (await people.city.post(closure, headers={"If-Match": '"1"'})).status_code == 200
    assert (await add(people.city, run, "scorings")).status_code == 201
    secrets = {one[name] for one in hidden for name in ("unit_code", "id")} | {plan["seed"]}
    for role, methods in EXAMINED.items():
        attacker = await client_of(Unit.SCORING, role, regions=[DISTRICT], actor_id=uuid4())
        for method, path in addresses(run, hidden[0], opened, scoring):
            if method not in methods:
                continue
            answer = (await told(attacker, method, path)).replace(path, "")
            leaked = {secret for secret in secrets if secret in answer}
            assert not leaked, f"{role}: {leaked} by {answer[:400]}"
        seen = (await attacker.get(f"/v1/evaluations/{run['id']}/site-plan")).json()
        assert {visit["kind"] for visit in seen["visits"]} == {"open"}
        assert (seen["complete"], seen["seed"], seen["frame"], seen["results"]) == (False, None, None, None)
        assert [(visit["scored"], visit["points"]) for visit in seen["visits"]] == [(None, None)] * 3
        assert "hidden" not in seen["towns"]
        at_hidden = await attacker.get(f"/v1/site-visits/{hidden[0]['id']}")
        at_nothing = await attacker.get(f"/v1/site-visits/{uuid4()}")
        assert at_hidden.status_code == at_nothing.status_code == 404
        assert at_hidden.json()["title"] == at_nothing.json()["title"], "that there is one is telling, too"
        assert (await attacker.get(f"/v1/site-visits/{opened['id']}")).json()["scorings"] == []


async def test_once_the_stage_is_over_the_examined_may_reckon_it_again(
    client_of: ClientOf, session_of: SessionOf
) -> None:
    people = await people_of(client_of)
    run = await run_of(people)
    await drawn(people, run, await units(await session_of(Unit.SCORING)))
    await step(people.district, run, "stage-closure")
    path = f"/v1/evaluations/{run['id']}/site-plan"
    assert (await people.district.get(f"{path}/verification")).status_code == 404
    assert (await step(people.city, run, "stage-closure")).status_code == 200
    seen = (await people.district.get(path)).json()
    assert (seen["complete"], len(seen["visits"])) == (True, 6)
    assert (await people.district.get(f"{path}/verification")).json()["agrees"] is True


async def test_an_expert_whom_the_examined_appointed_sees_and_scores_nothing_hidden(
    client_of: ClientOf, session_of: SessionOf
) -> None:
    people: People = await people_of(client_of)
    run = await run_of(people)
    plan = await drawn(people, run, await units(await session_of(Unit.SCORING)))
    own = await client_of(Unit.SCORING, Role.REVIEWER, regions=[run["region_code"]])
    seen = (await own.get(f"/v1/evaluations/{run['id']}/site-plan")).json()
    assert (seen["seed"], seen["frame"], seen["complete"]) == (None, None, False)
    for visit in plan["visits"]:
        status = (await own.get(f"/v1/site-visits/{visit['id']}")).status_code
        assert status == (404 if visit["kind"] == "hidden" else 200)
