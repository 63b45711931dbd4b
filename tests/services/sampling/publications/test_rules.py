"""When a sample may be published: only when everything that could still change the result is known to be over."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from services.sampling.publications.rules import (
    OBJECTION_WINDOW,
    RETEST_WINDOW,
    CaseStanding,
    Dispute,
    PublicationKind,
    RecipientStanding,
    Standing,
    Window,
    combined,
    date_and_lot,
    is_closed,
    personal_data_in,
    refusals,
)
from shared.contracts.clocks import Authority, ClockState
from shared.contracts.disposals import CaseEnd
from shared.contracts.statutory_sampling import CaseSide, Conclusion, SampleState, Stream, UnqualifiedItem

ON_A_BUSY_MACHINE = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
NOW = datetime(2026, 7, 24, 1, 30, tzinfo=UTC)
QUALIFIED, UNQUALIFIED = PublicationKind.QUALIFIED, PublicationKind.UNQUALIFIED
PUBLIC_STREAMS = [stream for stream in Stream if stream is not Stream.RISK_MONITORING]
NOT_SURELY_CLOSED = (ClockState.PAUSED, ClockState.BREACHED, ClockState.CANCELLED)

past = st.timedeltas(min_value=timedelta(minutes=1), max_value=timedelta(days=400)).map(lambda ago: NOW - ago)
ahead = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=400)).map(lambda off: NOW + off)
codes = st.sampled_from([RETEST_WINDOW, OBJECTION_WINDOW])
never = st.just(False)


unused = st.sampled_from([ClockState.ELAPSED, ClockState.RUNNING])


def windows(
    code: str,
    state: st.SearchStrategy[ClockState],
    due_at: st.SearchStrategy[datetime],
    provisional: st.SearchStrategy[bool],
    *,
    recorded: st.SearchStrategy[datetime | None] = past,
    confirmed: st.SearchStrategy[bool] = never,
) -> st.SearchStrategy[Window]:
    return st.builds(Window, st.just(code), state, due_at, provisional, recorded, confirmed)


def run_out(code: str) -> st.SearchStrategy[Window]:
    """Run out by the day of service, and by the day on which it was written down or on a second officer's word."""
    late = windows(code, unused, past, never, recorded=ahead | st.none(), confirmed=st.just(True))
    return windows(code, unused, past, never, confirmed=st.booleans()) | late


def written_down_late(code: str) -> st.SearchStrategy[Window]:
    """Run out by the day of service alone, which one officer wrote down and nobody confirmed."""
    return windows(code, unused, past, never, recorded=ahead | st.none())


def not_closed(code: str) -> st.SearchStrategy[Window]:
    """Every way in which a window is open, or nobody can tell; whoever confirmed its day."""
    written = partial(windows, code, recorded=past | ahead | st.none(), confirmed=st.booleans())
    return st.one_of(
        written(st.just(ClockState.RUNNING), ahead, st.booleans()),
        written(st.sampled_from(NOT_SURELY_CLOSED), past, st.booleans()),
        written(unused, past, st.just(True)),
        written_down_late(code),
    )


recipients = st.builds(
    RecipientStanding,
    st.just("演示食品厂（虚构）"),
    st.just(True),
    st.tuples(run_out(RETEST_WINDOW), run_out(OBJECTION_WINDOW)),
)
cases = st.builds(
    CaseStanding,
    st.sampled_from(CaseSide),
    st.sampled_from([Authority.MARKET, Authority.AGRICULTURE]),
    st.sampled_from([None, CaseEnd.DISPOSED]),
    st.lists(recipients, min_size=1, max_size=3),
)
over = st.builds(
    Dispute, st.just("sampling_objection_application"), st.just("抽样过程的异议"), st.just("异议不成立"), st.just(True)
)
final_failures = st.builds(
    Standing,
    state=st.just(SampleState.CONCLUDED),
    stream=st.sampled_from(PUBLIC_STREAMS),
    conclusion=st.just(Conclusion.UNQUALIFIED),
    cases=st.lists(cases, min_size=1, max_size=2),
    disputes=st.lists(over, max_size=2),
    listed_in=st.none(),
)
passes = st.builds(
    Standing,
    state=st.just(SampleState.CONCLUDED),
    stream=st.sampled_from(PUBLIC_STREAMS),
    conclusion=st.just(Conclusion.QUALIFIED),
    cases=st.just(()),
    disputes=st.lists(over, max_size=1),
    listed_in=st.none(),
)


def may(kind: PublicationKind, standing: Standing, remark: str = "") -> bool:
    return not refusals(kind, standing, remark, NOW)


def change_one(
    data: st.DataObject, standing: Standing, change: Callable[[RecipientStanding], RecipientStanding]
) -> Standing:
    """The same with one recipient of one case changed."""
    at = data.draw(st.integers(0, len(standing.cases) - 1))
    case = standing.cases[at]
    who = data.draw(st.integers(0, len(case.recipients) - 1))
    changed = [change(each) if index == who else each for index, each in enumerate(case.recipients)]
    return replace(
        standing,
        cases=[replace(case, recipients=changed) if index == at else each for index, each in enumerate(standing.cases)],
    )


