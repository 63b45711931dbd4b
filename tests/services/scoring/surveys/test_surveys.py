"""A survey from its opening to its result, with answers that come twice, too late or not fit to count."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from shared.contracts.codes import Role, Unit
from tests.conftest import ClientOf
from tests.services.scoring.evaluations.running import key
from tests.services.scoring.surveys.making import CONTENT

HAISHU, ELSEWHERE = "330203000000", "440605000000"
GOOD: dict[str, Any] = {
    "mode": "telephone",
    "stratum": "urban",
    "age": 42,
    "months_resident": 120,
    "seconds": 180,
    "answers": {"overall": "fairly", "known": "yes"},
}


@pytest_asyncio.fixture
async def office(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.SCORING, Role.FOOD_SAFETY_OFFICE, regions=[HAISHU])


async def opened(office: httpx.AsyncClient) -> str:
    body = {"title": "2026 年满意度调查（演示）", "region_code": HAISHU, "plan": CONTENT}
    answer = await office.post("/v1/surveys", json=body, headers=key())
    assert answer.status_code == 201, answer.text
    return answer.headers["Location"]


async def put(client: httpx.AsyncClient, path: str, **what: Any) -> httpx.Response:
    return await client.put(f"{path}/answers/{uuid4()}", json=GOOD | what)


async def test_a_survey_is_final_when_closed_with_full_quotas(office: httpx.AsyncClient) -> None:
    path = await opened(office)
    for _ in range(7):
        assert (await put(office, path)).json()["screened_out"] is None
    early = (await office.get(f"{path}/result")).json()
    assert early["short_of_quota"] == {"rural": 3}
    assert [measure["reached"] for measure in early["measures"]] == [None, None], "a quota is not full"
    for answers in ({"overall": "little", "known": "no"}, {"overall": "unsure", "known": "yes"}):
        await put(office, path, stratum="rural", mode="paper", answers=answers)
    await put(office, path, stratum="rural", mode="web")
    hasty = await put(office, path, seconds=3)
    assert "用时 3 秒" in hasty.json()["screened_out"]
    closed = await office.post(f"{path}/closing", headers={"If-Match": '"1"'})
    assert closed.status_code == 200
    found = (await office.get(f"{path}/result")).json()
    assert (found["final"], found["counted"], found["short_of_quota"]) == (True, 10, {})
    assert found["by_mode"] == {"telephone": 7, "paper": 2, "web": 1}
    assert list(found["screened_out"].values()) == [1]
    satisfaction, awareness = found["measures"]
    assert (satisfaction["low"], satisfaction["reached"], satisfaction["answered"]) == ("0.85", True, 9)
    assert (awareness["low"], awareness["line"], awareness["reached"]) == ("0.9", "0.75", True)
    assert awareness["mean"] is None


async def test_an_answer_sent_again_is_one_and_is_never_changed(office: httpx.AsyncClient) -> None:
    path, one = await opened(office), uuid4()
    for _ in range(2):
        assert (await office.put(f"{path}/answers/{one}", json=GOOD)).status_code == 200
    assert (await office.put(f"{path}/answers/{one}", json=GOOD | {"age": 43})).status_code == 409
    assert (await office.put(f"{await opened(office)}/answers/{one}", json=GOOD)).status_code == 409
    await office.post(f"{path}/closing", headers={"If-Match": '"1"'})
    assert (await office.put(f"{path}/answers/{one}", json=GOOD)).status_code == 200, "it was there in time"
    assert (await put(office, path)).status_code == 409
    assert (await office.get(f"{path}/result")).json()["counted"] == 1


@pytest.mark.parametrize(
    ("what", "pointer"),
    [
        ({"stratum": "moon"}, "/stratum"),
        ({"answers": {"overall": "nonsense"}}, "/answers/overall"),
        ({"answers": {"nonsense": "very"}}, "/answers/nonsense"),
    ],
)
async def test_what_the_plan_does_not_have_is_refused_at_its_place(
    office: httpx.AsyncClient, what: dict[str, Any], pointer: str
) -> None:
    path = await opened(office)
    answer = await put(office, path, **what)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"].endswith(pointer)
    assert (await office.get(f"{path}/result")).json()["counted"] == 0


async def test_other_regions_do_not_learn_of_a_survey(office: httpx.AsyncClient, client_of: ClientOf) -> None:
    path = await opened(office)
    away = await client_of(Unit.SCORING, Role.FOOD_SAFETY_OFFICE, regions=[ELSEWHERE])
    assert (await away.get(path)).status_code == 404
    assert (await away.get(f"{path}/result")).status_code == 404
    assert (await put(away, path)).status_code == 404
    lines = (await away.get("/v1/survey-lines")).json()
    assert {line["measure"]: line["at_least"] for line in lines} == {
        "satisfaction": "0.70",
        "awareness": "0.75",
        "support": "0.85",
    }
    assert not any(line["verified"] for line in lines)
