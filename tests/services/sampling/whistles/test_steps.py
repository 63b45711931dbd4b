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
from shared.contracts.sampling import (
    ObjectionState,
    StopSaleState,
    WhistleEntryKind,
    WhistleOutcome,
    WhistleState,
)
from shared.http.problems import InvalidRequest

TESTED = datetime(2026, 7, 24, 1, tzinfo=UTC)
LATER = TESTED + timedelta(hours=6)
NOW = TESTED + timedelta(hours=24)
WINDOW = timedelta(hours=4)
HOURS = st.integers(-1, 25)
AT = object()
"""Stands for the moment of the step in its arguments."""

DISPOSALS = {WhistleEntryKind.DISPOSED}


def whistle(**change: Any) -> Whistle:
    """A whistle as it is just after it was blown; the column defaults are only set by the database layer."""
    fields: dict[str, Any] = {
        "state": WhistleState.OPEN,
        "objection": ObjectionState.NONE,
        "stop_sale": StopSaleState.IN_FORCE,
        "tested_at": TESTED,
        "blown_at": TESTED,
        "held_quantity": Decimal(20),
        "unit": "kg",
    }
    blown = Whistle(**fields | change)
    blown.log(WhistleEntryKind.BLOWN, blown.blown_at)
    return blown


class AnyOrder(RuleBasedStateMachine):
    """Tries every step at every time; refusals are part of the game, the invariants must hold after each."""

    @initialize(held=st.none() | st.decimals(0, 100, places=2), blown_after=st.integers(0, 3))
    def blow(self, held: Decimal | None, blown_after: int) -> None:
        unit = None if held is None else "kg"
        self.whistle = whistle(held_quantity=held, unit=unit, blown_at=TESTED + timedelta(hours=blown_after))
        self.lab_saw_the_lot = False
        self.destroyed = Decimal(0)
        self.first_receipt: datetime | None = None
        self.corrected = False

    def attempt(self, kind: WhistleEntryKind, hours: int, step: str, *arguments: Any, **named: Any) -> datetime | None:
        """The moment of the step, if it was taken; like the service, it goes into the timeline."""
        try:
            at = self.whistle.moment_of(kind, TESTED + timedelta(hours=hours), NOW)
            values = [at if value is AT else value for value in arguments]
            getattr(self.whistle, step)(*values, **named)
        except WhistleStepRefused as refusal:
            assert refusal.detail, "a refusal says why"
            return None
        except InvalidRequest as refusal:
            assert [error.pointer for error in refusal.errors] == ["/at"]
            return None
        self.whistle.log(kind, at)
        return at

    @rule(hours=HOURS, by_officer=st.booleans(), reason=st.sampled_from(["", "演示：录错"]))
    def tell(self, hours: int, by_officer: bool, reason: str) -> None:
        told, objection = self.whistle.told_at, self.whistle.objection
        at = self.attempt(WhistleEntryKind.TOLD, hours, "tell", AT, by_officer=by_officer, reason=reason)
        if at is None:
            assert (self.whistle.told_at, self.whistle.objection) == (told, objection)
        elif told is None:
            self.first_receipt = at
        else:
            assert by_officer
            assert reason
            assert objection is ObjectionState.NONE
            self.corrected = True

    @rule(hours=HOURS)
    def object_to(self, hours: int) -> None:
        due = (self.whistle.told_at or self.whistle.blown_at) + WINDOW
        in_time = TESTED + timedelta(hours=hours) <= due
        before = self.whistle.objection
        kind = WhistleEntryKind.OBJECTION_ACCEPTED if in_time else WhistleEntryKind.OBJECTION_REFUSED
        at = self.attempt(kind, hours, "object_to", in_time=in_time)
        if at is not None:
            assert before is not ObjectionState.ACCEPTED
        if at is not None and in_time and self.first_receipt and not self.corrected:
            assert self.first_receipt <= at <= self.first_receipt + WINDOW

    @rule(hours=HOURS)
    def repeat(self, hours: int) -> None:
        self.attempt(WhistleEntryKind.REPEATED, hours, "repeat")

    @rule(hours=HOURS, same_lot=st.booleans())
    def sample(self, hours: int, same_lot: bool) -> None:
        if self.attempt(WhistleEntryKind.SAMPLED, hours, "sample", same_lot=same_lot):
            self.lab_saw_the_lot = same_lot

    @rule(hours=HOURS, outcome=st.sampled_from(WhistleOutcome))
    def conclude(self, hours: int, outcome: WhistleOutcome) -> None:
        self.attempt(WhistleEntryKind.CONCLUDED, hours, "conclude", outcome, AT)

    @rule(
        hours=HOURS,
        quantity=st.decimals(0, 60, places=2),
        unit=st.sampled_from(["kg", "箱"]),
        window_open=st.booleans(),
    )
    def dispose(self, hours: int, quantity: Decimal, unit: str, window_open: bool) -> None:
        if self.attempt(WhistleEntryKind.DISPOSED, hours, "dispose", quantity, unit, window_open=window_open):
            self.destroyed += quantity

    @rule(hours=HOURS)
    def lift(self, hours: int) -> None:
        self.attempt(WhistleEntryKind.STOP_SALE_LIFTED, hours, "lift_stop_sale", AT)

    @precondition(lambda self: self.whistle.state is not WhistleState.CLOSED)
    @rule(hours=HOURS, explained=st.booleans())
    def close(self, hours: int, explained: bool) -> None:
        known = self.whistle.accounted_for
        if self.attempt(WhistleEntryKind.CLOSED, hours, "close", AT, remainder_explained=explained):
            assert known or explained

    @invariant()
    def no_step_runs_backwards(self) -> None:
        at = {entry.kind: entry.at for entry in self.whistle.entries}  # of several disposals the last
        for earlier, later in (
            (WhistleEntryKind.BLOWN, WhistleEntryKind.SAMPLED),
            (WhistleEntryKind.BLOWN, WhistleEntryKind.CONCLUDED),
            (WhistleEntryKind.SAMPLED, WhistleEntryKind.CONCLUDED),
            (WhistleEntryKind.OBJECTION_ACCEPTED, WhistleEntryKind.CONCLUDED),
            (WhistleEntryKind.CONCLUDED, WhistleEntryKind.STOP_SALE_LIFTED),
            (WhistleEntryKind.CONCLUDED, WhistleEntryKind.CLOSED),
            (WhistleEntryKind.DISPOSED, WhistleEntryKind.CLOSED),
            (WhistleEntryKind.STOP_SALE_LIFTED, WhistleEntryKind.CLOSED),
        ):
            if earlier in at and later in at:
                assert at[earlier] <= at[later], (earlier, later)
        for entry in self.whistle.entries:
            assert TESTED <= entry.at <= NOW
            if entry.kind is WhistleEntryKind.CLOSED:
                assert all(done.at <= entry.at for done in self.whistle.entries if done.kind in DISPOSALS)

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