@ON_A_BUSY_MACHINE
@given(final_failures)
def test_a_failure_is_published_when_all_is_served_and_every_window_has_run_out(standing: Standing) -> None:
    assert may(UNQUALIFIED, standing)
    assert not may(QUALIFIED, standing)


@ON_A_BUSY_MACHINE
@given(passes)
def test_a_pass_is_published_as_a_pass_only(standing: Standing) -> None:
    assert may(QUALIFIED, standing)
    assert not may(UNQUALIFIED, standing)


@ON_A_BUSY_MACHINE
@given(final_failures, st.data(), codes)
def test_one_window_that_is_not_surely_closed_forbids_it(standing: Standing, data: st.DataObject, code: str) -> None:
    window = data.draw(not_closed(code))

    def opened(recipient: RecipientStanding) -> RecipientStanding:
        others = [each for each in recipient.windows if each.code != code]
        return replace(recipient, windows=[*others, window])

    assert not is_closed(window, NOW)
    assert not may(UNQUALIFIED, change_one(data, standing, opened))


@ON_A_BUSY_MACHINE
@given(final_failures, st.data(), codes)
def test_a_service_written_down_late_ends_no_window_on_one_officers_word(
    standing: Standing, data: st.DataObject, code: str
) -> None:
    """Until the window has run from the writing as well, or a second officer has confirmed the day."""
    late = data.draw(written_down_late(code))

    def served_with(window: Window) -> Standing:
        return replace(
            standing,
            cases=[
                replace(
                    case,
                    recipients=[
                        replace(who, windows=[each for each in who.windows if each.code != code] + [window])
                        for who in case.recipients
                    ],
                )
                for case in standing.cases
            ],
        )

    told = refusals(UNQUALIFIED, served_with(late), "", NOW)
    assert told
    assert all("从登记送达之日起另行算满" in reason and "写明理由确认" in reason for reason in told)
    assert may(UNQUALIFIED, served_with(replace(late, confirmed=True)))
    until = late.recorded_due_at or NOW
    known = replace(late, recorded_due_at=until)
    assert not is_closed(known, until)
    assert is_closed(known, until + timedelta(microseconds=1))


@ON_A_BUSY_MACHINE
@given(codes.flatmap(lambda code: run_out(code) | not_closed(code)), past)
def test_no_writing_down_ends_a_window_earlier_than_the_day_of_service_does(window: Window, recorded: datetime) -> None:
    """Neither the day of writing nor a confirmation shortens what the law gives."""
    for confirmed in (False, True):
        if is_closed(replace(window, recorded_due_at=recorded, confirmed=confirmed), NOW):
            assert window.due_at < NOW


@ON_A_BUSY_MACHINE
@given(final_failures, st.data(), codes)
def test_a_window_of_which_nothing_is_known_is_not_closed(standing: Standing, data: st.DataObject, code: str) -> None:
    def forgotten(recipient: RecipientStanding) -> RecipientStanding:
        return replace(recipient, windows=[each for each in recipient.windows if each.code != code])

    changed = change_one(data, standing, forgotten)
    lacking = [
        case for case in changed.cases for who in case.recipients if code not in {window.code for window in who.windows}
    ]
    given_by_law = code == RETEST_WINDOW or lacking[0].authority is not Authority.AGRICULTURE
    assert may(UNQUALIFIED, changed) is not given_by_law


@ON_A_BUSY_MACHINE
@given(final_failures, st.data())
def test_one_recipient_who_was_not_served_forbids_it(standing: Standing, data: st.DataObject) -> None:
    unserved = change_one(data, standing, lambda recipient: replace(recipient, served=False))
    assert not may(UNQUALIFIED, unserved)


@ON_A_BUSY_MACHINE
@given(final_failures)
def test_without_cases_or_recipients_nothing_is_known_and_nothing_published(standing: Standing) -> None:
    assert not may(UNQUALIFIED, replace(standing, cases=()))
    nobody = [replace(case, recipients=()) for case in standing.cases]
    assert not may(UNQUALIFIED, replace(standing, cases=nobody))


@ON_A_BUSY_MACHINE
@given(final_failures | passes, codes)
def test_an_objection_or_retest_under_way_forbids_it(standing: Standing, code: str) -> None:
    dispute = Dispute(code, "复检", "复检中", over=False)
    assert standing.conclusion is not None
    kind = PublicationKind(standing.conclusion.value)
    assert not may(kind, replace(standing, disputes=[*standing.disputes, dispute]))


