"""The shipped rule of assessments, as plans of cities quote it; the text itself was not read."""

from datetime import date
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from services.scoring.assessments.models import AssessmentRule
from shared.dated_rules.repository import seed_rules


async def seed_assessment_rules(session: AsyncSession) -> None:
    """Load the shipped rule; idempotent."""
    row = {
        "valid_from": date(2019, 5, 9),
        "weight_at_least": Decimal("0.03"),
        "talk_after": ["C", "D"],
        "source": "权重据各地食品安全规划转引的中央文件要求，约谈的等级据某市考核办法转引",
        "verified": False,
    }
    await seed_rules(session, AssessmentRule, [row])
