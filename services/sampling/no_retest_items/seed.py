"""The shipped items without a re-test: names in use, not read in any rule and marked so; a bureau adds rows."""

import csv
from datetime import date
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.no_retest_items.models import NoRetestItem
from shared.dated_rules.repository import seed_rules

SHIPPED = Path(__file__).parent / "data" / "microbiological-items.csv"


async def seed_no_retest_items(session: AsyncSession) -> None:
    with SHIPPED.open(encoding="utf-8", newline="") as file:
        rows = [
            {
                "name": row["name"],
                "valid_from": date.fromisoformat(row["valid_from"]),
                "source": row["source"],
            }
            for row in csv.DictReader(file)
        ]
    await seed_rules(session, NoRetestItem, rows, excluded=False, verified=False, reason="随系统提供")
