"""A failed sample is a dated signal on whom it was taken from; it stays open until the final conclusion settles it."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.scoring.credit.models import CreditSignal
from services.scoring.credit.rules import settlement_of_sample
from services.scoring.credit.subscribers import on_disposal_closed, on_sample_concluded
from shared.contracts.codes import Unit
from shared.contracts.scoring import SignalKind, SignalState
from shared.contracts.statutory_sampling import CaseSide, Conclusion, DisposalClosed, SampleConcluded
from tests.conftest import SessionOf
from tests.factories.statutory_sampling import failed_item, sample_facts

CONCLUDED = datetime(2026, 8, 12, 2, 0, tzinfo=UTC)
FACTS = sample_facts()


def concluded(sample_id: UUID, conclusion: Conclusion, version: int = 6) -> SampleConcluded:
    failed = conclusion in (Conclusion.UNQUALIFIED, Conclusion.PROBLEM)
    return SampleConcluded.model_validate(
        FACTS
        | {
            "sample_id": sample_id,
            "version": version,
            "conclusion": conclusion,
            "report_class": "serious" if failed else "qualified",
            "report_number": "DEMO-1",
            "unqualified_items": [failed_item()] if failed else [],
            "concluded_at": CONCLUDED,
        }
    )


def closed(sample_id: UUID, conclusion: Conclusion, side: CaseSide = CaseSide.SELLER) -> DisposalClosed:
    return DisposalClosed.model_validate(
        FACTS
        | {
            "sample_id": sample_id,
            "version": 9,
            "case_id": uuid4(),
            "side": side,
            "conclusion": conclusion,
            "closed_at": CONCLUDED,
        }
    )


async def signal_of(session: AsyncSession, sample_id: UUID) -> CreditSignal | None:
    found: CreditSignal | None = await session.scalar(select(CreditSignal).where(CreditSignal.source_id == sample_id))
    return found


@pytest.mark.parametrize(
    ("conclusion", "state"),
    [
        (Conclusion.UNQUALIFIED, SignalState.CONFIRMED),
        (Conclusion.PROBLEM, SignalState.CONFIRMED),
        (Conclusion.QUALIFIED, SignalState.DISMISSED),
        (Conclusion.UNDETERMINED, SignalState.UNSETTLED),
    ],
)
def test_only_a_pass_dismisses(conclusion: Conclusion, state: SignalState) -> None:
    assert settlement_of_sample(conclusion) is state


async def test_a_failed_sample_makes_one_open_signal_and_a_passed_one_none(session_of: SessionOf) -> None:
    session, failed, passed = await session_of(Unit.SCORING), uuid4(), uuid4()
    for _ in range(2):
        await on_sample_concluded(session, concluded(failed, Conclusion.UNQUALIFIED))
    await on_sample_concluded(session, concluded(passed, Conclusion.QUALIFIED))
    signal = await signal_of(session, failed)
    assert signal is not None
    assert (signal.kind, signal.state, signal.severe) == (SignalKind.SAMPLE_FAILED, SignalState.OPEN, True)
    assert (signal.business_id, signal.summary) == (FACTS["business_id"], "草鱼 抽检不合格（孔雀石绿）")
    assert await signal_of(session, passed) is None


async def test_the_first_closed_case_settles_it_and_the_second_changes_nothing(session_of: SessionOf) -> None:
    session, sample_id = await session_of(Unit.SCORING), uuid4()
    await on_disposal_closed(session, closed(sample_id, Conclusion.UNQUALIFIED))
    await on_sample_concluded(session, concluded(sample_id, Conclusion.UNQUALIFIED))
    await on_disposal_closed(session, closed(sample_id, Conclusion.UNQUALIFIED, CaseSide.PRODUCER))
    signal = await signal_of(session, sample_id)
    assert signal is not None and (signal.state, signal.version) == (SignalState.CONFIRMED, 2)


async def test_a_conclusion_drawn_anew_dismisses_it_in_whatever_order_it_is_told(session_of: SessionOf) -> None:
    session = await session_of(Unit.SCORING)
    for late in (False, True):
        sample_id = uuid4()
        failed = concluded(sample_id, Conclusion.UNQUALIFIED)
        passed = concluded(sample_id, Conclusion.QUALIFIED, version=8)
        for event in (passed, failed) if late else (failed, passed):
            await on_sample_concluded(session, event)
        await on_disposal_closed(session, closed(sample_id, Conclusion.QUALIFIED))
        signal = await signal_of(session, sample_id)
        assert signal is not None and signal.state is SignalState.DISMISSED
