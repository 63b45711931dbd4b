"""What a person sees when something is wrong: our page, what it means, what to do next."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI

from gateway.web.site import install_site
from shared.http.problems import (
    Conflict,
    Forbidden,
    NotFound,
    PreconditionFailed,
    Problem,
    TooManyRequests,
    Unavailable,
    install_problem_handlers,
)
from shared.http.request_id import RequestIdMiddleware

PROBLEMS: dict[str, type[Problem]] = {
    "403": Forbidden,
    "404": NotFound,
    "409": Conflict,
    "412": PreconditionFailed,
    "429": TooManyRequests,
    "503": Unavailable,
}


@pytest_asyncio.fixture
async def broken() -> AsyncIterator[httpx.AsyncClient]:
    """The frame of the site around pages that go wrong."""
    app = FastAPI()

    @app.get("/wrong/{status}")
    async def wrong(status: str, count: int = 0) -> None:
        if status in PROBLEMS:
            raise PROBLEMS[status]
        raise ZeroDivisionError(count)

    install_problem_handlers(app)
    install_site(app)
    app.add_middleware(RequestIdMiddleware)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://shian", headers={"accept": "text/html"}) as one:
        yield one


def buttons(page: httpx.Response) -> list[tuple[str, str]]:
    return re.findall(r'<a class="button" href="([^"]+)">([^<]+)</a>', page.text)


@pytest.mark.parametrize(
    ("status", "first"),
    [
        ("403", ("/", "回到首页")),
        ("404", ("/", "回到首页")),
        ("409", ("/wrong/409?count=1", "再试一次")),
        ("412", ("/wrong/412?count=1", "再试一次")),
        ("429", ("/wrong/429?count=1", "再试一次")),
        ("500", ("/wrong/500?count=1", "再试一次")),
        ("503", ("/wrong/503?count=1", "再试一次")),
    ],
)
async def test_every_problem_is_a_page_that_says_what_to_do_next(
    broken: httpx.AsyncClient, status: str, first: tuple[str, str]
) -> None:
    page = await broken.get(f"/wrong/{status}?count=1")
    assert page.status_code == int(status)
    assert page.headers["content-type"].startswith("text/html")
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert page.text.count("<h1>") == 1
    assert page.headers["x-request-id"] in page.text, "who calls for help can say which request it was"
    assert buttons(page)[0] == first


async def test_an_address_that_cannot_be_read_says_so_and_leads_to_the_page_without_it(
    broken: httpx.AsyncClient,
) -> None:
    page = await broken.get("/wrong/404?count=many")
    assert page.status_code == 422
    assert "<h1>这个地址里有读不懂的内容</h1>" in page.text
    assert buttons(page)[0] == ("/wrong/404", "不带条件再看")


async def test_an_address_nobody_has_says_where_to_look(broken: httpx.AsyncClient) -> None:
    page = await broken.get("/nowhere")
    assert page.status_code == 404
    assert "请从首页或查找进去" in page.text


async def test_a_program_gets_the_document_of_the_same_problem(broken: httpx.AsyncClient) -> None:
    answer = await broken.get("/wrong/500", headers={"accept": "application/json"})
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
