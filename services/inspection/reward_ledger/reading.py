"""Rewards as callers see them, never with who reported."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.grid.dated_rules.models import DatedRule
from services.inspection.reward_ledger import repository
from services.inspection.reward_ledger.models import Reward
from services.inspection.reward_ledger.rules import Reckoning
from services.inspection.reward_ledger.schemas import (
    ReckoningRead,
    RewardEntryRead,
    RewardRead,
    RewardSummary,
    StepRead,
)


async def show_rewards(session: AsyncSession, rewards: Iterable[Reward]) -> list[RewardSummary]:
    """Rewards in a list, each with the last moments of its clocks."""
    rows = list(rewards)
    clocks = {clock for row in rows for clock in (row.notice_clock_id, row.claim_clock_id) if clock}
    due = await repository.due_times(session, clocks)
    return [RewardSummary.model_validate(_facts(row, due)) for row in rows]


async def show_reward(session: AsyncSession, reward: Reward) -> RewardRead:
    """One reward with its reckoning and history (which must be loaded)."""
    [summary] = await show_rewards(session, [reward])
    return RewardRead(
        **dict(summary),
        steps=[StepRead.model_validate(step) for step in reward.steps],
        entries=[
            RewardEntryRead(
                **{name: getattr(entry, name) for name in RewardEntryRead.model_fields if name != "label"},
                label=entry.kind.label,
            )
            for entry in reward.entries
        ],
    )


def show_reckoning(reckoning: Reckoning, rule: DatedRule) -> ReckoningRead:
    steps = [StepRead.model_validate(step) for step in reckoning.steps]
    return ReckoningRead(amount=reckoning.amount, steps=steps, joint_approval=reckoning.joint_approval, rule_id=rule.id)


def _facts(row: Reward, due: dict[UUID, datetime]) -> dict[str, object]:
    clocks = {"notice_due_at": row.notice_clock_id, "claim_due_at": row.claim_clock_id}
    times = {name: due.get(clock) if clock else None for name, clock in clocks.items()}
    return {name: getattr(row, name) for name in RewardSummary.model_fields if name not in times} | times
