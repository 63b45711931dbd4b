"""The figures of duties, each driven to both of its ends and back; every time rows, deltas and rollups are compared."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest_asyncio
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.clock_events import on_clock_breached, on_clock_end_withdrawn
from services.inspection.figures.duties import (
    CLUES_SUBSTANTIATED,
    DUTY_FIGURES,
    EXAMS_PASSED,
    FILING_RATE,
    LETTERS_ANSWERED,
    LETTERS_ISSUED,
    RESULTS_IN_TIME,
)
from services.inspection.figures.risk import RISK_FIGURES
from services.inspection.risk_grades.standing.rules import SELLERS_GRADED
from services.inspection.risk_grades.standing.service import follow
from services.inspection.trainings.codes import TraineeGroup
from shared.clocks.service import clocks_of
from shared.clocks.sweep import sweep_overdue
from shared.contracts.clocks import BREACHED, END_WITHDRAWN
from shared.contracts.codes import Role, Unit
from shared.contracts.figures import Period, PeriodKind
from shared.events.models import OutboxEvent
from shared.ids import uuid7
from shared.times import day_of, now
from tests.conftest import ClientOf, SessionOf
from tests.services.inspection.corrections.making import ASSESSMENT, LONG_AGO, REASON, done, found, on_file
from tests.services.inspection.factories import HAISHU, business
from tests.services.inspection.figures.proving import proved
from tests.services.inspection.public_results.publishing import Bureau
from tests.services.inspection.risk_grades.schemes import file as scheme_file
from tests.services.inspection.risk_grades.test_grades import confirmed
from tests.services.inspection.supervision_letters.making import SERVED, an_issuer, drafted, issued
from tests.services.inspection.supervision_letters.making import done as letter_step
from tests.services.inspection.visit_records.contents import ANNA, pinned, published_checklist

TODAY = day_of(now())
VILLAGE = "330203001001"


def of(moment: datetime) -> Period:
    """The month of a moment."""
    return Period.containing(day_of(moment), PeriodKind.MONTH)


THIS = of(now())


@pytest_asyncio.fixture
async def session(session_of: SessionOf) -> AsyncSession:
    return await session_of(Unit.INSPECTION)


@pytest_asyncio.fixture
async def bureau(session: AsyncSession, client_of: ClientOf) -> Bureau:
    return Bureau(
        session=session,
        officer=await client_of(Unit.INSPECTION, Role.INSPECTOR, regions=[HAISHU], actor_id=ANNA),
        office=await client_of(Unit.INSPECTION, Role.FOOD_SAFETY_OFFICE, Role.INSPECTOR, regions=[HAISHU]),
        checklist=pinned(await published_checklist(session)),
    )


@pytest_asyncio.fixture
async def leader(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.INSPECTION, Role.LEADER, regions=[HAISHU])


async def duty(session: AsyncSession, code: str, period: Period = THIS) -> tuple[int, int]:
    return await proved(session, DUTY_FIGURES, code, period)


async def sweep(session: AsyncSession) -> None:
    """The minute's sweep, told to everybody in this service who listens to it."""
    await sweep_overdue(session, Unit.INSPECTION, now())
    hearing = {
        BREACHED[Unit.INSPECTION].type: (BREACHED[Unit.INSPECTION], on_clock_breached),
        END_WITHDRAWN[Unit.INSPECTION].type: (END_WITHDRAWN[Unit.INSPECTION], on_clock_end_withdrawn),
    }
    for event in await session.scalars(select(OutboxEvent).where(OutboxEvent.type.in_(hearing))):
        kind, hear = hearing[event.type]
        await hear(session, kind.model_validate(event.data))


