"""The shipped forms: written by us as examples, read in no rule, and marked so; a bureau adds its own versions."""

import json
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.supervision_letters import repository
from services.inspection.supervision_letters.kinds import LetterKind
from services.inspection.supervision_letters.models import LetterTemplate

SHIPPED = Path(__file__).parent / "data" / "templates.json"


def shipped_templates() -> list[dict[str, Any]]:
    templates: list[dict[str, Any]] = json.loads(SHIPPED.read_text(encoding="utf-8"))
    return templates


async def seed_templates(session: AsyncSession) -> None:
    """Bring a first form of each kind into the unit's schema; idempotent, a release overwrites nothing."""
    known = {template.kind for template in await repository.list_templates(session)}
    for row in shipped_templates():
        kind = LetterKind(row["kind"])
        if kind not in known:
            dated = {"kind": kind, "valid_from": date.fromisoformat(row["valid_from"])}
            session.add(LetterTemplate(**row | dated, number=1, recorded_by=None))
    await session.flush()
