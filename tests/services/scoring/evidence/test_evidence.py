"""Evidence is whole or not there, and reviewed by another; 合理缺项 changes a score only when approved."""

import hashlib
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from services.scoring.evidence import service
from shared.contracts.codes import Role, Unit
from tests.conftest import ClientOf
from tests.services.scoring.evaluations.running import DISTRICT, People, add, begun, key, people_of, published, step

PDF = b"%PDF-1.7 demo"


@pytest_asyncio.fixture
async def people(client_of: ClientOf) -> People:
    found = await people_of(client_of)
    await published(found.city)
    return found


async def sent(
    client: httpx.AsyncClient,
    run: dict[str, Any],
    content: bytes = PDF,
    clause: str = "A1",
    digest: str = "",
    **wanted: str,
) -> httpx.Response:
    sha256 = digest or hashlib.sha256(content).hexdigest()
    path = f"/v1/evaluations/{run['id']}/clauses/{clause}/evidence/{sha256}"
    return await client.put(path, params={"name": "纪要（演示）.pdf"} | wanted, content=content)


async def reviewed(client: httpx.AsyncClient, run: dict[str, Any], file: dict[str, Any], **body: Any) -> httpx.Response:
    path = f"/v1/evaluations/{run['id']}/evidence/{file['id']}/review"
    return await client.post(path, json=body, headers={"If-Match": f'"{file["version"]}"'})


async def test_a_file_comes_back_as_it_was_sent_and_is_kept_once(people: People) -> None:
    run = await begun(people)
    first = (await sent(people.district, run, requirement="会议纪要")).json()
    again = (await sent(people.district, run, requirement="会议纪要")).json()
    assert (first["id"], first["state"], first["requirement"]) == (again["id"], "submitted", "会议纪要")
    content = await people.city.get(f"/v1/evaluations/{run['id']}/evidence/{first['id']}/content")
    assert content.content == PDF
    outside = await people.outsider.get(f"/v1/evaluations/{run['id']}/evidence/{first['id']}/content")
    assert outside.status_code == 404


async def test_what_is_refused_leaves_nothing(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    run = await begun(people)
    monkeypatch.setattr(service, "MAX_BYTES", 1000)
    wrong_hash = await sent(people.district, run, digest="0" * 64)
    no_kind = await sent(people.district, run, content=b"MZ\x90 a program")
    large = await sent(people.district, run, content=PDF + b"x" * 1000)
    no_clause = await sent(people.district, run, clause="Z9")
    no_requirement = await sent(people.district, run, requirement="没有要求的材料")
    answers = [wrong_hash, no_kind, large, no_clause, no_requirement]
    assert [one.status_code for one in answers] == [422, 422, 413, 422, 422]
    assert (await people.district.get(f"/v1/evaluations/{run['id']}/evidence")).json() == []


async def test_a_file_is_reviewed_once_by_another_and_returned_with_a_reason(people: People) -> None:
    run = await begun(people)
    file = (await sent(people.district, run)).json()
    assert (await reviewed(people.district, run, file, accepted=True)).status_code == 409
    assert (await reviewed(people.expert, run, file, accepted=False)).status_code == 409
    returned = await reviewed(people.expert, run, file, accepted=False, reason="缺签发页（演示）")
    assert (returned.json()["state"], returned.json()["review_reason"]) == ("returned", "缺签发页（演示）")
    assert (await reviewed(people.expert, run, returned.json(), accepted=True)).status_code == 409


async def test_after_the_self_assessment_the_examined_judge_nothing_of_their_own(
    people: People, client_of: ClientOf
) -> None:
    """A colleague of the submitter accepts nothing in the examiners' stages; an expert whom the examined appointed
    neither accepts nor submits anything, in any of them.
    """
    colleague = await client_of(Unit.SCORING, Role.FOOD_SAFETY_OFFICE, regions=[DISTRICT], actor_id=uuid4())
    own_expert = await client_of(Unit.SCORING, Role.REVIEWER, regions=[DISTRICT], actor_id=uuid4())
    run = await begun(people)
    early, late = (await sent(people.district, run)).json(), (await sent(people.district, run, PDF + b"2")).json()
    assert (await reviewed(own_expert, run, early, accepted=True)).status_code == 403
    assert (await sent(own_expert, run, PDF + b"3")).status_code == 403
    assert (await reviewed(colleague, run, early, accepted=True)).json()["state"] == "accepted"
    await step(people.district, run, "stage-closure")
    assert (await reviewed(colleague, run, late, accepted=True)).status_code == 403
    photo = (await sent(people.expert, run, b"\xff\xd8\xff hidden", name="暗访（演示）.jpg")).json()
    assert (await reviewed(colleague, run, photo, accepted=False, reason="演示")).status_code == 403
    assert (await reviewed(people.other_expert, run, late, accepted=True)).json()["state"] == "accepted"


async def test_only_accepted_evidence_counts_for_a_mark(people: People) -> None:
    run = await begun(people)
    file = (await sent(people.district, run)).json()
    await add(people.district, run, "statements", marks={"A1": {"points": "10"}})

    async def points() -> Any:
        scores = (await add(people.district, run, "scorings")).json()["result"]["scores"]
        return next(one["points"] for one in scores if one["code"] == "A1")

    assert await points() is None, "a mark without the evidence it needs is not known"
    await reviewed(people.expert, run, file, accepted=True)
    assert await points() == "10"


async def test_what_examiners_prove_is_theirs_until_their_stage_is_closed(people: People) -> None:
    run = await begun(people)
    await step(people.district, run, "stage-closure")
    photo = (await sent(people.expert, run, content=b"\xff\xd8\xff hidden visit", name="暗访（演示）.jpg")).json()
    path = f"/v1/evaluations/{run['id']}/evidence"

    async def seen(client: httpx.AsyncClient) -> tuple[int, int]:
        return len((await client.get(path)).json()), (await client.get(f"{path}/{photo['id']}/content")).status_code

    assert await seen(people.district) == (0, 404)
    assert await seen(people.other_expert) == (1, 200)
    await step(people.city, run, "stage-closure")
    assert await seen(people.district) == (1, 200)


async def test_a_clause_is_left_out_only_when_another_has_approved(people: People) -> None:
    run = await begun(people)
    path = f"/v1/evaluations/{run['id']}/inapplicability-claims"

    async def claimed(code: str) -> httpx.Response:
        body = {"clause_code": code, "reason": "辖区没有粮库（演示）"}
        return await people.district.post(path, json=body, headers=key())

    async def a3() -> tuple[Any, list[str]]:
        scores = (await add(people.district, run, "scorings")).json()["result"]["scores"]
        score = next(one for one in scores if one["code"] == "A3")
        return score["points"], score["steps"]

    assert (await claimed("A1")).status_code == 409, "the scheme does not allow it"
    claim = (await claimed("A3")).json()
    assert (claim["effect"], claim["state"]) == ("full_points", "pending")
    assert (await claimed("A3")).status_code == 409
    points, steps = await a3()
    assert points is None and any("还没有批准" in one for one in steps)

    async def decided(client: httpx.AsyncClient) -> httpx.Response:
        return await client.post(f"{path}/{claim['id']}/decision", json={"approved": True}, headers={"If-Match": '"1"'})

    assert (await decided(people.district)).status_code == 403
    assert (await decided(people.expert)).json()["state"] == "approved"
    assert (await a3())[0] == "10"
