"""What the records of other services say of a risk fact. Pure."""

from services.inspection.risk_grades.codes import FactState
from shared.contracts.sampling import WhistleOutcome
from shared.contracts.statutory_sampling import Conclusion


def state_of_sample(conclusion: Conclusion) -> FactState:
    """Only 不合格 is confirmed and only 合格 dismisses; a problem sample or an open verdict is neither."""
    if conclusion is Conclusion.UNQUALIFIED:
        return FactState.CONFIRMED
    return FactState.DISMISSED if conclusion is Conclusion.QUALIFIED else FactState.UNSETTLED


def state_of_whistle(outcome: WhistleOutcome, *, same_lot: bool) -> FactState:
    """A sample of the same lot settles a suspicion either way; a pass of other goods says nothing of these."""
    if outcome is WhistleOutcome.CONFIRMED:
        return FactState.CONFIRMED
    passed = outcome is WhistleOutcome.UNCONFIRMED and same_lot
    return FactState.DISMISSED if passed else FactState.UNSETTLED