def test_who_was_told_is_not_told_again_except_by_an_officer_who_says_why() -> None:
    told = whistle()
    assert told.tell(TESTED, by_officer=False, reason="") is WhistleEntryKind.TOLD
    with pytest.raises(WhistleStepRefused, match=r"已登记为 2026年7月24日 09:00.*办案"):
        told.tell(LATER, by_officer=False, reason="演示：录错")
    with pytest.raises(WhistleStepRefused, match="写明理由"):
        told.tell(LATER, by_officer=True, reason="")
    assert told.told_at == TESTED
    assert told.tell(LATER, by_officer=True, reason="演示：录错") is WhistleEntryKind.TOLD_CORRECTED
    assert told.told_at == LATER


@pytest.mark.parametrize("in_time", [True, False])
def test_a_receipt_by_which_an_objection_was_decided_stands(in_time: bool) -> None:
    decided = whistle()
    decided.tell(TESTED, by_officer=False, reason="")
    decided.object_to(in_time=in_time)
    with pytest.raises(WhistleStepRefused):
        decided.tell(LATER, by_officer=True, reason="演示：录错")
    assert decided.told_at == TESTED


def test_after_a_late_objection_only_an_officer_enters_a_receipt_and_none_after_the_objection() -> None:
    late = whistle()
    late.object_to(in_time=False)
    late.log(WhistleEntryKind.OBJECTION_REFUSED, LATER)
    with pytest.raises(WhistleStepRefused, match="已有复检申请在案"):
        late.tell(LATER, by_officer=False, reason="演示：补记")
    with pytest.raises(WhistleStepRefused, match="告知时间不会更晚"):
        late.tell(LATER + timedelta(minutes=1), by_officer=True, reason="演示：补记")
    late.tell(LATER - timedelta(hours=1), by_officer=True, reason="演示：补记")
    late.object_to(in_time=True)
    assert late.objection.value == "accepted"
    with pytest.raises(WhistleStepRefused, match="只能申请一次"):
        late.object_to(in_time=True)


def test_a_step_of_the_minute_of_the_one_before_follows_it_and_one_of_an_earlier_minute_is_refused() -> None:
    sampled = whistle(blown_at=TESTED + timedelta(seconds=25))
    minute, blown = TESTED, TESTED + timedelta(seconds=25)
    assert sampled.moment_of(WhistleEntryKind.SAMPLED, minute, NOW) == blown
    with pytest.raises(InvalidRequest) as refused:
        sampled.moment_of(WhistleEntryKind.SAMPLED, minute - timedelta(seconds=1), NOW)
    [error] = refused.value.errors
    assert "2026年7月24日 09:00" in error.message
    assert "2026年7月24日 08:59" in error.message


def test_a_device_whose_watch_is_fast_holds_nothing_up() -> None:
    fast = whistle(tested_at=NOW + timedelta(minutes=30))
    assert fast.moment_of(WhistleEntryKind.TOLD, None, NOW) == NOW


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
