"""The shipped items without a re-test: names in use, not read in any rule and marked so; a bureau adds rows."""

import csv
from datetime import date
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.no_retest_items import repository

SHIPPED = Path(__file__).parent / "data" / "microbiological-items.csv"


async def seed_no_retest_items(session: AsyncSession) -> None:
    """Bring the shipped items into the unit's schema; idempotent, a release overwrites nothing."""
    with SHIPPED.open(encoding="utf-8", newline="") as file:
        rows = [
            {
                "id": uuid5(NAMESPACE_URL, f"shian:no-retest-item:{row['name']}"),
                "name": row["name"],
                "excluded": False,
                "valid_from": date.fromisoformat(row["valid_from"]),
                "source": row["source"],
                "verified": False,
                "reason": "随系统提供",
            }
            for row in csv.DictReader(file)
        ]
    await repository.add_missing(session, rows)
