"""The figures of risk equal their rows, whatever becomes known in whatever order, and nothing of nothing is missing."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import httpx
import pytest_asyncio
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.checklists.coverage import add_months
from services.inspection.figures.risk import GRADED_RATE, RISK_FIGURES, TWO_YEAR_COVERAGE
from services.inspection.risk_grades.facts.service import record_check
from services.inspection.risk_grades.standing.rules import (
    FREQUENCY_KEPT,
    Span,
    contributions,
    difference,
    in_turn,
    merged,
    on_file_spans,
)
from services.inspection.risk_grades.standing.service import follow
from shared.contracts.codes import Role, Unit
from shared.contracts.figures import FigureState, Period
from shared.figures import repository, service
from shared.http.auth import Actor
from shared.times import day_of, now
from tests.conftest import ClientOf, SessionOf
from tests.services.inspection.factories import HAISHU, NANHAI, OTHER_STREET, STREET, business
from tests.services.inspection.risk_grades.schemes import check
from tests.services.inspection.risk_grades.test_grades import TODAY, confirmed, on_file, published

REGIONS = [HAISHU, STREET, OTHER_STREET]


@pytest_asyncio.fixture
async def office(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.INSPECTION, Role.FOOD_SAFETY_OFFICE, regions=[HAISHU])


async def counted(
    session: AsyncSession, on: date, regions: Sequence[str] = REGIONS
) -> dict[tuple[str, str], tuple[int, int]]:
    """Every figure on a day, after a look that rollups and deltas say the same as the rows."""
    period = Period.parse(on.isoformat())
    proof = await repository.counts_from_rows(session, RISK_FIGURES, regions, period)
    current = await repository.current_counts(session, RISK_FIGURES, regions, period)
    something = {pair: sums for pair, sums in proof.items() if any(sums)}
    assert {pair: sums for pair, sums in current.items() if any(sums)} == something
    return {pair: (int(sums[0]), int(sums[1])) for pair, sums in something.items()}


async def test_coverage_runs_out_by_itself_and_a_new_inspection_renews_it(session_of: SessionOf) -> None:
    session = await session_of(Unit.INSPECTION)
    code = TWO_YEAR_COVERAGE.definition.code
    shop = await on_file(session)
    await on_file(session, name="演示没查过的食堂（虚构）")
    assert (await counted(session, TODAY))[code, HAISHU] == (0, 2)
    ends = add_months(TODAY, 24)
    await record_check(session, shop.id, check(TODAY, full=False), 1)
    assert (await counted(session, TODAY))[code, HAISHU] == (0, 2)  # not all items
    seen = check(TODAY)
    await record_check(session, shop.id, seen, 1)
    await record_check(session, shop.id, seen, 1)
    assert (await counted(session, TODAY))[code, STREET] == (1, 2)
    assert (await counted(session, ends))[code, HAISHU] == (1, 2)
    assert (await counted(session, ends + timedelta(days=1)))[code, HAISHU] == (0, 2)
    later = TODAY + timedelta(days=100)
    await record_check(session, shop.id, check(later), 1)
    await service.fold(session)
    assert (await counted(session, ends + timedelta(days=1)))[code, HAISHU] == (1, 2)
    await record_check(session, shop.id, seen.model_copy(update={"full": False}), 2)  # corrected: it was not whole
    assert (await counted(session, TODAY))[code, HAISHU] == (0, 2)
    assert (await counted(session, later))[code, HAISHU] == (1, 2)


async def test_grades_follow_businesses_that_move_and_close(session_of: SessionOf, office: httpx.AsyncClient) -> None:
    session = await session_of(Unit.INSPECTION)
    await published(office)
    shops = [await on_file(session, name=f"演示食堂{number}") for number in range(4)]
    next_year = date(TODAY.year + 1, 1, 1)
    for shop, grade in zip(shops, "ABBD", strict=False):
        await confirmed(office, shop.id, grade)
    await confirmed(office, shops[0].id, "C", next_year)
    today = await counted(session, TODAY)
    assert today["inspection.risk_grade_b_share", HAISHU] == (2, 4)
    assert today["inspection.risk_grade_a_share", HAISHU] == (1, 4)
    assert today[GRADED_RATE.definition.code, HAISHU] == (4, 4)
    assert (await counted(session, next_year))["inspection.risk_grade_a_share", HAISHU] == (0, 4)
    assert (await counted(session, next_year))["inspection.risk_grade_c_share", HAISHU] == (1, 4)
    await move(office, shops[1].id, name="演示食堂1", region_code=OTHER_STREET)
    await move(office, shops[3].id, name="演示食堂3", status="closed")
    for shop in shops:
        await follow(session, shop.id)
        await follow(session, shop.id)
    after = await counted(session, TODAY)
    assert after["inspection.risk_grade_b_share", OTHER_STREET] == (1, 1)
    assert after["inspection.risk_grade_b_share", HAISHU] == (2, 3)
    assert after[GRADED_RATE.definition.code, HAISHU] == (3, 3)


async def test_inspected_as_often_as_the_grade_asks(session_of: SessionOf, office: httpx.AsyncClient) -> None:
    session = await session_of(Unit.INSPECTION)
    await published(office)
    shop, _ungraded = await on_file(session), await on_file(session, name="演示没评定的食堂（虚构）")
    await record_check(session, shop.id, check(TODAY, full=False), 1)
    assert (FREQUENCY_KEPT, HAISHU) not in await counted(session, TODAY), "nobody says yet how often"
    await confirmed(office, shop.id, "A")
    await follow(session, shop.id)
    rows = (await office.get("/v1/risk-schemes/stall-demo/versions/1")).json()["content"]["frequency"]["rows"]
    [often] = [row["months"] // row["visits"] for row in rows if row["grade"] == "A"]
    overdue = add_months(TODAY, often)
    assert (await counted(session, TODAY))[FREQUENCY_KEPT, HAISHU] == (1, 1)
    assert (await counted(session, overdue - timedelta(days=1)))[FREQUENCY_KEPT, HAISHU] == (1, 1)
    assert (await counted(session, overdue))[FREQUENCY_KEPT, HAISHU] == (0, 1)
    await record_check(session, shop.id, check(overdue), 1)
    assert (await counted(session, overdue))[FREQUENCY_KEPT, HAISHU] == (1, 1)


async def move(office: httpx.AsyncClient, business_id: UUID, **change: str) -> None:
    read = await office.get(f"/v1/businesses/{business_id}")
    headers = {"If-Match": read.headers["etag"]}
    body = business(kind="canteen", uscc=None, **change)
    inspector = office
    answer = await inspector.put(f"/v1/businesses/{business_id}", json=body, headers=headers)
    assert answer.is_success, answer.text


async def test_nothing_of_nothing_is_missing_and_not_zero(session_of: SessionOf) -> None:
    session = await session_of(Unit.INSPECTION)
    actor = Actor(uuid4(), "演示", "user", frozenset({Role.LEADER}), (NANHAI,), None, None, frozenset())
    sheet = await service.read_sheet(
        session, actor, RISK_FIGURES, NANHAI, Period.parse(str(day_of(now()).year)), children=False, as_of=None
    )
    assert {figure.state for figure in sheet.region.figures} == {FigureState.MISSING}


async def test_the_rows_behind_lead_to_grades_and_files(session_of: SessionOf, office: httpx.AsyncClient) -> None:
    session = await session_of(Unit.INSPECTION)
    shop = await on_file(session)
    await record_check(session, shop.id, check(TODAY), 1)
    code = TWO_YEAR_COVERAGE.definition.code
    answer = await office.get(f"/v1/figures/{code}/rows?region={HAISHU}&period={TODAY.year}")
    links = {row["link"] for row in answer.json()["items"]}
    assert len(links) == 2
    for link in links:
        assert (await office.get(link)).status_code == 200


# The rules beneath

FAR = date(2026, 1, 1)
DAY = st.integers(0, 40).map(lambda days: FAR + timedelta(days=days))


@st.composite
def spans(draw: st.DrawFn, labels: tuple[str, ...]) -> list[Span]:
    found = []
    for _ in range(draw(st.integers(0, 4))):
        since = draw(DAY)
        days = draw(st.none() | st.integers(1, 20))
        until = since + timedelta(days=days) if days else None
        found.append(Span(draw(st.sampled_from(labels)), since, until))
    return found


def holds(span: Span, day: date) -> bool:
    return span.since <= day and (span.until is None or day < span.until)


@settings(max_examples=150, deadline=None)
@given(covered=spans(("",)), days=st.lists(DAY, max_size=6, unique=True))
def test_on_each_day_a_business_on_file_and_covered_counts_once(covered: list[Span], days: list[date]) -> None:
    """It comes, goes and comes again on the days drawn; whatever the day, the sums say what holds then."""
    days = sorted(days)
    on_file = on_file_spans([(day, STREET, 1 if place % 2 == 0 else -1) for place, day in enumerate(days)])
    found = contributions(on_file, merged(covered), [])
    for offset in range(62):
        day = FAR + timedelta(days=offset)
        said = sum((pair[0] for (_, _, start), pair in found.items() if start <= day), Decimal(0))
        there = any(holds(span, day) for span in on_file) and any(holds(span, day) for span in covered)
        assert said == there
    assert difference(found, {}) == found
    assert difference(found, found) == {}


@given(grades=spans(("A", "B", "C")), days=st.lists(DAY, max_size=4))
def test_the_last_inspection_is_no_longer_ago_than_the_grade_of_the_day_allows(
    grades: list[Span], days: list[date]
) -> None:
    months = {"A": 1, "B": 2}
    found = in_turn(grades, days, months)
    for offset in range(0, 130, 3):
        day = FAR + timedelta(days=offset)
        wanted = {
            grade.label
            for grade in grades
            if holds(grade, day)
            and grade.label in months
            and any(seen <= day < add_months(seen, months[grade.label]) for seen in days)
        }
        assert {span.label for span in found if holds(span, day)} == wanted


def test_a_change_of_kind_on_one_day_neither_ends_nor_doubles_the_time_on_file() -> None:
    movements = [(FAR, STREET, 1), (FAR + timedelta(days=9), STREET, 1), (FAR + timedelta(days=9), STREET, -1)]
    for order in (movements, movements[::-1]):
        assert on_file_spans(order) == [Span(STREET, FAR, None)]
