"""The shipped requirements of a closure: practice, not read in any rule, and marked so; a bureau adds its own rows."""

import csv
from datetime import date
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.disposals.models import ClosureRequirement
from shared.contracts.disposals import Handling, Topic
from shared.contracts.statutory_sampling import CaseSide
from shared.dated_rules.repository import seed_rules

SHIPPED = Path(__file__).parent / "data" / "closure-requirements.csv"


async def seed_requirements(session: AsyncSession) -> None:
    with SHIPPED.open(encoding="utf-8", newline="") as file:
        rows = [
            {
                "side": CaseSide(row["side"]),
                "handling": Handling(row["handling"]),
                "topic": Topic(row["topic"]),
                "only_if_filed": row["only_if_filed"] == "true",
                "valid_from": date.fromisoformat(row["valid_from"]),
                "source": row["source"],
            }
            for row in csv.DictReader(file)
        ]
    await seed_rules(session, ClosureRequirement, rows, required=True, verified=False)
