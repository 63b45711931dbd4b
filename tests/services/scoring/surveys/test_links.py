"""A questionnaire that anybody with its address fills in: once, in time, not too quickly, no more than wanted."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio

from shared.contracts.codes import Unit
from shared.ids import uuid7
from shared.times import now
from tests.conftest import ClientOf
from tests.services.scoring.evaluations.running import key
from tests.services.scoring.surveys.test_surveys import office, opened

__all__ = ["office"]

ANSWERS = {"overall": "fairly", "known": "yes"}
FILLED: dict[str, Any] = {"stratum": "urban", "age": 42, "months_resident": 120, "answers": ANSWERS}


@pytest_asyncio.fixture
async def anybody(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.SCORING)


async def linked(office: httpx.AsyncClient, path: str, **what: Any) -> str:
    body = {"stratum": None, "most_answers": 3, "closes_at": "2096-12-31T18:00:00+08:00"} | what
    answer = await office.post(f"{path}/links", json=body, headers=key())
    assert answer.status_code == 201, answer.text
    return str(answer.json()["token"])


def opened_before(**span: int) -> UUID:
    """The id of a page that was opened so long ago."""
    return uuid7(now() - timedelta(**span))


async def put(anybody: httpx.AsyncClient, token: str, answer: UUID, **what: Any) -> httpx.Response:
    return await anybody.put(f"/v1/public-surveys/{token}/answers/{answer}", json=FILLED | what)


async def test_whoever_has_the_address_answers_without_an_account(
    office: httpx.AsyncClient, anybody: httpx.AsyncClient
) -> None:
    path = await opened(office)
    token = await linked(office, path)
    form = (await anybody.get(f"/v1/public-surveys/{token}")).json()
    assert [one["code"] for one in form["strata"]] == ["urban", "rural"]
    assert "counts" not in str(form), "how answers count is nobody's who answers"
    answer = opened_before(minutes=3)
    for _ in range(2):
        kept = await put(anybody, token, answer)
        assert kept.json() == {"id": str(answer)}, kept.text
    assert (await put(anybody, token, answer, age=43)).status_code == 409
    found = (await office.get(f"{path}/result")).json()
    assert (found["counted"], found["by_mode"]) == (1, {"web": 1})
    assert [(link["answers"], "token" in link) for link in (await office.get(f"{path}/links")).json()] == [(1, False)]


@pytest.mark.parametrize(
    ("seconds", "answers", "why"),
    [(5, ANSWERS, "用时"), (-60, ANSWERS, "用时 0 秒"), (600, {"overall": "fairly"}, "没有答完")],
)
async def test_who_is_too_quick_or_leaves_questions_out_is_kept_and_not_counted(
    office: httpx.AsyncClient, anybody: httpx.AsyncClient, seconds: int, answers: dict[str, str], why: str
) -> None:
    path = await opened(office)
    token = await linked(office, path)
    kept = await put(anybody, token, opened_before(seconds=seconds), answers=answers)
    assert kept.status_code == 200
    assert "screened" not in kept.text, "nobody learns how to make it count"
    found = (await office.get(f"{path}/result")).json()
    assert (found["counted"], len(found["screened_out"])) == (0, 1)
    assert why in next(iter(found["screened_out"]))


async def test_a_link_takes_no_more_than_wanted_and_only_in_time(
    office: httpx.AsyncClient, anybody: httpx.AsyncClient
) -> None:
    path = await opened(office)
    token = await linked(office, path, most_answers=1, stratum="rural")
    first = opened_before(minutes=2)
    assert (await anybody.get(f"/v1/public-surveys/{token}")).json()["strata"] == []
    assert (await put(anybody, token, first, stratum=None)).status_code == 200
    assert (await put(anybody, token, opened_before(minutes=2))).status_code == 409
    assert (await put(anybody, token, first, stratum="urban")).status_code == 200, "the link says which stratum"
    past = {"most_answers": 1, "closes_at": "2020-01-01T00:00:00+08:00"}
    assert (await office.post(f"{path}/links", json=past, headers=key())).status_code == 422
    assert (await office.post(f"{path}/closing", headers={"If-Match": '"1"'})).status_code == 200
    assert (await anybody.get(f"/v1/public-surveys/{token}")).status_code == 404
    assert (await put(anybody, token, first)).status_code == 404


async def test_a_guessed_address_and_a_missing_stratum_are_refused(
    office: httpx.AsyncClient, anybody: httpx.AsyncClient
) -> None:
    token = await linked(office, await opened(office))
    assert (await anybody.get("/v1/public-surveys/guessed")).status_code == 404
    refused = await put(anybody, token, opened_before(minutes=2), stratum=None)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/stratum")
    other = await put(anybody, token, opened_before(minutes=2), answers={"overall": "nonsense"})
    assert other.json()["errors"][0]["pointer"].endswith("/answers/overall")
