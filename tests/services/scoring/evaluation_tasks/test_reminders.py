"""Tasks are reminded of a week before their end, at the end, and every week after, while nobody has reported."""

from datetime import UTC, datetime, timedelta

import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from services.scoring.evaluation_tasks import repository, service
from services.scoring.evaluation_tasks.reminders import EVERY, is_due
from shared.contracts.codes import Unit
from shared.times import now
from tests.conftest import ClientOf, SessionOf
from tests.services.scoring.evaluation_tasks.test_tasks import step
from tests.services.scoring.evaluations.running import People, add, begun, people_of, published

DUE = datetime(2026, 11, 30, tzinfo=UTC)


@pytest_asyncio.fixture
async def people(client_of: ClientOf) -> People:
    found = await people_of(client_of)
    await published(found.city)
    return found


@given(hours=st.lists(st.integers(min_value=-400, max_value=800), max_size=40).map(sorted))
def test_however_often_it_is_looked_each_week_reminds_once(hours: list[int]) -> None:
    last, weeks = None, []
    for hour in hours:
        at = DUE + timedelta(hours=hour)
        if is_due(DUE, last, at):
            last = at
            weeks.append((at - (DUE - EVERY)) // EVERY)
    looked = {(DUE + timedelta(hours=hour) - (DUE - EVERY)) // EVERY for hour in hours if hour >= -168}
    assert weeks == sorted(looked), "once in each week in which somebody looked, from a week before the end"


def test_a_reminder_by_hand_counts_as_one() -> None:
    assert is_due(DUE, None, DUE - timedelta(days=6))
    assert not is_due(DUE, DUE - timedelta(days=6, hours=1), DUE - timedelta(days=6))
    assert is_due(DUE, DUE - timedelta(days=6, hours=1), DUE), "at the end there is another one"


async def test_open_tasks_are_reminded_of_and_reported_ones_are_not(people: People, session_of: SessionOf) -> None:
    wanted = [{"title": name, "lead": ["演示局"], "join": [], "days": 10} for name in ("未报", "已报")]
    run = await begun(people)
    late, reported = (await add(people.city, run, "tasks", tasks=wanted, source="演示")).json()
    await step(people.district, reported, "report", note="演示")
    session = await session_of(Unit.SCORING)

    async def looked(days: int) -> list[bool]:
        at = now() + timedelta(days=days)
        return [
            await service.remind_if_due(session, one, at)
            for one in await repository.open_tasks_due(session, at + EVERY)
        ]

    assert await looked(1) == [], "the end is far"
    assert [await looked(4), await looked(4), await looked(12)] == [[True], [False], [True]]
    shown = (await people.city.get(f"/v1/evaluation-tasks/{late['id']}")).json()
    assert [(entry["kind"], entry["actor_name"]) for entry in shown["entries"]] == [("reminded", "系统")] * 2
    assert [entry["note"][:3] for entry in shown["entries"]] == ["将到期", "已超期"]
    assert shown["reminders"] == 2
