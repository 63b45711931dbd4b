"""A route on its way out says so in every answer and in the interface description, and not at the last moment."""

from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Annotated

import httpx
import pytest
from fastapi import FastAPI, Query, Response
from hypothesis import given
from hypothesis import strategies as st

from shared.http.auth import Anyone
from shared.http.openapi import describe
from shared.http.problems import Conflict, install_problem_handlers
from shared.http.retirement import NOTICE, Retired, Retirement
from shared.http.routing import Router

SINCE, UNTIL = date(2026, 11, 1), date(2027, 6, 1)
GOING = [Retired(since=SINCE, until=UNTIL, instead="/v1/things")]

router = Router(prefix="/v1")


@router.get("/old-things", dependencies=GOING)
async def list_old_things(_: Anyone, response: Response, count: Annotated[int, Query(ge=0)] = 1) -> dict[str, int]:
    """旧的列表"""
    if count == 0:
        raise Conflict("没有了")
    response.headers["Link"] = '</v1/old-things?page=2>; rel="next"'
    return {"count": count}


@router.get("/things")
async def list_things(_: Anyone) -> dict[str, int]:
    """新的列表"""
    return {"count": 1}


@pytest.fixture
def app() -> FastAPI:
    app = FastAPI()
    install_problem_handlers(app)
    app.include_router(router)
    describe(app)
    return app


@pytest.fixture
def client(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test")


@pytest.mark.parametrize(("query", "status"), [("", 200), ("?count=0", 409), ("?colour=red", 422)])
async def test_every_answer_says_since_when_until_when_and_what_instead(
    client: httpx.AsyncClient, query: str, status: int
) -> None:
    answer = await client.get(f"/v1/old-things{query}")
    assert answer.status_code == status
    assert answer.headers["deprecation"] == f"@{int(datetime(2026, 10, 31, 16, tzinfo=UTC).timestamp())}"
    assert parsedate_to_datetime(answer.headers["sunset"]) == datetime(2027, 5, 31, 16, tzinfo=UTC)
    assert answer.headers["sunset"] == "Mon, 31 May 2027 16:00:00 GMT"
    assert '</v1/things>; rel="successor-version"' in answer.headers["link"]
    assert 'rel="deprecation"' in answer.headers["link"]


async def test_its_own_links_stay_and_other_routes_say_nothing(client: httpx.AsyncClient) -> None:
    assert 'rel="next"' in (await client.get("/v1/old-things")).headers["link"]
    assert not {"deprecation", "sunset", "link"} & (await client.get("/v1/things")).headers.keys()


def test_the_interface_description_says_it_once(app: FastAPI) -> None:
    operation = app.openapi()["paths"]["/v1/old-things"]["get"]
    assert operation["deprecated"] is True
    assert operation["description"].count("自 2026-11-01 起不再建议使用，请改用 `/v1/things`") == 1
    assert set(operation["responses"]["200"]["headers"]) == {"Deprecation", "Sunset", "Link"}
    assert "deprecated" not in app.openapi()["paths"]["/v1/things"]["get"]


@given(days=st.integers(0, 400))
def test_nobody_is_given_less_than_half_a_year(days: int) -> None:
    until = SINCE + timedelta(days=days)
    if until - SINCE < NOTICE:
        with pytest.raises(ValueError, match="announced"):
            Retirement(SINCE, until)
    else:
        assert Retirement(SINCE, until).until == until
