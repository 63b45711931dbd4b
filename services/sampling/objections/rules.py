"""Which clocks an objection has, by what it is about. Pure."""

from typing import NamedTuple

from shared.contracts.disposals import ObjectionKind


class Clocks(NamedTuple):
    """Codes of the clocks: the window to object, the duty to accept or not, the duty to decide."""

    window: str
    acceptance: str
    decision: str


_SAMPLING = Clocks("sampling_objection_application", "sampling_objection_acceptance", "sampling_objection_decision")
_RESULT = Clocks("result_objection_application", "result_objection_acceptance", "result_objection_decision")


def clocks_of(kind: ObjectionKind) -> Clocks:
    """The sampling process is contested from when sampling was finished, all else from receipt of the result."""
    return _SAMPLING if kind is ObjectionKind.SAMPLING_PROCESS else _RESULT