@ON_A_BUSY_MACHINE
@given(final_failures, st.data(), codes)
def test_a_used_window_needs_the_result_of_its_use(standing: Standing, data: st.DataObject, code: str) -> None:
    def used(recipient: RecipientStanding) -> RecipientStanding:
        others = [each for each in recipient.windows if each.code != code]
        return replace(
            recipient, windows=[*others, Window(code, ClockState.MET, NOW, provisional=False, recorded_due_at=None)]
        )

    applied = change_one(data, standing, used)
    assert not may(UNQUALIFIED, applied)
    decided = Dispute(code, "复检", "已告知复检结论", over=True)
    assert may(UNQUALIFIED, replace(applied, disputes=[*applied.disputes, decided]))


@ON_A_BUSY_MACHINE
@given(final_failures | passes, st.sampled_from(PublicationKind), st.text(max_size=5))
def test_risk_monitoring_is_never_published(standing: Standing, kind: PublicationKind, remark: str) -> None:
    assert not may(kind, replace(standing, stream=Stream.RISK_MONITORING), remark)


@ON_A_BUSY_MACHINE
@given(final_failures | passes, st.sampled_from(PublicationKind))
def test_undetermined_and_problem_samples_are_in_no_table(standing: Standing, kind: PublicationKind) -> None:
    for conclusion in (Conclusion.UNDETERMINED, Conclusion.PROBLEM, None):
        assert not may(kind, replace(standing, conclusion=conclusion))


@ON_A_BUSY_MACHINE
@given(final_failures | passes, st.sampled_from(PublicationKind), st.sampled_from(SampleState))
def test_without_a_conclusion_in_force_nothing_is_published(
    standing: Standing, kind: PublicationKind, state: SampleState
) -> None:
    assume(state is not SampleState.CONCLUDED)
    assert not may(kind, replace(standing, state=state))


@ON_A_BUSY_MACHINE
@given(final_failures | passes, st.sampled_from(PublicationKind))
def test_a_sample_is_published_once(standing: Standing, kind: PublicationKind) -> None:
    assert not may(kind, replace(standing, listed_in="已公布的“演示”"))


@ON_A_BUSY_MACHINE
@given(final_failures, st.sampled_from([end for end in CaseEnd if end is not CaseEnd.DISPOSED]))
def test_a_conclusion_overturned_on_all_sides_is_not_published_as_a_failure(standing: Standing, end: CaseEnd) -> None:
    overturned = [replace(case, ended=end) for case in standing.cases]
    assert not may(UNQUALIFIED, replace(standing, cases=overturned), "备注")


@ON_A_BUSY_MACHINE
@given(final_failures, cases)
def test_an_upheld_objection_of_one_side_must_be_said_in_the_remark(standing: Standing, case: CaseStanding) -> None:
    upheld = replace(standing, cases=[*standing.cases, replace(case, ended=CaseEnd.OBJECTION_UPHELD)])
    assert not may(UNQUALIFIED, upheld)
    assert may(UNQUALIFIED, upheld, "标称生产者否认生产，异议成立（演示）")


@ON_A_BUSY_MACHINE
@given(passes, cases)
def test_a_pass_with_a_disposal_going_on_is_first_looked_into(standing: Standing, case: CaseStanding) -> None:
    assert not may(QUALIFIED, replace(standing, cases=[case]))
    assert may(QUALIFIED, replace(standing, cases=[replace(case, ended=CaseEnd.RETEST_QUALIFIED)]))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("联系人 13812345678", "手机号码"),
        ("电话：138 1234 5678", "手机号码"),
        ("+86-138-1234-5678", "手机号码"),
        ("身份证 33020319900307123X", "身份证号"),
        ("演示路 18 号 3 单元", None),
        ("0574-87654321", None),
        ("执行标准 GB 2762-2022", None),
        ("条码 6901381234567890", None),
        ("91330203MA00000010", None),
    ],
)
def test_what_looks_like_personal_data_is_recognised(text: str, found: str | None) -> None:
    assert personal_data_in(text) == found


@ON_A_BUSY_MACHINE
@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.sampled_from(["", "电话", "路", "："]))
def test_no_mobile_number_passes_in_front_of_whatever_word(number: str, word: str) -> None:
    assert personal_data_in(f"{word}{number}{word}") == "手机号码"


def test_failed_items_stand_in_one_cell_in_their_order() -> None:
    lead = UnqualifiedItem(item="铅（以 Pb 计）", result="0.52 mg/kg", requirement="≤0.2 mg/kg")
    green = UnqualifiedItem(item="孔雀石绿", result="2.35 μg/kg", requirement="不得检出")
    assert combined([lead, green]) == "铅（以 Pb 计）║0.52 mg/kg║≤0.2 mg/kg；孔雀石绿║2.35 μg/kg║不得检出"


@pytest.mark.parametrize(
    ("day", "kind", "lot", "shown"),
    [
        ("2026-07-01", None, "L1", "2026-07-01/L1"),
        ("2026-07-01", "购进日期", None, "2026-07-01（购进日期）"),
        (None, "生产日期", "L1", "L1"),
        (None, None, None, None),
    ],
)
def test_day_and_lot_say_what_is_known(day: str | None, kind: str | None, lot: str | None, shown: str | None) -> None:
    assert date_and_lot(day, kind, lot) == shown
