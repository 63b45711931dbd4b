"""What a concluded whistle or sample means for a credit signal. Pure."""

from shared.contracts.sampling import WhistleOutcome
from shared.contracts.scoring import SignalState
from shared.contracts.statutory_sampling import Conclusion


def settlement_of(outcome: WhistleOutcome, *, same_lot: bool) -> SignalState:
    """A sample of the same lot settles the signal either way. A sample of another lot can confirm but not clear it:
    that other goods pass says nothing of these, and unknown never counts as passed.
    """
    if outcome is WhistleOutcome.CONFIRMED:
        return SignalState.CONFIRMED
    if outcome is WhistleOutcome.UNCONFIRMED and same_lot:
        return SignalState.DISMISSED
    return SignalState.UNSETTLED


FAILURES = frozenset({Conclusion.UNQUALIFIED, Conclusion.PROBLEM})


def settlement_of_sample(conclusion: Conclusion) -> SignalState:
    """What the conclusion that finally holds says of the signal: only a pass dismisses it, what nobody could determine
    counts neither way.
    """
    if conclusion in FAILURES:
        return SignalState.CONFIRMED
    return SignalState.DISMISSED if conclusion is Conclusion.QUALIFIED else SignalState.UNSETTLED
