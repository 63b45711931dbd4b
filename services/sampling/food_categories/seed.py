"""The shipped categories: the main classes of the national plan and those that shipped limits speak of, unverified.

The rule by which day a standard's version is chosen stands on them as data (`date_basis`). A bureau changes and adds;
a release overwrites nothing.
"""

import csv
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.food_categories import repository
from services.sampling.food_categories.rules import DateBasis

SHIPPED = Path(__file__).parent / "data" / "categories.csv"
SOURCE = "国家食品安全抽检计划通行的类别名称；与当年计划、与各标准的食品分类均未核对"


async def seed_categories(session: AsyncSession) -> None:
    """Bring the shipped categories into the unit's schema; idempotent."""
    with SHIPPED.open(encoding="utf-8", newline="") as file:
        rows = [
            {
                "code": row["code"],
                "parent_code": row["code"].rpartition(".")[0] or None,
                "level": row["code"].count(".") + 1,
                "name": row["name"],
                "aliases": [alias for alias in row["aliases"].split("|") if alias],
                "excluded_codes": [],
                "date_basis": DateBasis(row["date_basis"]) if row["date_basis"] else None,
                "source": SOURCE,
                "verified": False,
            }
            for row in csv.DictReader(file)
        ]
    await repository.add_missing(session, rows)
