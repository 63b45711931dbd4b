"""Whatever a caller sends is answered with a problem that names the place; nothing of it is a fault of ours."""

import base64
import json
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from shared.contracts.codes import Role, Unit
from shared.http.problems import install_problem_handlers
from shared.http.request_id import RequestIdMiddleware
from tests.conftest import ClientOf

HAISHU = "330203000000"
LOT = {"code": "DEMO-1", "product_name": "菠菜", "region_code": HAISHU}


def cursor(*values: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode()


@pytest.mark.parametrize(
    "forged",
    [
        "%%%",
        cursor(),
        cursor(1),
        cursor(1.5),
        cursor(True),
        cursor([]),
        cursor({}),
        cursor("\u0000"),
        cursor("\ud800"),
        cursor("x"),
        cursor(None),
        cursor("0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1b", "again"),
        base64.urlsafe_b64encode(b'"text"').decode(),
        base64.urlsafe_b64encode(b"[" * 50_000).decode()[:900],
    ],
)
async def test_a_forged_cursor_is_refused(client_of: ClientOf, forged: str) -> None:
    inspector = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU])
    answer = await inspector.get("/v1/lots", params={"cursor": forged})
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["pointer"] == "#query/cursor"


async def test_a_moment_beyond_the_calendar_in_a_cursor_is_refused(client_of: ClientOf) -> None:
    leader = await client_of(Unit.TRACEABILITY, Role.LEADER, regions=[HAISHU])
    beyond = cursor("9999-12-31T23:59:59-14:00", "0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1b")
    assert (await leader.get("/v1/clocks", params={"cursor": beyond})).status_code == 422


@pytest.mark.parametrize("text", ["a\u0000b", "\ud800"])
async def test_characters_that_no_text_can_hold_are_refused_with_their_place(client_of: ClientOf, text: str) -> None:
    inspector = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU])
    body = json.dumps(LOT | {"product_name": text})
    headers = {"Idempotency-Key": "0199f3a0-hostile", "Content-Type": "application/json"}
    answer = await inspector.post("/v1/lots", content=body, headers=headers)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/product_name"]


async def test_an_error_may_quote_what_utf8_cannot_carry(client_of: ClientOf) -> None:
    inspector = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU])
    answer = await inspector.get("/v1/lots", params={"code": "a\u0000b"})
    assert [error["pointer"] for error in answer.json()["errors"]] == ["#query/code"]


async def test_an_escaped_backslash_before_u0000_is_ordinary_text(client_of: ClientOf) -> None:
    inspector = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU])
    headers = {"Idempotency-Key": "0199f3a0-backslash", "Content-Type": "application/json"}
    answer = await inspector.post("/v1/lots", content=json.dumps(LOT | {"code": "A\\u0000"}), headers=headers)
    assert answer.status_code == 201, answer.text


@pytest.mark.parametrize("period", ["0001", "0001-01", "9999", "9999-12", "9999-Q4", "1948-12-31"])
async def test_periods_out_of_reach_are_refused(client_of: ClientOf, period: str) -> None:
    leader = await client_of(Unit.TRACEABILITY, Role.LEADER, regions=[HAISHU])
    answer = await leader.get("/v1/figures/values", params={"region": HAISHU, "period": period})
    assert answer.json()["errors"][0]["pointer"] == "#query/period"


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z"])
async def test_moments_out_of_reach_are_refused(client_of: ClientOf, moment: str) -> None:
    leader = await client_of(Unit.TRACEABILITY, Role.LEADER, regions=[HAISHU])
    parameters = {"region": HAISHU, "period": "2026-07", "as_of": moment}
    answer = await leader.get("/v1/figures/values", params=parameters)
    assert answer.json()["errors"][0]["pointer"] == "#query/as_of"


@pytest.mark.parametrize("value", ["1e999999", "NaN", "Infinity", "9" * 40])
async def test_numbers_that_are_none_are_refused(client_of: ClientOf, value: str) -> None:
    office = await client_of(Unit.TRACEABILITY, Role.FOOD_SAFETY_OFFICE, regions=[HAISHU])
    stated = {
        **{"code": "demo", "name": "示例", "region_code": HAISHU, "kind": "fact", "comparison": "="},
        **{"value": value, "unit": "家", "quote": "示例", "source": "虚构文件"},
    }
    answer = await office.post("/v1/registered-figures", json=stated, headers={"Idempotency-Key": "0199f3a0-number"})
    assert answer.json()["errors"][0]["pointer"] == "/value"


async def test_an_unforeseen_error_is_answered_and_does_not_leave_the_app() -> None:
    """What leaves the app makes the server close the connection, under the next request of somebody else."""
    app = FastAPI()
    install_problem_handlers(app)
    app.add_middleware(RequestIdMiddleware)

    @app.get("/broken")
    async def broken() -> None:
        raise RuntimeError("unforeseen")

    transport = httpx.ASGITransport(app, raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        answer = await client.get("/broken")
    assert answer.status_code == 500
    assert answer.json()["type"] == "/problems/internal-error"
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
