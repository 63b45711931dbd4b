"""How old the day on a form may be: set by the bureau, from a day on, for forms from terminals and from files."""

from datetime import date, timedelta
from uuid import uuid4

import httpx
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.form_workbooks.columns import COLUMNS
from services.sampling.form_workbooks.intake import Known, Row
from services.sampling.sampling_day_bounds.rules import earliest_day
from services.sampling.sampling_day_bounds.service import earliest_on
from shared.contracts.codes import Role, Unit
from shared.times import day_of, now
from tests.conftest import ClientOf, SessionOf
from tests.services.sampling.factories import HAISHU, key
from tests.services.sampling.samples.factory import form_of, put, send_files, without_task

PATH = "/v1/sampling-day-bounds"
days = st.dates(min_value=date(2010, 1, 1), max_value=date(2100, 12, 31))
years = st.integers(0, 30)


@pytest_asyncio.fixture
async def session(session_of: SessionOf) -> AsyncSession:
    return await session_of(Unit.SAMPLING)


@pytest_asyncio.fixture
async def office(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.SAMPLING, Role.FOOD_SAFETY_OFFICE, regions=[HAISHU])


async def bounded(office: httpx.AsyncClient, years_back: int, since: date) -> None:
    body = {
        "years_back": years_back,
        "valid_from": str(since),
        "source": "演示规程",
        "verified": True,
        "reason": "补录历年纸质抽样单（演示）",
    }
    assert (await office.post(PATH, json=body, headers=key())).status_code == 201


def paper(day: date) -> Row:
    values = {
        "basics/number": f"XBJ26330203{uuid4().int % 10**9:09d}",
        "basics/stream": "supervision",
        "basics/link": "circulation",
        "basics/sampled_on": day,
        "samplers/*/name": ["演示甲", "演示乙"],
        "sampled_party/name": "演示蔬菜摊（虚构）",
        "goods/name": "豇豆",
    }
    assert values.keys() <= {column.name for column in COLUMNS}
    return Row(number=2, cells=[], values=values)


@given(years, days, st.none() | st.integers(2010, 2100))
def test_no_day_is_older_than_the_bureau_says_nor_than_the_year_before_the_tasks(
    back: int, today: date, year_of_task: int | None
) -> None:
    first = earliest_day(back, today, year_of_task)
    assert first >= date(today.year - back, 1, 1)
    assert (first.month, first.day) == (1, 1)
    if year_of_task is not None:
        assert first.year >= year_of_task - 1


@given(days, st.integers(2010, 2100))
def test_where_nobody_has_said_only_the_task_bounds(today: date, year_of_task: int) -> None:
    assert earliest_day(None, today, None) == date.min
    assert earliest_day(None, today, year_of_task) == date(year_of_task - 1, 1, 1)


async def test_the_bureau_lets_older_forms_in_from_a_day_on(session: AsyncSession, office: httpx.AsyncClient) -> None:
    today = day_of(now())
    shipped = (await office.get(PATH)).json()
    assert [(row["years_back"], row["verified"]) for row in shipped] == [(3, False)]
    await bounded(office, 8, today + timedelta(days=1))
    assert await earliest_on(session, today) == date(today.year - 3, 1, 1)
    await bounded(office, 5, today)
    assert await earliest_on(session, today) == date(today.year - 5, 1, 1)
    tomorrow = today + timedelta(days=1)
    assert await earliest_on(session, tomorrow) == date(tomorrow.year - 8, 1, 1)


async def test_a_file_of_forms_brings_in_no_day_before_the_bound_and_says_how_to_mend_it(
    session: AsyncSession, office: httpx.AsyncClient
) -> None:
    year = day_of(now()).year
    old, oldest_allowed = date(year - 4, 12, 31), date(year - 3, 1, 1)
    rows = [paper(old), paper(oldest_allowed)]
    await Known().judge(session, rows)
    assert rows[1].errors == []
    [error] = rows[0].errors
    assert (error.column, error.code) == ("抽样日期", "day")
    assert f"不得早于 {oldest_allowed}" in error.message and PATH in error.message
    await bounded(office, 4, day_of(now()))
    again = [paper(old)]
    await Known().judge(session, again)
    assert again[0].errors == []


async def test_a_terminal_is_bound_by_the_same_day(office: httpx.AsyncClient) -> None:
    await send_files(office)
    old = date(day_of(now()).year - 4, 12, 31)
    form = without_task(form_of(uuid4(), uuid4(), basics={"sampled_on": str(old)}))

    async def submitted() -> httpx.Response:
        draft = (await put(office, form)).json()
        return await office.post(f"/v1/samples/{draft['id']}/submission", json={"revision": 1})

    assert [error["pointer"] for error in (await submitted()).json()["errors"]] == ["/form/basics/sampled_on"]
    await bounded(office, 4, day_of(now()))
    assert (await submitted()).status_code == 200
