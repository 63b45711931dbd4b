"""The shipped lists: examples in the shape of rules that places have published, read by nobody at their source."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from services.scoring.lists.content import ListRules
from services.scoring.lists.models import ListRule
from shared.dated_rules.repository import seed_rules

FOLDER = Path(__file__).with_name("data")


def shipped_lists() -> Iterator[tuple[str, ListRules]]:
    """Code and content. Raises ValueError for a list that does not hold together."""
    for path in sorted(FOLDER.glob("*.json")):
        yield path.stem, ListRules.model_validate(json.loads(path.read_text(encoding="utf-8")))


async def seed_list_rules(session: AsyncSession) -> None:
    """Load the shipped lists; idempotent."""
    rows = [{"code": code, "content": rules.model_dump(mode="json")} for code, rules in shipped_lists()]
    await seed_rules(
        session,
        ListRule,
        rows,
        valid_from=date(2015, 10, 1),
        source="示例：仿各地公布的做法编写，非正式办法；由主管部门设定",
        verified=False,
    )
