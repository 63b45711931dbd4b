"""The steps of a disposal case: whatever order people take them in, nothing closes that does not show what it must."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.sampling.disposals.models import Count, DisposalCase
from services.sampling.disposals.problems import CaseStepRefused
from services.sampling.disposals.rules import BUILDS_ON, Requirement, missing_topics
from shared.contracts.disposals import CaseEnd, CaseState, CaseStep, Handling, Topic
from shared.contracts.sampling import StopSaleState
from shared.contracts.statutory_sampling import CaseSide
from shared.http.problems import InvalidRequest

RECEIVED = datetime(2026, 7, 1, 1, tzinfo=UTC)
NOW = RECEIVED + timedelta(days=60)
DAYS = st.integers(-1, 61)
AT = object()
"""Stands for the moment of the step in its arguments."""

REQUIRED = {
    Handling.OWN: [
        Requirement(Topic.STARTED, only_if_filed=False),
        Requirement(Topic.STOP_SALE, only_if_filed=False),
        Requirement(Topic.CAUSE, only_if_filed=False),
        Requirement(Topic.FILING, only_if_filed=False),
        Requirement(Topic.PENALTY, only_if_filed=True),
    ],
    Handling.ELSEWHERE: [Requirement(Topic.REGION_NOTICE, only_if_filed=False)],
}


def new_case(**change: Any) -> DisposalCase:
    """A case as it is just after it was opened; the column defaults are only set by the database layer."""
    fields: dict[str, Any] = {
        "side": CaseSide.PRODUCER,
        "handling": Handling.OWN,
        "state": CaseState.OPEN,
        "received_at": RECEIVED,
    }
    case = DisposalCase(**fields | change)
    case.log(CaseStep.OPENED, RECEIVED, Count(0, 0))
    return case


class AnyOrder(RuleBasedStateMachine):
    """Tries every step at every time; refusals are part of the game, the invariants must hold after each."""

    @initialize(side=st.sampled_from(CaseSide), elsewhere=st.booleans())
    def open(self, side: CaseSide, elsewhere: bool) -> None:
        own = side is CaseSide.SELLER or not elsewhere
        self.case = new_case(side=side, handling=Handling.OWN if own else Handling.ELSEWHERE)
        self.fallen_away = False

    def attempt(self, kind: CaseStep, days: int, step: str, *arguments: Any) -> bool:
        """Whether the step was taken; like the service, it goes into the timeline."""
        before = self.case.count
        state = self.case.state, self.case.handling, self.case.filing_number
        try:
            at = self.case.moment_of(kind, RECEIVED + timedelta(days=days), NOW)
            getattr(self.case, step)(*[at if value is AT else value for value in arguments])
        except CaseStepRefused as refusal:
            assert refusal.detail, "a refusal says why"
            assert state == (self.case.state, self.case.handling, self.case.filing_number)
            return False
        except InvalidRequest as refusal:
            assert [error.pointer for error in refusal.errors] == ["/at"]
            return False
        self.case.log(kind, at, before)
        return True

    @rule(days=DAYS)
    def start(self, days: int) -> None:
        self.attempt(CaseStep.STARTED, days, "start")

    @rule(days=DAYS, kind=st.sampled_from([CaseStep.STOPPED_SALE, CaseStep.SEALED]))
    def stop(self, days: int, kind: CaseStep) -> None:
        self.attempt(kind, days, "stop_selling")

    @rule(days=DAYS)
    def recall(self, days: int) -> None:
        self.attempt(CaseStep.RECALL_REQUESTED, days, "request_recall", AT)

    @rule(days=DAYS)
    def no_recall(self, days: int) -> None:
        if self.attempt(CaseStep.RECALL_NOT_NEEDED, days, "need_no_recall"):
            assert self.case.recall_requested_at is None

    @rule(days=DAYS, kind=st.sampled_from([CaseStep.CAUSE_FOUND, CaseStep.RECTIFIED]))
    def work(self, days: int, kind: CaseStep) -> None:
        self.attempt(kind, days, "work")

    @rule(days=DAYS)
    def transfer(self, days: int) -> None:
        self.attempt(CaseStep.CASE_REQUESTED, days, "request_case", AT)

    @rule(days=DAYS, filed=st.booleans())
    def file(self, days: int, filed: bool) -> None:
        number = self.case.filing_number
        if filed:
            taken = self.attempt(CaseStep.FILED, days, "file", "演示立案 1 号")
        else:
            taken = self.attempt(CaseStep.NOT_FILED, days, "not_file", "演示：情节轻微")
        assert not (taken and number), "a filing is not undone here"

    @rule(days=DAYS)
    def penalise(self, days: int) -> None:
        if self.attempt(CaseStep.PENALISED, days, "penalise"):
            assert self.case.filing_number

    @rule(days=DAYS)
    def notify(self, days: int) -> None:
        if self.attempt(CaseStep.REGION_NOTIFIED, days, "notify_region"):
            assert self.case.side is CaseSide.PRODUCER
            assert not self.case.filing_number

    @rule(days=DAYS)
    def take_over(self, days: int) -> None:
        self.attempt(CaseStep.TAKEN_OVER, days, "take_over")

    @rule(days=DAYS)
    def close(self, days: int) -> None:
        missing = missing_topics(
            REQUIRED[self.case.handling],
            {entry.kind for entry in self.case.entries},
            all_served=True,
            filed=self.case.filing_number is not None,
        )
        if self.attempt(CaseStep.CLOSED, days, "close", AT, missing):
            assert not missing

    @rule(days=DAYS)
    def overturn(self, days: int) -> None:
        at = RECEIVED + timedelta(days=max(days, 0))
        before = self.case.count
        if self.fallen_away:
            return
        self.case.lift_stop_sale()
        self.case.fall_away(CaseEnd.RETEST_QUALIFIED, at)
        self.case.log(CaseStep.CLOSED, at, before)
        self.fallen_away = True

    @invariant()
    def the_timeline_adds_up_to_how_the_case_counts(self) -> None:
        filed = sum(entry.filed_change for entry in self.case.entries)
        cases = sum(entry.cases_change for entry in self.case.entries)
        assert Count(filed, cases) == self.case.count
        assert 0 <= filed <= cases <= 1

    @invariant()
    def no_step_runs_backwards(self) -> None:
        for index, entry in enumerate(self.case.entries):
            assert RECEIVED <= entry.at <= NOW + timedelta(days=1)
            if entry.kind is CaseStep.CLOSED and self.fallen_away:
                continue  # an overturning is dated by the re-test, whenever the steps were written
            for earlier in self.case.entries[:index]:
                if earlier.kind in BUILDS_ON.get(entry.kind, frozenset()) and not self.fallen_away:
                    assert earlier.at <= entry.at, (earlier.kind, entry.kind)

    @invariant()
    def numbers_of_the_timeline_have_no_gap(self) -> None:
        assert [entry.number for entry in self.case.entries] == list(range(1, len(self.case.entries) + 1))

    @invariant()
    def closed_means_ended_for_a_reason_and_shows_it(self) -> None:
        closed = self.case.state is CaseState.CLOSED
        assert closed == (self.case.ended_because is not None) == (self.case.closed_at is not None)
        if self.case.ended_because is CaseEnd.DISPOSED and self.case.handling is Handling.OWN:
            kinds = {entry.kind for entry in self.case.entries}
            assert CaseStep.CAUSE_FOUND in kinds
            assert self.case.stop_sale is StopSaleState.IN_FORCE

    @invariant()
    def only_what_fell_away_frees_the_goods(self) -> None:
        if self.case.stop_sale is StopSaleState.LIFTED:
            assert self.fallen_away
        if self.fallen_away:
            assert self.case.stop_sale is not StopSaleState.IN_FORCE
            assert self.case.count == Count(0, 0)


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=120, stateful_step_count=25, deadline=None)


def test_a_case_is_worked_on_only_once_it_was_started() -> None:
    case = new_case()
    for step in ("stop_selling", "work", "need_no_recall"):
        with pytest.raises(CaseStepRefused, match="先启动"):
            getattr(case, step)()
    case.start()
    case.work()
    with pytest.raises(CaseStepRefused, match="已经启动"):
        case.start()


def test_a_refusal_to_file_is_overtaken_by_a_filing_and_never_the_other_way_round() -> None:
    case = new_case()
    case.start()
    case.not_file("演示：情节轻微")
    assert case.count == Count(0, 1)
    case.file("演示立案 1 号")
    assert (case.not_filed_because, case.count) == (None, Count(1, 1))
    with pytest.raises(CaseStepRefused, match="撤案"):
        case.not_file("演示")


@pytest.mark.parametrize(
    ("steps", "all_served", "filed", "missing"),
    [
        (set(), False, False, [Topic.STARTED, Topic.SERVED, Topic.STOP_SALE, Topic.FILING]),
        ({CaseStep.STARTED, CaseStep.SEALED, CaseStep.NOT_FILED}, True, False, []),
        ({CaseStep.TAKEN_OVER, CaseStep.STOPPED_SALE, CaseStep.FILED}, True, True, [Topic.PENALTY]),
        ({CaseStep.STARTED, CaseStep.STOPPED_SALE, CaseStep.FILED, CaseStep.PENALISED}, True, True, []),
        ({CaseStep.STARTED, CaseStep.STOPPED_SALE, CaseStep.NOT_FILED}, False, False, [Topic.SERVED]),
    ],
)
def test_what_a_closure_still_lacks(steps: set[CaseStep], all_served: bool, filed: bool, missing: list[Topic]) -> None:
    required = [
        Requirement(topic, only_if_filed=topic is Topic.PENALTY)
        for topic in (Topic.STARTED, Topic.SERVED, Topic.STOP_SALE, Topic.FILING, Topic.PENALTY)
    ]
    assert missing_topics(required, steps, all_served=all_served, filed=filed) == missing
