"""A list asked for a period that ends before it begins is refused, by days and by moments; any other passes."""

from datetime import UTC, date, datetime

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AwareDatetime

from shared.http.auth import Anyone
from shared.http.periods import refuse_reversed
from shared.http.problems import InvalidRequest, install_problem_handlers
from shared.http.routing import Router

router = Router(prefix="/v1")


@router.get("/days")
async def list_days(_: Anyone, since: date | None = None, until: date | None = None) -> list[date | None]:
    """按日"""
    return [since, until]


@router.get("/moments")
async def list_moments(_: Anyone, since: AwareDatetime, until: AwareDatetime) -> list[datetime]:
    """按时刻"""
    return [since, until]


async def asked(path: str, **query: str) -> httpx.Response:
    app = FastAPI()
    app.include_router(router)
    install_problem_handlers(app)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as caller:
        return await caller.get(f"/v1/{path}", params=query)


@pytest.mark.parametrize(
    ("path", "since", "until"),
    [
        ("days", "2026-07-24", "2026-07-23"),
        ("moments", "2026-07-24T00:00:00+08:00", "2026-07-23T15:59:59Z"),
    ],
)
async def test_what_ends_before_it_begins_is_refused_at_its_end(path: str, since: str, until: str) -> None:
    refused = await asked(path, since=since, until=until)
    assert refused.status_code == 422
    [error] = refused.json()["errors"]
    assert (error["pointer"], error["code"]) == ("#query/until", "ends_before")
    assert since in error["message"]


async def test_one_day_one_bound_and_one_moment_told_in_two_zones_are_periods() -> None:
    assert (await asked("days", since="2026-07-24", until="2026-07-24")).status_code == 200
    assert (await asked("days", since="2026-07-24")).status_code == 200
    same = await asked("moments", since="2026-07-24T00:00:00+08:00", until="2026-07-23T16:00:00Z")
    assert same.status_code == 200


async def test_what_is_no_day_is_told_as_such() -> None:
    refused = await asked("days", since="昨天", until="2026-07-24")
    assert [error["pointer"] for error in refused.json()["errors"]] == ["#query/since"]


@given(st.datetimes(timezones=st.just(UTC)), st.datetimes(timezones=st.just(UTC)))
def test_of_two_different_moments_just_one_order_is_a_period(one: datetime, other: datetime) -> None:
    def stands(since: datetime, until: datetime) -> bool:
        try:
            refuse_reversed({"since": since.isoformat(), "until": until.isoformat()})
        except InvalidRequest:
            return False
        return True

    assert stands(min(one, other), max(one, other))
    assert stands(max(one, other), min(one, other)) == (one == other)
