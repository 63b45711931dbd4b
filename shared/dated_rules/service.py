"""Stating a rule: one more row, from a day on. None is ever changed."""

from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from shared.dated_rules.models import DatedRule
from shared.http.auth import Actor

R = TypeVar("R", bound=DatedRule)


async def state_rule(session: AsyncSession, rule: R, actor: Actor) -> R:
    """Append a rule: from its day on it counts, also for that day's earlier rows. What was decided before stays."""
    rule.recorded_by = actor.id
    session.add(rule)
    await session.flush()
    return rule