async def test_a_result_counts_when_it_is_published_or_when_its_time_is_up(
    session: AsyncSession, bureau: Bureau
) -> None:
    shop = await bureau.on_file()
    early, document = await bureau.visited(shop)
    assert await duty(session, RESULTS_IN_TIME) == (0, 0), "not due yet: neither kept nor broken"
    await bureau.publish(early)
    assert await duty(session, RESULTS_IN_TIME) == (1, 1)
    await bureau.corrected(early, document, "2", "复核更正（演示）")
    assert await duty(session, RESULTS_IN_TIME) == (1, 1), "a correction is no second result"

    late, _ = await bureau.visited(shop, days_ago=200)
    await sweep(session)
    [clock] = await clocks_of(session, "visit_record", late)
    assert await duty(session, RESULTS_IN_TIME, of(clock.due_at - timedelta.resolution)) == (0, 1)
    await bureau.publish(late)
    await sweep(session)
    assert await duty(session, RESULTS_IN_TIME, of(clock.due_at - timedelta.resolution)) == (0, 1), (
        "late stays late, once"
    )
    assert await duty(session, RESULTS_IN_TIME) == (1, 1)


async def test_a_finding_counts_as_filed_on_the_day_it_was_found(
    session: AsyncSession, bureau: Bureau, client_of: ClientOf
) -> None:
    then, handler = of(LONG_AGO), await client_of(Unit.INSPECTION, Role.CASE_HANDLER, regions=[HAISHU])
    first, second, third = [await found(session, problem=f"问题 {number}（演示）") for number in range(3)]
    assert await duty(session, FILING_RATE, then) == (0, 3)
    for correction in (first, second):
        await done(bureau.officer, correction.id, "assessment", **ASSESSMENT | {"affects_safety": True})
        await done(bureau.officer, correction.id, "case-request", **REASON)
    await done(handler, first.id, "case-decision", filing_number="演示立案〔2026〕1号")
    await done(handler, second.id, "case-decision", note="情节轻微，不予立案（演示）")
    assert await duty(session, FILING_RATE, then) == (1, 3)
    await done(bureau.officer, third.id, "withdrawal", **REASON)
    assert await duty(session, FILING_RATE, then) == (1, 2), "what should not have been opened is no problem"


async def test_letters_count_when_issued_and_again_when_answered_or_overdue(
    session: AsyncSession, bureau: Bureau, leader: httpx.AsyncClient
) -> None:
    issuer = await an_issuer(leader)
    letters = [await issued(bureau.officer, leader, issuer, "reminder", reply_length=1) for _ in range(3)]
    assert await duty(session, LETTERS_ISSUED) == (3, 3)
    assert await duty(session, LETTERS_ANSWERED) == (0, 0)
    for letter in letters:
        await letter_step(bureau.officer, letter["id"], "service", **SERVED)
    answer: dict[str, Any] = {"note": "已加强（演示）", "evidence": ["复函 演示-1"]}
    await letter_step(bureau.officer, letters[0]["id"], "reply", **answer)
    assert await duty(session, LETTERS_ANSWERED) == (1, 1)

    [clock] = await clocks_of(session, "supervision_letter", UUID(letters[1]["id"]))
    clock.triggered_at, clock.due_at = clock.triggered_at - timedelta(days=90), clock.due_at - timedelta(days=90)
    clock.sweep_after = clock.due_at
    await session.flush()
    await sweep(session)
    assert await duty(session, LETTERS_ANSWERED, of(clock.due_at - timedelta.resolution)) == (0, 1)

    replacing = await drafted(bureau.officer, issuer, "reminder", supersedes_id=letters[2]["id"])
    await letter_step(bureau.officer, replacing, "submission")
    await letter_step(leader, replacing, "issue")
    assert await duty(session, LETTERS_ISSUED) == (4, 4)
    assert await duty(session, LETTERS_ANSWERED) == (1, 1), "nobody owes an answer to what was replaced"


