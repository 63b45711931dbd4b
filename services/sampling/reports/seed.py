"""The shipped rules of what is told within 24 hours, every one unverified until a bureau corrects it."""

import tomllib
from decimal import Decimal
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.reports import repository
from services.sampling.reports.rules import SeriousKind

SHIPPED = Path(__file__).parent / "data" / "serious-findings.toml"


async def seed_serious_rules(session: AsyncSession) -> None:
    """Bring the shipped rules in as their version 1; idempotent, what a bureau has written stays and holds."""
    rows = tomllib.loads(SHIPPED.read_text("utf-8"))["rule"]
    await repository.add_missing_rules(
        session,
        [
            {
                "id": uuid5(NAMESPACE_URL, f"shian:serious-finding:{row['code']}"),
                "code": row["code"],
                "version": 1,
                "name": row["name"],
                "kind": SeriousKind(row["kind"]),
                "names": row.get("names", []),
                "factor": Decimal(row["factor"]) if "factor" in row else None,
                "valid_from": row["valid_from"],
                "valid_to": None,
                "source": row["source"],
                "verified": False,
                "origin": "seed",
                "reason": "随系统提供",
                "recorded_by": None,
            }
            for row in rows
        ],
    )
