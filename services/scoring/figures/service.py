"""Feeding the figures of scoring, in the transaction of the fact."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.scoring.credit.models import CreditSignal
from services.scoring.figures.definitions import CONFIRMED_SHARE, OPEN_SIGNALS, RISK_SIGNALS, SETTLED_EITHER_WAY
from shared.contracts.scoring import SignalState
from shared.figures.service import Change, record
from shared.times import day_of


async def signal_recorded(session: AsyncSession, signal: CreditSignal) -> None:
    day = day_of(signal.occurred_at)
    changes = [Change(figure.code, signal.region_code, day, 1) for figure in (RISK_SIGNALS, OPEN_SIGNALS)]
    await record(session, changes)


async def signal_settled(session: AsyncSession, signal: CreditSignal) -> None:
    assert signal.settled_at is not None
    day, region = day_of(signal.settled_at), signal.region_code
    changes = [Change(OPEN_SIGNALS.code, region, day, -1)]
    if signal.state in SETTLED_EITHER_WAY:
        changes.append(Change(CONFIRMED_SHARE.code, region, day, int(signal.state is SignalState.CONFIRMED), 1))
    await record(session, changes)
