"""What other services know of businesses, as entries of their timelines."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.timeline.service import note
from shared.contracts.inspection import TimelineKind
from shared.contracts.sampling import RapidTestFailed, WhistleClosed
from shared.contracts.statutory_sampling import CaseSide, DisposalClosed, Link, SampleConcluded, SampleFacts
from shared.contracts.traceability import LotHeld, LotReleased, RecallClosed, RecallFacts, RecallOpened


async def on_rapid_test_failed(session: AsyncSession, failed: RapidTestFailed) -> None:
    """A rapid test of the seller's goods was suspect positive."""
    await note(
        session,
        kind=TimelineKind.RAPID_TEST_FAILED,
        source=f"{failed.type}/{failed.whistle_id}/{failed.version}",
        business_id=failed.seller_business_id,
        uscc=failed.seller_uscc,
        summary=f"快检疑似阳性：{failed.product_name} {failed.item_name}（{failed.site_name}）",
        details={"whistle_id": str(failed.whistle_id), "task_number": failed.task_number},
        happened_at=failed.tested_at,
        link=f"/api/sampling/v1/whistles/{failed.whistle_id}",
    )


async def on_whistle_closed(session: AsyncSession, closed: WhistleClosed) -> None:
    """What became of a suspect positive."""
    await note(
        session,
        kind=TimelineKind.WHISTLE_CLOSED,
        source=f"{closed.type}/{closed.whistle_id}/{closed.version}",
        business_id=closed.seller_business_id,
        uscc=closed.seller_uscc,
        summary=f"快检吹哨办结：{closed.product_name} {closed.item_name}，{closed.outcome.label}",
        details={"whistle_id": str(closed.whistle_id), "outcome": closed.outcome.value},
        happened_at=closed.closed_at,
        link=f"/api/sampling/v1/whistles/{closed.whistle_id}",
    )


async def on_sample_concluded(session: AsyncSession, concluded: SampleConcluded) -> None:
    """A sample of somebody's goods has a conclusion: it concerns who sold them and who made them."""
    for side in _sides(concluded):
        await _note_sample(session, concluded, side)


async def on_disposal_closed(session: AsyncSession, closed: DisposalClosed) -> None:
    """A disposal case against one side is closed."""
    await note(
        session,
        kind=TimelineKind.DISPOSAL_CLOSED,
        source=f"{closed.type}/{closed.case_id}/{closed.version}",
        business_id=_business_of(closed, closed.side),
        uscc=_uscc_of(closed, closed.side),
        summary=f"核查处置办结（{closed.side.label}）：{closed.food_name}，{closed.conclusion.label}",
        details={"case_id": str(closed.case_id), "sample_id": str(closed.sample_id)},
        happened_at=closed.closed_at,
        link=f"/api/sampling/v1/disposal-cases/{closed.case_id}",
    )


async def on_lot_held(session: AsyncSession, held: LotHeld) -> None:
    """A lot in the business's hands may not be sold on."""
    await _note_lot(
        session, held, TimelineKind.LOT_HELD, f"批次锁定：{held.product_name} {held.lot_code}，{held.reason}"
    )


async def on_lot_released(session: AsyncSession, released: LotReleased) -> None:
    """A lot may be sold again."""
    words = f"批次解除锁定：{released.product_name} {released.lot_code}，{released.reason}"
    await _note_lot(session, released, TimelineKind.LOT_RELEASED, words)


async def on_recall_opened(session: AsyncSession, opened: RecallOpened) -> None:
    """Goods that these businesses had are called back."""
    words = f"召回立项：{opened.product_name} {opened.code}，{opened.reason}"
    await _note_recall(session, opened, TimelineKind.RECALL_OPENED, words, opened.opened_at)


async def on_recall_closed(session: AsyncSession, closed: RecallClosed) -> None:
    """A recall of goods that these businesses had has ended."""
    words = f"召回{closed.state.label}：{closed.product_name} {closed.code}"
    await _note_recall(session, closed, TimelineKind.RECALL_CLOSED, words, closed.closed_at)


async def _note_recall(
    session: AsyncSession, facts: RecallFacts, kind: TimelineKind, summary: str, at: datetime
) -> None:
    for business_id in sorted(set(facts.business_ids)):
        await note(
            session,
            kind=kind,
            source=f"{facts.type}/{facts.recall_id}/{business_id}",
            business_id=business_id,
            uscc=None,
            summary=summary,
            details={"recall_id": str(facts.recall_id)},
            happened_at=at,
            link=f"/api/traceability/v1/recalls/{facts.recall_id}",
        )


async def _note_sample(session: AsyncSession, facts: SampleConcluded, side: CaseSide) -> None:
    words = f"抽检结论：{facts.food_name}，{facts.conclusion.label}（报告 {facts.report_number}）"
    await note(
        session,
        kind=TimelineKind.SAMPLE_CONCLUDED,
        source=f"{facts.type}/{facts.sample_id}/{facts.version}/{side.value}",
        business_id=_business_of(facts, side),
        uscc=_uscc_of(facts, side),
        summary=words,
        details={
            "sample_id": str(facts.sample_id),
            "conclusion": facts.conclusion.value,
            "unqualified": [item.item for item in facts.unqualified_items],
        },
        happened_at=facts.concluded_at,
        link=f"/api/sampling/v1/samples/{facts.sample_id}",
    )


async def _note_lot(session: AsyncSession, facts: LotHeld | LotReleased, kind: TimelineKind, summary: str) -> None:
    await note(
        session,
        kind=kind,
        source=f"{facts.type}/{facts.hold_id}",
        business_id=facts.holder_business_id,
        uscc=None,
        summary=summary,
        details={"lot_id": str(facts.lot_id), "hold_id": str(facts.hold_id)},
        happened_at=facts.held_at if isinstance(facts, LotHeld) else facts.released_at,
        link=f"/api/traceability/v1/lots/{facts.lot_id}",
    )


def _sides(facts: SampleFacts) -> list[CaseSide]:
    """Whom a sample concerns: the sampled party is the producer where it is taken at the producer's."""
    if facts.link is Link.PRODUCTION:
        return [CaseSide.PRODUCER]
    return [CaseSide.SELLER, CaseSide.PRODUCER]


def _is_sampled_party(facts: SampleFacts, side: CaseSide) -> bool:
    return side is CaseSide.SELLER or facts.link is Link.PRODUCTION


def _business_of(facts: SampleFacts, side: CaseSide) -> UUID | None:
    return facts.business_id if _is_sampled_party(facts, side) else None


def _uscc_of(facts: SampleFacts, side: CaseSide) -> str | None:
    return facts.sampled_party_uscc if _is_sampled_party(facts, side) else facts.producer_uscc
