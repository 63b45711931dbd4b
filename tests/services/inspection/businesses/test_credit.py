"""The file shows the credit grade that scoring tells, and the risk grade answers to it; events come in any order."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.credit.subscribers import on_credit_grade_changed
from services.inspection.businesses.models import Business
from services.inspection.risk_grades.inputs import CREDIT_CLASS, with_credit
from services.inspection.risk_grades.rules import assess
from shared.contracts.codes import Role, Unit
from shared.contracts.scoring import CreditGrade, CreditGradeChanged
from shared.ids import uuid7
from shared.times import day_of, now
from tests.conftest import ClientOf, SessionOf
from tests.services.inspection.checklists.lists import ON_A_BUSY_MACHINE
from tests.services.inspection.corrections.making import on_file
from tests.services.inspection.factories import HAISHU
from tests.services.inspection.risk_grades.schemes import CREDIT, content, dynamic, file, inputs, static

TODAY = day_of(now())


def changed(business_id: UUID, grade: str, as_of: date = TODAY, version: int = 1) -> CreditGradeChanged:
    return CreditGradeChanged(
        business_id=business_id,
        uscc=None,
        version=version,
        grade=CreditGrade(grade),
        as_of=as_of,
        reason="一年内一次抽检不合格（演示）",
    )


@pytest_asyncio.fixture
async def session(session_of: SessionOf) -> AsyncSession:
    return await session_of(Unit.INSPECTION)


@pytest_asyncio.fixture
async def office(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.INSPECTION, Role.FOOD_SAFETY_OFFICE, regions=[HAISHU])


async def test_the_file_shows_the_grade_and_the_timeline_each_change(
    session: AsyncSession, office: httpx.AsyncClient
) -> None:
    shop = await on_file(session)
    path = f"/v1/businesses/{shop.id}"
    before = await office.get(path)
    assert before.json()["credit"] is None, "without a grade nobody is called good"
    for grade, version in (("B", 1), ("C", 2), ("C", 2)):
        await on_credit_grade_changed(session, changed(shop.id, grade, version=version))
    after = await office.get(path)
    assert after.json()["credit"] == {
        "grade": "C",
        "label": "信用C级",
        "as_of": TODAY.isoformat(),
        "reason": "一年内一次抽检不合格（演示）",
    }
    assert after.headers["ETag"] == before.headers["ETag"], "nobody has to read the file again who is changing it"
    told = (await office.get(f"{path}/timeline?kind=credit_grade_changed")).json()["items"]
    assert sorted(entry["summary"][:4] for entry in told) == ["信用B级", "信用C级"]


async def test_the_grade_of_a_merged_file_is_that_of_the_one_that_goes_on(
    session: AsyncSession, office: httpx.AsyncClient
) -> None:
    winner = await on_file(session)
    loser = await on_file(session, uscc=None, name="演示二档（虚构）")
    body = {
        "winner_id": str(winner.id),
        "winner_version": winner.version,
        "loser_id": str(loser.id),
        "loser_version": loser.version,
        "take_from_loser": [],
        "reason": "同一家（演示）",
    }
    merged = await office.post("/v1/business-merges", json=body, headers={"Idempotency-Key": str(uuid4())})
    assert merged.status_code == 201, merged.text
    await on_credit_grade_changed(session, changed(loser.id, "D"))
    assert (await office.get(f"/v1/businesses/{winner.id}")).json()["credit"]["grade"] == "D"


async def test_of_a_business_that_is_not_on_file_nothing_is_kept(session: AsyncSession) -> None:
    await on_credit_grade_changed(session, changed(uuid7(), "D"))


@ON_A_BUSY_MACHINE
@given(st.permutations([("A", -9, 1), ("B", -3, 2), ("D", -3, 3), ("C", -1, 4), ("B", -1, 1)]))
def test_whatever_the_order_the_latest_day_holds(events: Sequence[tuple[str, int, int]]) -> None:
    shop = Business()
    for grade, days, version in events:
        shop.take_credit(CreditGrade(grade), TODAY + timedelta(days=days), version, "（演示）")
    assert (shop.credit_grade, shop.credit_version) == (CreditGrade.C, 4)


@pytest.mark.parametrize(("grade", "points"), [("A", 0), ("B", 7), ("D", 20)])
def test_the_told_grade_answers_the_factor_of_credit(grade: str, points: int) -> None:
    scheme, plain = content(parts=[static(), dynamic("40"), CREDIT]), inputs()
    unknown = assess(scheme, plain, TODAY)
    assert CREDIT_CLASS in unknown.unknown, "what nobody told counts as the riskiest"
    known = assess(scheme, with_credit(plain, CreditGrade(grade)), TODAY)
    [line] = [line for line in known.lines if line.code == CREDIT_CLASS]
    assert line.known
    assert line.points == points
    assert unknown.score - known.score == 20 - points


def test_a_grade_that_the_scheme_does_not_know_stays_unknown() -> None:
    scheme = content(parts=[static(), dynamic("40"), CREDIT])
    assert CREDIT_CLASS in assess(scheme, with_credit(inputs(), CreditGrade.C), TODAY).unknown


def test_what_an_officer_wrote_before_does_not_stand_against_it() -> None:
    written = inputs(credit_class=("a",))
    assert with_credit(written, CreditGrade.D).answers[CREDIT_CLASS] == ("d",)


async def test_a_proposal_is_made_with_the_told_grade_where_the_scheme_asks_for_it(
    session: AsyncSession, office: httpx.AsyncClient
) -> None:
    shop = await on_file(session, kind="canteen")
    scheme = file() | {"content": content(parts=[static(), dynamic("40"), CREDIT]).model_dump(mode="json")}
    written = await office.put("/v1/risk-schemes/stall-demo/versions/1", json=scheme)
    assert written.status_code == 201, written.text
    published = await office.post(
        "/v1/risk-schemes/stall-demo/versions/1/publication",
        json={"applies_from": TODAY.isoformat()},
        headers={"If-Match": written.headers["ETag"]},
    )
    assert published.status_code == 200, published.text
    await on_credit_grade_changed(session, changed(shop.id, "B"))
    shown = (await office.get(f"/v1/risk-grades/{shop.id}/assessment")).json()
    [line] = [line for line in shown["lines"] if line["code"] == CREDIT_CLASS]
    assert (line["points"], line["known"]) == ("7", True)
