"""A plan of a survey for tests: two strata, two questions."""

from decimal import Decimal
from typing import Any

from services.scoring.surveys.content import Plan

LINE = Decimal("0.70")

CONTENT: dict[str, Any] = {
    "questionnaire": "食品安全满意度问卷（演示）",
    "age_at_least": 18,
    "months_resident_at_least": 6,
    "seconds_at_least": 60,
    "refuse_all_alike": True,
    "z": "1.96",
    "questions": [
        {
            "code": "overall",
            "text": "您对本地食品安全总体上满意吗？",
            "measure": "satisfaction",
            "options": [
                {"code": "very", "label": "很满意", "counts": True, "score": "100"},
                {"code": "fairly", "label": "比较满意", "counts": True, "score": "75"},
                {"code": "little", "label": "不满意", "counts": False, "score": "25"},
                {"code": "unsure", "label": "说不清", "counts": None, "score": None},
            ],
        },
        {
            "code": "known",
            "text": "您知道本地在创建食品安全示范城市吗？",
            "measure": "awareness",
            "options": [
                {"code": "yes", "label": "知道", "counts": True, "score": None},
                {"code": "no", "label": "不知道", "counts": False, "score": None},
            ],
        },
    ],
    "strata": [
        {"code": "urban", "label": "城镇", "share": "0.7", "quota": 7},
        {"code": "rural", "label": "农村", "share": "0.3", "quota": 3},
    ],
}


def plan_with(**what: object) -> Plan:
    return Plan.model_validate(CONTENT | what)


PLAN = plan_with()
