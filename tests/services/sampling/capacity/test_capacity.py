"""Laboratory equipment against its list, and meetings with minutes: counted from what was stated, never overwritten."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest
import pytest_asyncio
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.capacity.rules import sets_in_place
from services.sampling.figures.capacity import EQUIPMENT_RATE, FIGURES, MEETINGS
from shared.contracts.codes import Role, Unit
from shared.contracts.figures import FigureState, FigureValue, Period, PeriodKind
from shared.figures import repository, service
from shared.http.auth import Actor
from shared.ids import uuid7
from shared.times import day_of, now
from tests.conftest import ClientOf, SessionOf
from tests.services.sampling.factories import HAISHU, NANHAI, STREET, key

TODAY = day_of(now())
RISK_MEETINGS, CONFERENCES = MEETINGS.values()
Read = Callable[[str, Period], Awaitable[FigureValue]]


@pytest_asyncio.fixture
async def session(session_of: SessionOf) -> AsyncSession:
    return await session_of(Unit.SAMPLING)


@pytest_asyncio.fixture
async def office(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.SAMPLING, Role.FOOD_SAFETY_OFFICE, regions=[HAISHU])


@pytest_asyncio.fixture
async def read(session: AsyncSession) -> Read:
    """A figure of 海曙区 in a period; fed, folded and recomputed from the rows must be one."""
    leader = Actor(uuid7(), "测试", "user", frozenset({Role.LEADER}), (HAISHU,), None, None, frozenset())

    async def figure(code: str, period: Period) -> FigureValue:
        proof = await repository.counts_from_rows(session, FIGURES, [HAISHU, STREET], period)
        for _ in range(2):
            fed = await repository.current_counts(session, FIGURES, [HAISHU, STREET], period)
            assert {pair: sums for pair, sums in fed.items() if any(sums)} == {
                pair: sums for pair, sums in proof.items() if any(sums)
            }
            await service.fold(session)
        sheet = await service.read_sheet(session, leader, FIGURES, HAISHU, period, children=False, as_of=None)
        return next(value for value in sheet.region.figures if value.code == code)

    return figure


def counts(figure: FigureValue) -> list[Decimal | int | None]:
    return [figure.numerator, figure.denominator]


def year(day: date = TODAY) -> Period:
    return Period.containing(day, PeriodKind.YEAR)


def item(name: str, required: int, owned: int | None, **change: Any) -> dict[str, Any]:
    return {
        "region_code": STREET,
        "laboratory_name": "演示区检验检测中心（虚构）",
        "item_name": name,
        "list_name": "风险监测设备",
        "day": str(TODAY),
        "required": required,
        "owned": owned,
        "basis": "演示清单〔2026〕1号",
    } | change


async def listed(office: httpx.AsyncClient, *items: dict[str, Any]) -> list[dict[str, Any]]:
    answers = [await office.post("/v1/laboratory-equipment", json=body, headers=key()) for body in items]
    assert [answer.status_code for answer in answers] == [201] * len(items), [answer.text for answer in answers]
    return [answer.json() for answer in answers]


async def stated(office: httpx.AsyncClient, equipment: dict[str, Any], **change: Any) -> httpx.Response:
    body = {"day": str(TODAY), "required": 1, "owned": 1, "basis": "演示资产登记"} | change
    headers = key() | {"If-Match": f'"{equipment["version"]}"'}
    return await office.post(f"/v1/laboratory-equipment/{equipment['id']}/statements", json=body, headers=headers)


def meeting(**change: Any) -> dict[str, Any]:
    return {
        "kind": "risk_consultation",
        "region_code": HAISHU,
        "held_on": str(TODAY),
        "attendees": 12,
        "topics": ["豇豆农药残留风险研判（演示）"],
        "minutes_sha256": "ab" * 32,
    } | change


async def corrected(office: httpx.AsyncClient, found: dict[str, Any], **change: Any) -> httpx.Response:
    body = {name: value for name, value in meeting().items() if name not in ("kind", "region_code")}
    headers = key() | {"If-Match": f'"{found["version"]}"'}
    body |= {"reason": "登记有误（演示）"} | change
    return await office.post(f"/v1/meetings/{found['id']}/corrections", json=body, headers=headers)


async def test_thirty_seven_of_forty_one_sets(office: httpx.AsyncClient, read: Read) -> None:
    await listed(office, item("液相色谱—串联质谱仪", 20, 20), item("原子荧光光度计", 18, 17), item("离心机", 3, 0))
    found = await read(EQUIPMENT_RATE, year())
    assert counts(found) == [37, 41]
    assert found.value is not None
    assert round(found.value, 2) == Decimal("90.24")


async def test_surplus_of_one_item_fills_no_gap_of_another_and_unstated_is_not_there(
    office: httpx.AsyncClient, read: Read
) -> None:
    await listed(office, item("离心机", 2, 9), item("天平", 3, None))
    found = await read(EQUIPMENT_RATE, year())
    assert counts(found) == [2, 5]
    short = (await office.get("/v1/laboratory-equipment", params={"short": "true"})).json()["items"]
    assert [line["item_name"] for line in short] == ["天平"]


async def test_no_list_and_an_emptied_list_are_missing_and_neither_zero_nor_full_marks(
    office: httpx.AsyncClient, read: Read
) -> None:
    assert (await read(EQUIPMENT_RATE, year())).state is FigureState.MISSING
    [line] = await listed(office, item("离心机", 2, 1))
    assert (await read(EQUIPMENT_RATE, year())).state is FigureState.VALUE
    assert (await stated(office, line, required=0, owned=1, basis="移出清单（演示）")).status_code == 201
    emptied = await read(EQUIPMENT_RATE, year())
    assert emptied.state is FigureState.MISSING
    assert counts(emptied) == [0, 0]


async def test_what_was_stated_before_stays_and_holds_for_its_time(office: httpx.AsyncClient, read: Read) -> None:
    last_year = date(TODAY.year - 1, 6, 1)
    [line] = await listed(office, item("离心机", 4, 1, day=str(last_year)))
    answer = await stated(office, line, required=4, owned=4)
    assert answer.status_code == 201, answer.text
    detail = (await office.get(f"/v1/laboratory-equipment/{line['id']}")).json()
    assert [(said["required"], said["owned"]) for said in detail["statements"]] == [(4, 1), (4, 4)]
    before, after = await read(EQUIPMENT_RATE, year(last_year)), await read(EQUIPMENT_RATE, year())
    assert [counts(before), counts(after)] == [[1, 4], [4, 4]]


async def test_statements_run_forward_and_from_the_version_that_was_read(office: httpx.AsyncClient) -> None:
    [line] = await listed(office, item("离心机", 4, 1))
    for day in (TODAY - timedelta(days=1), TODAY + timedelta(days=1)):
        refused = await stated(office, line, day=str(day))
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/day")
    assert (await stated(office, line)).status_code == 201
    assert (await stated(office, line)).status_code == 412
    again = await office.post("/v1/laboratory-equipment", json=item("离心机", 1, 1), headers=key())
    assert again.json()["type"] == "/problems/laboratory-equipment-known"


async def test_meetings_are_counted_by_kind_on_the_day_they_were_held(office: httpx.AsyncClient, read: Read) -> None:
    for body in (meeting(), meeting(kind="laboratory_conference"), meeting(held_on=f"{TODAY.year - 1}-03-05")):
        assert (await office.post("/v1/meetings", json=body, headers=key())).status_code == 201
    assert (await read(RISK_MEETINGS, year())).numerator == 1
    assert (await read(CONFERENCES, year())).numerator == 1
    assert (await read(RISK_MEETINGS, Period.parse(f"{TODAY.year - 1}-Q1"))).numerator == 1
    nothing = await read(RISK_MEETINGS, Period.parse(f"{TODAY.year - 1}-Q2"))
    assert nothing.state is FigureState.ZERO


async def test_a_correction_stands_beside_what_it_corrects_and_moves_the_count(
    office: httpx.AsyncClient, read: Read
) -> None:
    found = (await office.post("/v1/meetings", json=meeting(), headers=key())).json()
    day = f"{TODAY.year - 1}-12-01"
    moved = await corrected(office, found, held_on=day, attendees=15)
    assert moved.status_code == 201, moved.text
    assert [record["attendees"] for record in moved.json()["records"]] == [12, 15]
    assert (await read(RISK_MEETINGS, year())).numerator == 0
    assert (await read(RISK_MEETINGS, Period.parse(day))).numerator == 1

    withdrawn = await corrected(office, moved.json(), held_on=day, withdrawn=True)
    assert withdrawn.status_code == 201, withdrawn.text
    assert (await read(RISK_MEETINGS, Period.parse(day))).numerator == 0
    again = await corrected(office, withdrawn.json())
    assert again.json()["type"] == "/problems/meeting-withdrawn"
    kept = (await office.get(f"/v1/meetings/{found['id']}")).json()["records"]
    assert [record["reason"] for record in kept] == ["", "登记有误（演示）", "登记有误（演示）"]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"held_on": str(TODAY + timedelta(days=1))}, "/held_on"),
        ({"attendees": 1}, "/attendees"),
        ({"topics": []}, "/topics"),
        ({"topics": [" \u200b"]}, "/topics/0"),
        ({"minutes_sha256": "纪要.docx"}, "/minutes_sha256"),
    ],
)
async def test_a_meeting_that_cannot_have_been_is_refused_with_its_place(
    office: httpx.AsyncClient, change: dict[str, Any], pointer: str
) -> None:
    answer = await office.post("/v1/meetings", json=meeting(**change), headers=key())
    assert answer.status_code == 422, answer.text
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_other_regions_are_neither_read_nor_written(office: httpx.AsyncClient, client_of: ClientOf) -> None:
    [line] = await listed(office, item("离心机", 1, 1))
    found = (await office.post("/v1/meetings", json=meeting(), headers=key())).json()
    stranger = await client_of(Unit.SAMPLING, Role.FOOD_SAFETY_OFFICE, regions=[NANHAI])
    for path in (f"/v1/laboratory-equipment/{line['id']}", f"/v1/meetings/{found['id']}"):
        assert (await stranger.get(path)).status_code == 404
    assert (await stranger.get("/v1/meetings")).json()["items"] == []
    assert (await stated(stranger, line)).status_code == 404
    assert (await corrected(stranger, found)).status_code == 404
    assert (await stranger.post("/v1/meetings", json=meeting(), headers=key())).status_code == 403


@settings(deadline=None)
@given(st.integers(0, 50), st.none() | st.integers(0, 50))
def test_never_more_is_in_place_than_required_and_never_more_than_there_is(required: int, owned: int | None) -> None:
    counted = sets_in_place(required, owned)
    assert 0 <= counted <= required
    assert counted <= (owned or 0)
    assert (counted == required) == ((owned or 0) >= required)
