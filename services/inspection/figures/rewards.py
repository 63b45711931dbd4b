"""The figures of rewards for reports: how many were paid, and how much. Nothing of who reported is among their rows."""

from typing import Any

from sqlalchemy import Select, Text, cast, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.reward_ledger.models import Reward
from shared.contracts.figures import FigureDefinition, FigureKind
from shared.figures.definition import Figure, day_in_shanghai
from shared.figures.service import Change, record
from shared.times import day_of

REWARDS_PAID = "inspection.rewards_paid"
REWARD_YUAN = "inspection.reward_yuan_paid"


async def record_payment(session: AsyncSession, reward: Reward) -> None:
    """A reward has been paid; that is never taken back."""
    assert reward.paid_at is not None
    day = day_of(reward.paid_at)
    await record(
        session,
        [
            Change(REWARDS_PAID, reward.region_code, day, 1),
            Change(REWARD_YUAN, reward.region_code, day, reward.amount),
        ],
    )


def _payments(numerator: Any) -> Select[Any]:
    return select(
        Reward.id.label("id"),
        func.concat("举报 ", Reward.report_number).label("label"),
        Reward.region_code.label("region_code"),
        day_in_shanghai(Reward.paid_at.expression).label("day"),
        numerator.label("numerator"),
        literal(0).label("denominator"),
        Reward.paid_at.label("recorded_at"),
        func.concat("/v1/rewards/", cast(Reward.id, Text)).label("link"),
    ).where(Reward.paid_at.is_not(None))


def _figure(code: str, name: str, unit: str, numerator: str, decimals: int, counted: Any) -> Figure:
    definition = FigureDefinition(
        code=code,
        name=name,
        kind=FigureKind.FLOW,
        unit=unit,
        numerator=numerator,
        denominator=None,
        higher_is_better=None,
        decimals=decimals,
        version=1,
        note="按发放之日计；批准而没有领取的、放弃的不计",
    )
    return Figure(definition, lambda: _payments(counted))


REWARD_FIGURES = (
    _figure(REWARDS_PAID, "举报奖励发放数", "件", "当期发放的举报奖励件数", 0, literal(1)),
    _figure(REWARD_YUAN, "举报奖励发放额", "元", "当期发放的举报奖励金额之和", 2, Reward.amount),
)
"""All figures that the reward ledger feeds."""
