"""Whatever people do in whatever order, the rules of a correction hold."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.inspection.corrections.kinds import (
    ESCALATIONS,
    CorrectionEnd,
    CorrectionState,
    CorrectionStep,
    Origin,
    RecheckResult,
)
from services.inspection.corrections.models import ORDERS, Correction
from services.inspection.corrections.problems import CorrectionStepRefused
from services.inspection.corrections.rules import LAST_ORDINARY_ORDER, TimeLimit
from shared.contracts.clocks import LengthUnit
from shared.http.problems import InvalidRequest
from shared.ids import uuid7

BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)
PRESENT = BEGIN + timedelta(days=365)
PHOTO = "a1" * 32

RECHECKED = {
    RecheckResult.PASSED: CorrectionStep.RECHECK_PASSED,
    RecheckResult.FAILED: CorrectionStep.RECHECK_FAILED,
    RecheckResult.NOT_REACHED: CorrectionStep.NOT_REACHED,
}


def new() -> Correction:
    correction = Correction(
        id=uuid7(),
        version=1,
        origin=Origin.HAND,
        party_name="演示小吃店（虚构）",
        region_code="330203009000",
        problem="原料直接放在地面（演示）",
        found_at=BEGIN,
        state=CorrectionState.FOUND,
        evidence_before=[],
        evidence_after=[],
        orders=[],
        entries=[],
    )
    correction.log(CorrectionStep.OPENED, BEGIN)
    return correction


STEPS = st.one_of(
    st.tuples(st.just("assess"), st.booleans()),
    st.tuples(
        st.sampled_from(["spot", "order", "extend", "report", "file", "decline", "close", "withdraw"]), st.none()
    ),
    st.tuples(st.just("recheck"), st.sampled_from(RecheckResult)),
    st.tuples(st.just("request"), st.booleans()),
)


def take(correction: Correction, name: str, given: Any, at: datetime) -> CorrectionStep:
    """Take one step at the model, as the service does; gives what it writes into the timeline."""
    match name:
        case "assess":
            correction.assess(given)
            return CorrectionStep.ASSESSED
        case "spot":
            correction.correct_on_the_spot([PHOTO], [PHOTO], at)
            return CorrectionStep.ON_THE_SPOT
        case "order":
            correction.order(TimeLimit(10, LengthUnit.CALENDAR_DAY), "演示责改〔2026〕1号", "演示", at)
            return CorrectionStep.ORDERED if len(correction.orders) == 1 else CorrectionStep.ORDERED_AGAIN
        case "extend":
            correction.extend()
            return CorrectionStep.EXTENDED
        case "report":
            correction.report([PHOTO], at)
            return CorrectionStep.REPORTED
        case "recheck":
            correction.recheck(given, at, [PHOTO])
            return RECHECKED[given]
        case "request":
            correction.request_case(at, overdue=given)
            return CorrectionStep.CASE_REQUESTED
        case "file":
            correction.file("演示立案〔2026〕1号")
            return CorrectionStep.CASE_FILED
        case "decline":
            correction.decline("演示")
            return CorrectionStep.CASE_DECLINED
        case "close":
            correction.close(at)
            return CorrectionStep.CLOSED
    correction.withdraw(at)
    return CorrectionStep.WITHDRAWN


def facts(correction: Correction) -> dict[str, Any]:
    names = ("state", "ended_because", "closed_at", "done_at", "affects_safety", "filing_number", "case_requested_at")
    return {name: getattr(correction, name) for name in names} | {
        "orders": len(correction.orders),
        "entries": [(entry.number, entry.kind, entry.at) for entry in correction.entries],
    }


def ensure_rules(correction: Correction) -> None:
    """What must hold after every step."""
    kinds = [entry.kind for entry in correction.entries]
    moments = [entry.at for entry in correction.entries]
    assert moments == sorted(moments), "moments never run backwards"
    assert [entry.number for entry in correction.entries] == list(range(1, len(kinds) + 1))
    seen_done = {CorrectionStep.ON_THE_SPOT, CorrectionStep.RECHECK_PASSED}
    if correction.done_at is not None:
        assert seen_done & set(kinds), "only what somebody saw is done"
    if correction.ended_because is CorrectionEnd.ON_THE_SPOT:
        assert correction.affects_safety is False, "what affects safety, or may, is not settled on the spot"
    if correction.ended_because is CorrectionEnd.CORRECTED:
        assert CorrectionStep.RECHECK_PASSED in kinds
        assert correction.affects_safety is False or CorrectionStep.CASE_DECLINED in kinds
    if correction.ended_because is CorrectionEnd.INVESTIGATED:
        assert CorrectionStep.CASE_FILED in kinds
    if len(correction.orders) > LAST_ORDINARY_ORDER:
        places = [index for index, kind in enumerate(kinds) if kind in ORDERS]
        for before, after in pairwise(places[1:]):
            assert ESCALATIONS & set(kinds[before:after]), "no third time limit without escalation"


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(STEPS, st.integers(-3000, 3000)), max_size=25))
def test_any_order_of_steps_keeps_the_rules_and_a_refused_one_changes_nothing(
    attempts: list[tuple[tuple[str, Any], int]],
) -> None:
    correction = new()
    for (name, given_value), minutes in attempts:
        before = facts(correction)
        was_closed = correction.state is CorrectionState.CLOSED
        try:
            at = correction.moment(correction.entries[-1].at + timedelta(minutes=minutes), PRESENT)
            step = take(correction, name, given_value, at)
        except (CorrectionStepRefused, InvalidRequest):
            assert facts(correction) == before
            continue
        assert not was_closed, "what is closed stays closed"
        correction.log(step, at)
        ensure_rules(correction)
        if step is CorrectionStep.NOT_REACHED:
            assert correction.state in (CorrectionState.ORDERED, CorrectionState.FAILED), "never a pass"
