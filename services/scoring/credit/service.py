"""Recording credit signals and settling them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.scoring.credit import repository
from services.scoring.credit.grades.service import follow_signal
from services.scoring.credit.models import CreditSignal
from services.scoring.credit.rules import FAILURES, settlement_of, settlement_of_sample
from services.scoring.figures import service as figures
from shared.contracts.sampling import RapidTestFailed, WhistleClosed, WhistleFacts
from shared.contracts.scoring import SignalKind, SignalState
from shared.contracts.statutory_sampling import DisposalClosed, ReportClass, SampleConcluded, SampleFacts
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
    await _settle(session, signal, settlement_of(whistle.outcome, same_lot=whistle.same_lot), whistle.closed_at)


async def record_conclusion(session: AsyncSession, sample: SampleConcluded) -> None:
    """A failed sample makes a signal on whom it was taken from. It stays open while it may be contested; a later
    conclusion that passes the sample dismisses it.
    """
    if sample.conclusion in FAILURES:
        failed = "、".join(item.item for item in sample.unqualified_items)
        summary = f"{sample.food_name} 抽检{sample.conclusion.label}" + (f"（{failed}）" if failed else "")
        severe = sample.report_class is ReportClass.SERIOUS
        await _signal_of_sample(session, sample, summary, sample.concluded_at, severe=severe)
        return
    signal = await repository.of_source(session, SignalKind.SAMPLE_FAILED, sample.sample_id)
    if signal is not None:
        await _settle(session, signal, settlement_of_sample(sample.conclusion), sample.concluded_at)


async def settle_failed_sample(session: AsyncSession, case: DisposalClosed) -> None:
    """The disposal is over: the conclusion that then holds settles the signal, whichever of two cases is over first."""
    signal = await _signal_of_sample(session, case, f"{case.food_name} 抽检不合格", case.closed_at, severe=False)
    await _settle(session, signal, settlement_of_sample(case.conclusion), case.closed_at)


async def _settle(session: AsyncSession, signal: CreditSignal, state: SignalState, at: datetime) -> None:
    if signal.settle(state, at=at, recorded_at=now()):
        await session.flush()
        await figures.signal_settled(session, signal)
        await follow_signal(session, signal)


async def _signal_of_sample(
    session: AsyncSession, sample: SampleFacts, summary: str, occurred_at: datetime, *, severe: bool
) -> CreditSignal:
    return await _signal(
        session,
        {
            "kind": SignalKind.SAMPLE_FAILED,
            "source_id": sample.sample_id,
            "business_id": sample.business_id,
            "business_uscc": sample.sampled_party_uscc,
            "business_name": sample.sampled_party_name,
            "region_code": sample.region_code,
            "summary": summary,
            "severe": severe,
            "occurred_at": occurred_at,
        },
    )


async def _signal_of(session: AsyncSession, whistle: WhistleFacts, *, occurred_at: datetime) -> CreditSignal:
    return await _signal(
        session,
        {
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


async def _signal(session: AsyncSession, values: dict[str, Any]) -> CreditSignal:
    """The one signal of a record, made now if this is the first that is told of it."""
    is_new = await repository.insert_if_new(session, {"id": uuid7(), **values})
    signal = await repository.of_source(session, values["kind"], values["source_id"])
    assert signal is not None
    if is_new:
        await figures.signal_recorded(session, signal)
    return signal
