"""The figures of evaluations, lists, credit and surveys, each driven to both of its ends and back; every time rows,
deltas and rollups are compared.
"""

import hashlib
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession

from services.scoring.figures import counting
from services.scoring.figures.counted import COUNTED_FIGURES
from services.scoring.figures.counting import (
    CREDIT_A,
    CREDIT_D,
    EVALUATIONS_PASSED,
    EVIDENCE_ACCEPTED,
    LISTS_PUBLISHED,
    ON_BAD_LISTS,
    ON_GOOD_LISTS,
    SURVEYED,
    TASKS_DONE,
)
from services.scoring.lists import service as lists
from services.scoring.surveys.content import Measure
from shared.contracts.codes import Role, Unit
from shared.contracts.figures import FigureState, Period, PeriodKind
from shared.figures import repository, service
from shared.figures.rules import state_of
from shared.times import day_of, now
from tests.conftest import ClientOf, SessionOf
from tests.services.scoring.evaluations.running import (
    DISTRICT,
    SELF_ASSESSED,
    People,
    add,
    begun,
    key,
    people_of,
    published,
    step,
)

TODAY = day_of(now())
DAY = Period.containing(TODAY, PeriodKind.DAY)
STREET = "330203001000"
REGIONS = [DISTRICT, STREET, "330200000000"]


@pytest_asyncio.fixture
async def session(session_of: SessionOf) -> AsyncSession:
    return await session_of(Unit.SCORING)


@pytest_asyncio.fixture
async def people(client_of: ClientOf) -> People:
    found = await people_of(client_of)
    await published(found.city)
    return found


async def proved(session: AsyncSession, code: str, period: Period = DAY) -> tuple[int, int] | None:
    """Numerator and denominator of the district, the same from rows, deltas and rollups; None: no record was made."""
    figure = [one for one in COUNTED_FIGURES if one.definition.code == code]
    proof = await repository.counts_from_rows(session, figure, REGIONS, period)
    for _ in range(2):
        current = await repository.current_counts(session, figure, REGIONS, period)
        assert {pair: sums for pair, sums in current.items() if any(sums)} == {
            pair: sums for pair, sums in proof.items() if any(sums)
        }
        assert await repository.count_differences(session, figure[0]) == 0
        await service.fold(session)
    found = proof.get((code, DISTRICT))
    return None if found is None else (int(found[0]), int(found[1]))


@pytest.mark.parametrize("figure", COUNTED_FIGURES, ids=lambda figure: figure.definition.code)
async def test_of_what_nobody_has_done_there_is_no_figure_and_not_zero(figure: Any, session: AsyncSession) -> None:
    assert await proved(session, figure.definition.code) is None
    assert state_of(figure.definition, DAY, None, TODAY) is FigureState.MISSING
    if figure.definition.denominator is not None:
        nothing = (Decimal(0), Decimal(0))
        assert state_of(figure.definition, DAY, nothing, TODAY) is FigureState.MISSING


async def tasks(people: People, run: dict[str, Any], number: int) -> list[dict[str, Any]]:
    wanted = [{"title": f"任务{place}", "lead": ["演示局"], "join": [], "days": 30} for place in range(number)]
    answer = await add(people.district, run, "tasks", tasks=wanted, source="演示")
    assert answer.status_code == 201, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


async def on_task(client: httpx.AsyncClient, task: dict[str, Any], name: str, **body: str) -> None:
    path = f"/v1/evaluation-tasks/{task['id']}"
    version = (await client.get(path)).json()["version"]
    answer = await client.post(f"{path}/{name}", json=body, headers={"If-Match": f'"{version}"'})
    assert answer.status_code == 200, answer.text


