"""The steps of a whistle: whatever order people take them in, unknown never counts as passed."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.sampling.whistles.models import Whistle
from services.sampling.whistles.problems import WhistleStepRefused
from shared.contracts.sampling import ObjectionState, StopSaleState, WhistleOutcome, WhistleState

TESTED = datetime(2026, 7, 24, 1, tzinfo=UTC)
LATER = TESTED + timedelta(hours=6)


def whistle(**change: Any) -> Whistle:
    """A whistle as it is just after it was blown; the column defaults are only set by the database layer."""
    fields: dict[str, Any] = {
        "state": WhistleState.OPEN,
        "objection": ObjectionState.NONE,
        "stop_sale": StopSaleState.IN_FORCE,
        "tested_at": TESTED,
        "held_quantity": Decimal(20),
        "unit": "kg",
    }
    return Whistle(**fields | change)


class AnyOrder(RuleBasedStateMachine):
    """Tries every step at every time; refusals are part of the game, the invariants must hold after each."""

    @initialize(held=st.none() | st.decimals(0, 100, places=2))
    def blow(self, held: Decimal | None) -> None:
        self.whistle = whistle(held_quantity=held, unit=None if held is None else "kg")
        self.lab_saw_the_lot = False
        self.destroyed = Decimal(0)

    def attempt(self, step: str, *arguments: Any, **named: Any) -> bool:
        try:
            getattr(self.whistle, step)(*arguments, **named)
        except WhistleStepRefused as refusal:
            assert refusal.detail, "a refusal says why"
            return False
        return True

    @rule(hours=st.integers(-1, 5))
    def tell(self, hours: int) -> None:
        self.attempt("tell", TESTED + timedelta(hours=hours))

    @rule(in_time=st.booleans())
    def object_to(self, in_time: bool) -> None:
        self.attempt("object_to", in_time=in_time)

    @rule()
    def repeat(self) -> None:
        self.attempt("repeat")

    @rule(same_lot=st.booleans())
    def sample(self, same_lot: bool) -> None:
        if self.attempt("sample", same_lot=same_lot):
            self.lab_saw_the_lot = same_lot

    @rule(outcome=st.sampled_from(WhistleOutcome))
    def conclude(self, outcome: WhistleOutcome) -> None:
        self.attempt("conclude", outcome, LATER)

    @rule(quantity=st.decimals(0, 60, places=2), unit=st.sampled_from(["kg", "箱"]), window_open=st.booleans())
    def dispose(self, quantity: Decimal, unit: str, window_open: bool) -> None:
        if self.attempt("dispose", quantity, unit, window_open=window_open):
            self.destroyed += quantity

    @rule()
    def lift(self) -> None:
        self.attempt("lift_stop_sale", LATER)

    @precondition(lambda self: self.whistle.state is not WhistleState.CLOSED)
    @rule(explained=st.booleans())
    def close(self, explained: bool) -> None:
        known = self.whistle.accounted_for
        if self.attempt("close", LATER, remainder_explained=explained):
            assert known or explained

    @invariant()
    def nothing_closes_without_an_outcome(self) -> None:
        concluded = self.whistle.state in (WhistleState.CONCLUDED, WhistleState.CLOSED)
        assert concluded == (self.whistle.outcome is not None)

    @invariant()
    def only_a_passed_sample_of_the_lot_itself_frees_the_goods(self) -> None:
        if self.whistle.outcome is WhistleOutcome.UNCONFIRMED or self.whistle.stop_sale is StopSaleState.LIFTED:
            assert self.whistle.outcome is WhistleOutcome.UNCONFIRMED
            assert self.lab_saw_the_lot

    @invariant()
    def never_more_is_destroyed_than_is_held(self) -> None:
        assert (self.whistle.destroyed_quantity or 0) == self.destroyed
        if self.whistle.held_quantity is not None:
            assert self.destroyed <= self.whistle.held_quantity

    @invariant()
    def an_unknown_quantity_stays_unknown(self) -> None:
        if self.whistle.held_quantity is None and self.whistle.stop_sale is StopSaleState.IN_FORCE:
            assert not self.whistle.accounted_for

    @invariant()
    def a_closed_whistle_has_let_nothing_slip(self) -> None:
        if self.whistle.state is WhistleState.CLOSED:
            assert self.whistle.closed_at is not None
            if self.whistle.outcome is WhistleOutcome.CONFIRMED:
                assert self.whistle.destroyed_quantity is not None
                assert self.whistle.stop_sale is StopSaleState.IN_FORCE


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=150, stateful_step_count=25, deadline=None)


def test_a_contested_lot_is_not_destroyed_before_the_outcome() -> None:
    contested = whistle()
    contested.object_to(in_time=True)
    with pytest.raises(WhistleStepRefused, match="已申请复检"):
        contested.dispose(Decimal(5), "kg", window_open=False)
    contested.sample(same_lot=True)
    contested.conclude(WhistleOutcome.CONFIRMED, LATER)
    contested.dispose(Decimal(20), "kg", window_open=False)
    contested.close(LATER, remainder_explained=False)
    assert contested.accounted_for


def test_an_uncontested_lot_may_be_destroyed_once_the_window_is_over() -> None:
    uncontested = whistle()
    with pytest.raises(WhistleStepRefused, match="时限未满"):
        uncontested.dispose(Decimal(5), "kg", window_open=True)
    uncontested.dispose(Decimal(5), "kg", window_open=False)
    assert uncontested.destroyed_quantity == 5


def test_a_late_objection_is_on_record_and_a_later_timely_one_is_still_heard() -> None:
    late = whistle()
    late.object_to(in_time=False)
    assert late.objection.value == "refused_late"
    late.tell(TESTED + timedelta(hours=1))
    late.object_to(in_time=True)
    assert late.objection.value == "accepted"
    with pytest.raises(WhistleStepRefused, match="只能申请一次"):
        late.object_to(in_time=True)


def test_a_pass_of_another_lot_does_not_clear_this_one() -> None:
    other_lot = whistle()
    other_lot.sample(same_lot=False)
    with pytest.raises(WhistleStepRefused, match="非同批"):
        other_lot.conclude(WhistleOutcome.UNCONFIRMED, LATER)
    other_lot.conclude(WhistleOutcome.UNREACHABLE, LATER)
    with pytest.raises(WhistleStepRefused, match="不能解除"):
        other_lot.lift_stop_sale(LATER)
    with pytest.raises(WhistleStepRefused, match="去向"):
        other_lot.close(LATER, remainder_explained=False)
    other_lot.close(LATER, remainder_explained=True)
    assert other_lot.stop_sale is StopSaleState.IN_FORCE


def test_nothing_left_to_destroy_is_a_statement_of_its_own() -> None:
    sold_out = whistle()
    sold_out.sample(same_lot=True)
    sold_out.conclude(WhistleOutcome.CONFIRMED, LATER)
    with pytest.raises(WhistleStepRefused, match="登记无害化处置"):
        sold_out.close(LATER, remainder_explained=True)
    sold_out.dispose(Decimal(0), "kg", window_open=False)
    with pytest.raises(WhistleStepRefused, match="其余货物的去向"):
        sold_out.close(LATER, remainder_explained=False)
    sold_out.close(LATER, remainder_explained=True)
