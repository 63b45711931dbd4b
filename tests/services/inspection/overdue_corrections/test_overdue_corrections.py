"""The board of overdue corrections: what has run out now, by place and officer, with what was done about it."""

from datetime import timedelta
from uuid import UUID

import httpx
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.overdue_corrections.rules import BANDS, Counted, tallied
from shared.contracts.codes import Role, Unit
from shared.times import now
from tests.conftest import ClientOf, SessionOf
from tests.services.inspection.corrections.making import LONG_AGO, done, found, ordered
from tests.services.inspection.factories import HAISHU, NANHAI, STREET

BOARD = "/v1/overdue-corrections"


@pytest_asyncio.fixture
async def session(session_of: SessionOf) -> AsyncSession:
    return await session_of(Unit.INSPECTION)


@pytest_asyncio.fixture
async def officer(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.INSPECTION, Role.INSPECTOR, regions=[HAISHU])


async def test_what_ran_out_stands_on_the_board_with_its_officer_and_escalation(
    session: AsyncSession, officer: httpx.AsyncClient
) -> None:
    late, later, running = [await found(session) for _ in range(3)]
    await ordered(officer, late.id, LONG_AGO)
    await ordered(officer, later.id, LONG_AGO + timedelta(days=20))
    await ordered(officer, running.id)
    shown = (await officer.get(BOARD)).json()["items"]
    assert [each["id"] for each in shown] == [str(late.id), str(later.id)]
    first = shown[0]
    assert (first["overdue_days"], first["escalation"], first["letters"]) == (49, None, [])
    assert first["officer_name"]
    await done(officer, late.id, "case-request", note="逾期未改（演示）")
    [again] = (await officer.get(BOARD, params={"at_least_days": 40})).json()["items"]
    assert (again["id"], again["escalation_label"]) == (str(late.id), "移送立案")
    [other] = (await officer.get(BOARD, params={"below_days": 40})).json()["items"]
    assert other["id"] == str(later.id)
    mine = {"officer": first["officer_id"]}
    assert len((await officer.get(BOARD, params=mine)).json()["items"]) == 2


async def test_a_report_that_waits_for_its_recheck_is_not_overdue(
    session: AsyncSession, officer: httpx.AsyncClient
) -> None:
    correction = await found(session)
    await ordered(officer, correction.id, now() - timedelta(days=9))
    await done(officer, correction.id, "completion-report", note="已改（演示）", evidence_after=["a1" * 32])
    assert (await officer.get(BOARD)).json()["items"] == []
    assert (await officer.get(f"{BOARD}/summary", params={"region": HAISHU})).json()["everything"]["total"] == 0


async def test_the_summary_counts_by_the_region_below_and_by_officer(
    session: AsyncSession, officer: httpx.AsyncClient, client_of: ClientOf
) -> None:
    for days in (60, 30, 12):
        correction = await found(session)
        await ordered(officer, correction.id, now() - timedelta(days=days))
    summary = (await officer.get(f"{BOARD}/summary", params={"region": HAISHU})).json()
    assert summary["band_days"] == list(BANDS)
    assert summary["everything"] == {"total": 3, "bands": [1, 1, 1, 0], "oldest_days": 49}
    assert [(each["region_code"], each["total"]) for each in summary["places"]] == [(STREET, 3)]
    assert [each["total"] for each in summary["officers"]] == [3]
    elsewhere = await client_of(Unit.INSPECTION, Role.INSPECTOR, regions=[NANHAI])
    assert (await elsewhere.get(BOARD)).json()["items"] == []
    assert (await elsewhere.get(f"{BOARD}/summary", params={"region": HAISHU})).status_code == 403


@given(
    st.lists(
        st.builds(
            Counted,
            place=st.sampled_from("甲乙丙"),
            officer_id=st.none() | st.builds(UUID, int=st.integers(0, 3)),
            officer_name=st.just("演示"),
            days=st.integers(0, 400),
            number=st.integers(1, 50),
        ),
        max_size=30,
    )
)
def test_nothing_is_lost_or_counted_twice(rows: list[Counted]) -> None:
    everything, places, officers = tallied(rows)
    total = sum(row.number for row in rows)
    for tallies in (places.values(), officers.values()):
        assert sum(tally.total for tally in tallies) == total
        assert all(sum(tally.bands) == tally.total for tally in tallies)
    assert sum(everything.bands) == everything.total == total
    assert [tally.total for tally in places.values()] == sorted((each.total for each in places.values()), reverse=True)