async def test_tasks_are_done_when_somebody_has_looked(people: People, session: AsyncSession) -> None:
    first, second, third = await tasks(people, await begun(people), 3)
    assert await proved(session, TASKS_DONE) == (0, 3)
    await on_task(people.district, first, "report", note="演示")
    assert await proved(session, TASKS_DONE) == (0, 3), "reported is not done"
    await on_task(people.city, first, "acceptance", note="演示")
    await on_task(people.district, second, "report", note="演示")
    await on_task(people.city, second, "return", reason="还差（演示）")
    await on_task(people.city, third, "withdrawal", reason="重复（演示）")
    assert await proved(session, TASKS_DONE) == (1, 2)


async def test_evidence_counts_once_it_is_looked_at(people: People, session: AsyncSession) -> None:

    run = await begun(people)
    for place, accepted in enumerate((True, False)):
        content = f"%PDF-1.7 invented {place}".encode()
        sha = hashlib.sha256(content).hexdigest()
        path = f"/v1/evaluations/{run['id']}/clauses/A1/evidence/{sha}"
        sent = await people.district.put(path, params={"name": f"{place}.pdf"}, content=content)
        assert sent.status_code in (200, 201), sent.text
        assert await proved(session, EVIDENCE_ACCEPTED) == ((1, 1) if place else None)
        reviewed = await people.city.post(
            f"/v1/evaluations/{run['id']}/evidence/{sent.json()['id']}/review",
            json={"accepted": accepted, "reason": "演示"},
            headers={"If-Match": f'"{sent.json()["version"]}"'},
        )
        assert reviewed.status_code == 200, reviewed.text
    assert await proved(session, EVIDENCE_ACCEPTED) == (1, 2)


async def test_an_evaluation_counts_when_it_is_concluded(people: People, session: AsyncSession) -> None:
    run = await begun(people, stages=[{"stage": "self", "days": 9}, {"stage": "panel", "days": 9}])
    await add(people.district, run, "statements", **SELF_ASSESSED)
    await step(people.district, run, "stage-closure")
    await add(people.expert, run, "scorings")
    assert await proved(session, EVALUATIONS_PASSED) is None
    done = await step(people.city, run, "conclusion", passed=False, reason="演示")
    assert done.status_code == 200, done.text
    assert await proved(session, EVALUATIONS_PASSED) == (0, 1)


def candidate(name: str, points: str) -> dict[str, Any]:
    return {
        "subject_id": str(uuid4()),
        "name": name,
        "region_code": STREET,
        "low": points,
        "high": points,
        "passed": None,
        "events": [],
        "evidence": "演示测评",
    }


