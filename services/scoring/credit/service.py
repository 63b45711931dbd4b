"""Recording credit signals and settling them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.scoring.credit import repository
from services.scoring.credit.models import CreditSignal
from services.scoring.credit.rules import settlement_of
from services.scoring.figures import service as figures
from shared.contracts.sampling import RapidTestFailed, WhistleClosed, WhistleFacts
from shared.contracts.scoring import SignalKind
from shared.http.auth import Actor
from shared.http.problems import NotFound
from shared.ids import uuid7
from shared.times import now


class UnknownSignal(NotFound):
    slug, title = "unknown-credit-signal", "没有这条信用信号"


async def read_signal(session: AsyncSession, actor: Actor, signal_id: UUID) -> CreditSignal:
    signal = await repository.get_visible(session, actor, signal_id)
    if signal is None:
        raise UnknownSignal
    return signal


async def record_suspect_positive(session: AsyncSession, whistle: RapidTestFailed) -> None:
    """Record a dated signal on the seller of a suspect positive."""
    await _signal_of(session, whistle, occurred_at=whistle.tested_at)


async def settle_suspect_positive(session: AsyncSession, whistle: WhistleClosed) -> None:
    """Settle the signal by the whistle's outcome; a closing that overtook the blowing makes the signal first."""
    signal = await _signal_of(session, whistle, occurred_at=whistle.closed_at)
    state = settlement_of(whistle.outcome, same_lot=whistle.same_lot)
    if signal.settle(state, at=whistle.closed_at, recorded_at=now()):
        await session.flush()
        await figures.signal_settled(session, signal)


async def _signal_of(session: AsyncSession, whistle: WhistleFacts, *, occurred_at: datetime) -> CreditSignal:
    is_new = await repository.insert_if_new(
        session,
        {
            "id": uuid7(),
            "kind": SignalKind.RAPID_TEST_FAILED,
            "source_id": whistle.whistle_id,
            "business_id": whistle.seller_business_id,
            "business_uscc": whistle.seller_uscc,
            "business_name": whistle.seller_name,
            "region_code": whistle.region_code,
            "summary": f"{whistle.product_name} · {whistle.item_name} 疑似阳性（{whistle.site_name}）",
            "severe": whistle.banned,
            "occurred_at": occurred_at,
        },
    )
    signal = await repository.of_source(session, SignalKind.RAPID_TEST_FAILED, whistle.whistle_id)
    assert signal is not None
    if is_new:
        await figures.signal_recorded(session, signal)
    return signal
