"""The shipped rule of credit grades: an example in the shape of a province's, read by nobody at its source."""

import json
from datetime import date
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from services.scoring.credit.grades.content import CreditRules
from services.scoring.credit.grades.models import CreditGradeRule
from shared.dated_rules.repository import seed_rules

FILE = Path(__file__).with_name("example.json")


def shipped_rule() -> CreditRules:
    """Raises ValueError for a rule that does not hold together."""
    return CreditRules.model_validate(json.loads(FILE.read_text(encoding="utf-8")))


async def seed_credit_grade_rules(session: AsyncSession) -> None:
    """Load the shipped rule; idempotent."""
    row = {
        "valid_from": date(2015, 10, 1),
        "source": "示例：仿某省食品信用分级的分数线编写，非正式办法；由主管部门设定",
        "verified": False,
        "content": shipped_rule().model_dump(mode="json"),
    }
    await seed_rules(session, CreditGradeRule, [row])