async def test_a_clue_counts_by_what_it_turned_out_to_be(session: AsyncSession, bureau: Bureau) -> None:
    clues = []
    for number in range(3):
        body = {"cell_code": VILLAGE, "place": "演示路（虚构）", "what": f"线索 {number}（演示）"}
        sent = await bureau.office.put(f"/v1/clues/{uuid7()}", json=body | {"found_at": now().isoformat()})
        clues.append(sent.json()["id"])

    async def answer(clue_id: str, outcome: str) -> None:
        version = (await bureau.office.get(f"/v1/clues/{clue_id}")).headers["ETag"]
        body = {"outcome": outcome, "answer": "已核查（演示）"}
        answered = await bureau.office.post(f"/v1/clues/{clue_id}/answer", json=body, headers={"If-Match": version})
        assert answered.status_code == 200, answered.text

    assert await duty(session, CLUES_SUBSTANTIATED) == (0, 0)
    for clue_id, outcome in zip(clues, ("substantiated", "unsubstantiated", "not_reached"), strict=True):
        await answer(clue_id, outcome)
    assert await duty(session, CLUES_SUBSTANTIATED) == (1, 2), "what nobody could see is neither true nor untrue"
    await answer(clues[2], "substantiated")
    await answer(clues[0], "unsubstantiated")
    assert await duty(session, CLUES_SUBSTANTIATED) == (1, 3)


async def test_who_passed_the_make_up_has_passed_the_exam(session: AsyncSession, bureau: Bureau) -> None:
    async def made(path: str, **body: Any) -> Any:
        answer = await bureau.office.post(f"/v1/{path}", json=body, headers={"Idempotency-Key": str(uuid4())})
        assert answer.status_code == 201, answer.text
        return answer.json()

    code, shop = EXAMS_PASSED[TraineeGroup.ENTERPRISE], await bureau.on_file()
    somebody = {"name": "演示（虚构）", "business_id": str(shop.id), "region_code": shop.region_code}
    people = [await made("trainees", role_group="enterprise", since=str(TODAY), **somebody) for _ in range(3)]
    exam = await made(
        "exams",
        title="演示抽查考核",
        role_group="enterprise",
        region_code=HAISHU,
        held_on=str(TODAY),
        pass_mark="60",
        full_mark="100",
    )
    assert await duty(session, code) == (0, 0)

    async def sat(number: int, score: str) -> None:
        result = {"trainee_id": people[number]["id"], "sat_on": str(TODAY), "score": score}
        await made(f"exams/{exam['id']}/results", results=[result])

    await sat(0, "90")
    await sat(1, "30")
    assert await duty(session, code) == (1, 2), "who did not sit it is not examined"
    await sat(1, "60")
    assert await duty(session, code) == (2, 2)
    assert await duty(session, EXAMS_PASSED[TraineeGroup.GRID]) == (0, 0)


async def test_sellers_with_a_grade_among_all_sellers_also_when_they_become_something_else(
    session: AsyncSession, bureau: Bureau
) -> None:
    today = Period.parse(TODAY.isoformat())

    async def sellers() -> tuple[int, int]:
        return await proved(session, RISK_FIGURES, SELLERS_GRADED, today)

    shops = [
        await on_file(session, name=f"演示销售店{number}（虚构）", same_uscc_confirmed=True) for number in range(2)
    ]
    await on_file(session, kind="canteen", uscc=None, name="演示食堂（虚构）")
    assert await sellers() == (0, 2)
    written = await bureau.office.put(
        "/v1/risk-schemes/seller-demo/versions/1", json=scheme_file("seller-demo", kinds=["sales"])
    )
    published = await bureau.office.post(
        "/v1/risk-schemes/seller-demo/versions/1/publication",
        json={"applies_from": TODAY.isoformat()},
        headers={"If-Match": written.headers["ETag"]},
    )
    assert published.status_code == 200, published.text
    await confirmed(bureau.office, shops[0].id, "B")
    assert await sellers() == (1, 2)
    read = await bureau.office.get(f"/v1/businesses/{shops[0].id}")
    change = business(kind="catering", name="演示销售店0（虚构）", same_uscc_confirmed=True)
    answer = await bureau.office.put(
        f"/v1/businesses/{shops[0].id}", json=change, headers={"If-Match": read.headers["ETag"]}
    )
    assert answer.status_code == 200, answer.text
    await follow(session, shops[0].id)
    assert await sellers() == (0, 1)
