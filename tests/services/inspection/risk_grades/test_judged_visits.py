"""Only an inspection of everything by a whole list covers a business; what nobody could judge is carried on as such."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from services.inspection.businesses.schemas import BusinessWrite
from services.inspection.businesses.service import enter, new_business
from services.inspection.checklists.schemas import JudgementRead
from services.inspection.risk_grades.facts.judged_visits import check_of
from services.inspection.risk_grades.facts.repository import checks_of
from shared.contracts.codes import Role, Unit
from shared.ids import uuid7
from tests.conftest import ClientOf, SessionOf
from tests.services.inspection.factories import HAISHU, business
from tests.services.inspection.visit_records.contents import (
    ANNA,
    edited,
    pinned,
    published_checklist,
    send,
    upload_signatures,
    visit,
)

ON = date(2026, 7, 24)
PASSED = {"passed": 8, "failed": 2, "not_applicable": 1, "open": 0}
NOTHING = {"passed": 0, "failed": 0, "not_applicable": 0, "open": 0}


def judged(**change: Any) -> JudgementRead:
    plain: dict[str, Any] = {
        "verdict": None,
        "at_best": None,
        "handling": "",
        "key": PASSED,
        "general": PASSED,
        "failed": [],
    }
    return JudgementRead.model_validate(plain | {"open": [], "score": None, "steps": [], "faults": []} | change)


@pytest.mark.parametrize(
    ("change", "whole_list", "full"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"key": PASSED | {"open": 1}}, True, False),
        ({"general": PASSED | {"open": 1}}, True, False),
        ({"key": NOTHING, "general": NOTHING}, True, False),
    ],
)
def test_what_is_a_full_inspection(change: dict[str, Any], whole_list: bool, full: bool) -> None:
    assert check_of(uuid4(), ON, judged(**change), whole_list=whole_list).full == full


def test_counts_and_points_are_taken_over() -> None:
    score = {"got": "80", "due": "90", "normalised": "88.9", "band": "良好"}
    check = check_of(uuid4(), ON, judged(general=PASSED | {"open": 3}, score=score), whole_list=True)
    assert (check.key_checked, check.key_failed, check.general_open) == (10, 2, 3)
    assert str(check.score_share) == "0.888889"


async def test_a_visit_from_a_terminal_counts_for_grade_and_coverage_and_changes_with_its_correction(
    session_of: SessionOf, client_of: ClientOf
) -> None:
    session = await session_of(Unit.INSPECTION)
    shop = new_business(uuid7(), BusinessWrite.model_validate(business()))
    await enter(session, [shop], None)
    anna = await client_of(Unit.INSPECTION, Role.INSPECTOR, regions=[HAISHU], actor_id=ANNA)
    document = visit(pinned(await published_checklist(session)), business_id=str(shop.id), unregistered_place="")
    record_id = uuid7()
    await upload_signatures(anna)
    assert (await send(anna, record_id, document)).json()["state"] == "complete"
    [seen] = (await checks_of(session, [shop.id]))[shop.id]
    assert (seen.source_id, seen.key_failed, seen.general_failed) == (record_id, 0, 0)
    await send(anna, record_id, edited(document, found={"1": "failed"}))
    [anew] = (await checks_of(session, [shop.id]))[shop.id]
    assert anew.key_failed + anew.general_failed == 1
