"""The shipped rule of an index: an example in the shape of published models, nobody's official one."""

import json
from datetime import date
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from services.scoring.indices.content import IndexRules
from services.scoring.indices.models import IndexRule
from shared.dated_rules.repository import seed_rules

FILE = Path(__file__).with_name("example.json")


def shipped_rule() -> IndexRules:
    """Raises ValueError for a rule that does not hold together."""
    return IndexRules.model_validate(json.loads(FILE.read_text(encoding="utf-8")))


async def seed_index_rules(session: AsyncSession) -> None:
    """Load the shipped rule; idempotent."""
    row = {
        "code": "food-safety",
        "valid_from": date(2024, 1, 1),
        "source": "示例：仿已发表的食品安全指数编写，指标、权重均非正式；由主管部门设定",
        "verified": False,
        "content": shipped_rule().model_dump(mode="json"),
    }
    await seed_rules(session, IndexRule, [row])
