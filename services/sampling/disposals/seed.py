"""The shipped requirements of a closure: practice, not read in any rule, and marked so; a bureau adds its own rows."""

import csv
from datetime import date
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.disposals import repository
from shared.contracts.disposals import Handling, Topic
from shared.contracts.statutory_sampling import CaseSide

SHIPPED = Path(__file__).parent / "data" / "closure-requirements.csv"


async def seed_requirements(session: AsyncSession) -> None:
    """Bring the shipped requirements into the unit's schema; idempotent, a release overwrites nothing."""
    with SHIPPED.open(encoding="utf-8", newline="") as file:
        rows = [
            {
                "id": uuid5(NAMESPACE_URL, f"shian:closure:{row['side']}:{row['handling']}:{row['topic']}"),
                "side": CaseSide(row["side"]),
                "handling": Handling(row["handling"]),
                "topic": Topic(row["topic"]),
                "required": True,
                "only_if_filed": row["only_if_filed"] == "true",
                "valid_from": date.fromisoformat(row["valid_from"]),
                "source": row["source"],
                "verified": False,
            }
            for row in csv.DictReader(file)
        ]
    await repository.add_missing_requirements(session, rows)
