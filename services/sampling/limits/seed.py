"""The shipped limits: a few dozen rows, each with its source and unverified until somebody reads it in the standard.

The file has the columns of an import, so it is also the example for one. A release overwrites nothing.
"""

import csv
from datetime import date
from pathlib import Path
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.limits import repository
from services.sampling.limits.columns import read_file

DATA = Path(__file__).parent / "data"
SHIPPED_LIMITS, SHIPPED_STANDARDS = DATA / "limits.csv", DATA / "standards.csv"


async def seed_limits(session: AsyncSession) -> None:
    """Bring the shipped standards and limits into the unit's schema; idempotent. Categories must be there."""
    with SHIPPED_STANDARDS.open(encoding="utf-8", newline="") as file:
        standards = [
            {
                "id": _same_id("standard", row["code"]),
                "code": row["code"],
                "family": row["family"],
                "title": row["title"],
                "valid_from": date.fromisoformat(row["valid_from"]),
                "valid_to": date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
                "source": row["source"],
                "verified": False,
            }
            for row in csv.DictReader(file)
        ]
    await repository.add_missing_standards(session, standards)
    shipped = read_file(SHIPPED_LIMITS)
    assert not shipped.errors, shipped.errors
    rows = [
        {"id": _same_id("limit", row["standard_code"], row["item"], row["category_code"]), "note": "", **row}
        for row in shipped.rows.values()
    ]
    await repository.add_limits(session, rows, skip_known=True)


def _same_id(*names: str) -> UUID:
    """The same id in every release, so that loading twice adds nothing."""
    return uuid5(NAMESPACE_URL, f"shian:{':'.join(names)}")