async def test_lists_hold_whom_they_name_from_the_first_day_of_the_term_to_the_last(
    people: People, session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = [
        {"code": "red", "label": "红榜", "favourable": True, "basis": {"kind": "rank", "end": "first", "count": 1}}
        | {"term_months": 3, "locks": {"revoked": 12}},
        {"code": "black", "label": "黑榜", "favourable": False, "basis": {"kind": "rank", "end": "last", "count": 1}}
        | {"term_months": 3, "repair_months": 1},
    ]
    rule = {"title": "演示榜", "appeal_days": 1, "entries": entries}
    dated = {"valid_from": "2026-01-01", "source": "演示", "verified": False}
    admin = people.city
    stated = await admin.post("/v1/list-rules", json={"code": "demo", "content": rule} | dated, headers=key())
    assert stated.status_code == 201, stated.text
    body = {
        "code": "demo",
        "title": "演示第一期",
        "region_code": DISTRICT,
        "held_on": str(TODAY),
        "candidates": [candidate("甲", "95"), candidate("乙", "60")],
    }
    held = await people.district.post("/v1/list-rounds", json=body, headers=key())
    assert held.status_code == 201, held.text
    assert await proved(session, LISTS_PUBLISHED) is None
    shifted = TODAY + timedelta(days=2)
    monkeypatch.setattr(lists, "day_of", lambda _: shifted)
    shown = await people.district.post(f"/v1/list-rounds/{held.json()['id']}/publication")
    assert shown.status_code == 200, shown.text
    ends = {date.fromisoformat(one["ends_on"]) for one in shown.json()}
    [end] = ends
    then = Period.containing(shifted, PeriodKind.DAY)
    last, after = (Period.containing(day, PeriodKind.DAY) for day in (end - timedelta(days=1), end))
    assert await proved(session, LISTS_PUBLISHED, then) == (1, 0)
    for code in (ON_GOOD_LISTS, ON_BAD_LISTS):
        assert [await proved(session, code, day) for day in (then, last, after)] == [(1, 0), (1, 0), (0, 0)]
    red = next(one for one in shown.json() if one["favourable"])
    taken = await people.district.post(
        f"/v1/listings/{red['id']}/removal",
        json={"removal": "revoked", "why": "演示"},
        headers={"If-Match": f'"{red["version"]}"'},
    )
    assert taken.status_code == 200, taken.text
    assert [await proved(session, ON_GOOD_LISTS, day) for day in (then, after)] == [(0, 0), (0, 0)]


async def test_grades_move_the_shares_of_a_and_d(session: AsyncSession, client_of: ClientOf) -> None:
    office = await client_of(Unit.SCORING, Role.FOOD_SAFETY_OFFICE, regions=[DISTRICT])
    for number, facts in enumerate((["general_low", "inspected", "field_checked"], ["licence_revoked"])):
        business = str(uuid4())
        opened = {"business_id": business, "uscc": None, "name": f"演示{number}", "region_code": STREET}
        assert (await office.post("/v1/credit-accounts", json=opened, headers=key())).status_code == 201
        for fact in facts:
            entry = {"code": fact, "happened_on": str(TODAY), "evidence": "演示"}
            answer = await office.post(f"/v1/credit-accounts/{business}/entries", json=entry, headers=key())
            assert answer.status_code == 201, answer.text
    assert await proved(session, CREDIT_A) == (1, 2)
    assert await proved(session, CREDIT_D) == (1, 2)


async def test_only_answers_that_count_and_say_something_are_in_the_shares(
    session: AsyncSession, client_of: ClientOf
) -> None:
    office = await client_of(Unit.SCORING, Role.FOOD_SAFETY_OFFICE, regions=[DISTRICT])
    options = [
        {"code": code, "label": code, "counts": counts, "score": None}
        for code, counts in (("yes", True), ("no", False), ("unsure", None))
    ]
    plan = {
        "questionnaire": "演示",
        "age_at_least": 18,
        "months_resident_at_least": 6,
        "seconds_at_least": 60,
        "refuse_all_alike": False,
        "z": "1.96",
        "questions": [{"code": "overall", "text": "满意吗？", "measure": "satisfaction", "options": options}],
        "strata": [{"code": "all", "label": "全部", "share": "1", "quota": 5}],
    }
    body = {"title": "演示调查", "region_code": DISTRICT, "plan": plan}
    survey = (await office.post("/v1/surveys", json=body, headers=key())).json()
    for said, age in (("yes", 40), ("yes", 30), ("no", 50), ("unsure", 50), ("yes", 12)):
        answer = {"mode": "paper", "stratum": "all", "age": age, "months_resident": 60, "seconds": 90}
        path = f"/v1/surveys/{survey['id']}/answers/{uuid4()}"
        for _ in range(2):  # sent again, it counts once
            sent = await office.put(path, json=answer | {"answers": {"overall": said}})
            assert sent.status_code == 200, sent.text
    assert await proved(session, SURVEYED[Measure.SATISFACTION]) == (2, 3)
    assert await proved(session, SURVEYED[Measure.SUPPORT]) is None


def test_every_figure_is_fed_by_somebody() -> None:
    codes = {value for value in vars(counting).values() if isinstance(value, str) and value.startswith("scoring.")}
    assert {figure.definition.code for figure in COUNTED_FIGURES} == codes | set(SURVEYED.values())
