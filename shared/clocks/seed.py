"""The shipped rules: rows of ``seeds/*.toml``, written where a bureau has not written its own."""

import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from shared.calendar.service import load_seed as load_calendar_seed
from shared.clocks import repository
from shared.clocks.models import ClockRuleRow
from shared.clocks.rules import ClockRule, ExtensionStep, Suspension
from shared.clocks.service import recompute_clocks
from shared.contracts.clocks import Authority, Effect, LengthUnit, StartRule
from shared.ids import uuid7
from shared.times import now

FOLDER = Path(__file__).with_name("seeds")


def shipped_rules() -> Iterator[ClockRule]:
    """Give every shipped rule. Raises ValueError for a row that could not be counted."""
    for path in sorted(FOLDER.glob("*.toml")):
        for row in tomllib.loads(path.read_text(encoding="utf-8"))["rule"]:
            yield _rule(row)


async def seed(session: AsyncSession) -> None:
    """Load the shipped calendar and rules; idempotent, and never over a row that a bureau has written.

    A shipped row that has changed becomes the next version of its rule; clocks that run keep the version they have.
    """
    new_years = await load_calendar_seed(session)
    known = {(row.code, row.authority, row.valid_from): row for row in await repository.rules_in_force(session)}
    for rule in shipped_rules():
        row = known.get((rule.code, rule.authority, rule.valid_from))
        if row is None or (row.origin == "seed" and row.to_rule() != rule):
            session.add(
                ClockRuleRow.of(
                    rule,
                    id=uuid7(),
                    version=row.version + 1 if row else 1,
                    origin="seed",
                    reason="",
                    recorded_at=now(),
                    recorded_by=None,
                )
            )
    await session.flush()
    if new_years:
        await recompute_clocks(session, datetime(min(new_years), 1, 1, tzinfo=UTC))


def _rule(row: dict[str, Any]) -> ClockRule:
    return ClockRule(
        **row
        | {
            "unit": LengthUnit(row["unit"]),
            "start": StartRule(row["start"]),
            "effect": Effect(row["effect"]),
            "authority": Authority(row["authority"]),
            "suspensions": tuple(Suspension(**item) for item in row.get("suspensions", ())),
            "extensions": tuple(ExtensionStep(step.get("length"), step["by"]) for step in row.get("extensions", ())),
        }
    )
