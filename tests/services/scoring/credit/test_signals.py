"""A suspect positive is a dated signal on the business; only a sample of the same lot can clear it."""

import pytest
from sqlalchemy import func, select

from services.scoring.credit.models import CreditSignal
from services.scoring.credit.rules import settlement_of
from services.scoring.credit.subscribers import on_rapid_test_failed, on_whistle_closed
from shared.contracts.codes import Role, Unit
from shared.contracts.sampling import WhistleOutcome
from shared.contracts.scoring import SignalState
from tests.conftest import ClientOf, SessionOf
from tests.factories.sampling import TESTED, rapid_test_failed, whistle_closed


@pytest.mark.parametrize(
    ("outcome", "same_lot", "state"),
    [
        (WhistleOutcome.CONFIRMED, True, SignalState.CONFIRMED),
        (WhistleOutcome.CONFIRMED, False, SignalState.CONFIRMED),
        (WhistleOutcome.UNCONFIRMED, True, SignalState.DISMISSED),
        (WhistleOutcome.UNCONFIRMED, False, SignalState.UNSETTLED),
        (WhistleOutcome.UNREACHABLE, True, SignalState.UNSETTLED),
        (WhistleOutcome.UNREACHABLE, False, SignalState.UNSETTLED),
    ],
)
def test_unknown_never_clears_a_signal(outcome: WhistleOutcome, same_lot: bool, state: SignalState) -> None:
    assert settlement_of(outcome, same_lot=same_lot) is state


async def test_a_suspect_positive_makes_one_dated_signal(session_of: SessionOf, client_of: ClientOf) -> None:
    session = await session_of(Unit.SCORING)
    failed = rapid_test_failed(banned=True)
    for _ in range(3):
        await on_rapid_test_failed(session, failed)
    assert await session.scalar(select(func.count()).where(CreditSignal.source_id == failed.whistle_id)) == 1

    leader = await client_of(Unit.SCORING, Role.LEADER, regions=["330203000000"])
    [signal] = (await leader.get("/v1/credit-signals", params={"source_id": str(failed.whistle_id)})).json()["items"]
    assert signal["state"] == "open"
    assert signal["severe"] is True
    assert signal["occurred_at"] == TESTED.isoformat().replace("+00:00", "Z")
    assert signal["business_id"] == str(failed.seller_business_id)


async def test_a_closing_settles_it_once_in_either_order(session_of: SessionOf) -> None:
    session = await session_of(Unit.SCORING)
    failed = rapid_test_failed()
    closed = whistle_closed(failed, outcome=WhistleOutcome.CONFIRMED)
    for told in (on_whistle_closed(session, closed), on_rapid_test_failed(session, failed)):
        await told
    await on_whistle_closed(session, whistle_closed(failed))
    signal = await session.scalar(select(CreditSignal).where(CreditSignal.source_id == failed.whistle_id))
    assert signal is not None
    assert signal.state is SignalState.CONFIRMED
    assert signal.version == 2


async def test_a_business_sees_only_its_own_signals(session_of: SessionOf, client_of: ClientOf) -> None:
    session = await session_of(Unit.SCORING)
    mine, other = rapid_test_failed(), rapid_test_failed()
    await on_rapid_test_failed(session, mine)
    await on_rapid_test_failed(session, other)
    for regions, sees in (["330203000000"], [str(mine.whistle_id)]), (["440605000000"], []):
        business = await client_of(Unit.SCORING, Role.BUSINESS, regions=regions, business_id=mine.seller_business_id)
        seen = (await business.get("/v1/credit-signals")).json()["items"]
        assert [signal["source_id"] for signal in seen] == sees, regions
