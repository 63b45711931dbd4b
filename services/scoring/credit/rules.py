"""What a concluded whistle means for a credit signal. Pure."""

from shared.contracts.sampling import WhistleOutcome
from shared.contracts.scoring import SignalState


def settlement_of(outcome: WhistleOutcome, *, same_lot: bool) -> SignalState:
    """A sample of the same lot settles the signal either way. A sample of another lot can confirm but not clear it:
    that other goods pass says nothing of these, and unknown never counts as passed.
    """
    if outcome is WhistleOutcome.CONFIRMED:
        return SignalState.CONFIRMED
    if outcome is WhistleOutcome.UNCONFIRMED and same_lot:
        return SignalState.DISMISSED
    return SignalState.UNSETTLED
