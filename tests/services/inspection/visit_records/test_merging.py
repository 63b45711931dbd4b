"""Settling what several wrote: whatever comes in whatever order, everybody has the same and nothing is lost."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from services.inspection.checklists.content import Finding
from services.inspection.visit_records.merging import ABSENT, Claim, Settled, Side, Version, settle
from tests.services.inspection.checklists.lists import ON_A_BUSY_MACHINE

NINE = datetime(2026, 7, 24, 1, tzinfo=UTC)
ANNA, BERT = UUID(int=1), UUID(int=2)
Record = dict[str, JsonValue]

BASE: Record = {"notes": "", "answers": {"1": {"finding": "unknown"}, "2": {"finding": "unknown"}}}


def side(record: Record, by: UUID = ANNA, minutes: int = 0, device: str = "a") -> Side:
    return Side(record, by, device, NINE + timedelta(minutes=minutes))


def version(one: Side, *base: str) -> Version:
    return Version(hashlib.sha256(repr((one, base)).encode()).hexdigest(), base, one)


def merge(base: Record, sides: list[Side]) -> Settled:
    """What the sides, who all had `base` before them, settle to."""
    first = version(Side(base, ANNA, "a", NINE - timedelta(days=1)))
    settled = settle([first, *(version(one, first.sha256) for one in sides)])
    assert settled is not None
    return settled


def answered(**answers: JsonValue) -> Record:
    known: Any = BASE["answers"]
    return BASE | {"answers": known | {name.removeprefix("n"): {"finding": found} for name, found in answers.items()}}


# Merging


def test_what_each_side_alone_changed_is_taken_from_it() -> None:
    merged = merge(BASE, [side(answered(n1="passed")), side(BASE | {"notes": "门锁已换（演示）"}, BERT)])
    assert merged.record == answered(n1="passed") | {"notes": "门锁已换（演示）"}
    assert merged.disputes == ()


def test_two_who_changed_alike_do_not_dispute() -> None:
    assert merge(BASE, [side(answered(n1="failed")), side(answered(n1="failed"), BERT, 5)]).disputes == ()


def test_the_later_note_holds_and_the_earlier_is_kept() -> None:
    early, late = side(BASE | {"notes": "甲"}, ANNA, 1), side(BASE | {"notes": "乙"}, BERT, 2)
    merged = merge(BASE, [late, early])
    assert merged.record["notes"] == "乙"
    [dispute] = merged.disputes
    assert (dispute.pointer, dispute.base, dispute.why) == ("/notes", "", "取校正时间最晚的一方")
    assert dispute.claims == (Claim("甲", ANNA, "a", early.at), Claim("乙", BERT, "a", late.at))
    assert dispute.winner == dispute.claims[1]


@pytest.mark.parametrize(
    ("earlier", "later", "holds"),
    [
        ("failed", "passed", "failed"),
        ("passed", "failed", "failed"),
        ("not_applicable", "passed", "not_applicable"),
        ("failed", "not_applicable", "failed"),
    ],
)
def test_anothers_later_pass_does_not_undo_a_failure_somebody_saw(earlier: str, later: str, holds: str) -> None:
    merged = merge(BASE, [side(answered(n1=earlier), ANNA, 1), side(answered(n1=later), BERT, 9)])
    assert merged.record == answered(n1=holds)
    assert [dispute.why for dispute in merged.disputes] == ["同一条目结果不一，取较差的；请检查人员核对"]


def test_an_answer_is_one_field_so_that_a_reason_stays_with_its_finding() -> None:
    mine: Record = {"answers": {"1": {"finding": "failed", "reason": "未公示"}}}
    theirs: Record = {"answers": {"1": {"finding": "passed", "reason": "已公示"}}}
    assert merge({"answers": {}}, [side(mine, ANNA, 1), side(theirs, BERT, 2)]).record == mine


def test_a_field_taken_away_is_a_change_and_something_else_than_null() -> None:
    without = {"answers": BASE["answers"]}
    assert merge(BASE, [side(without)]).record == without
    merged = merge(BASE, [side(without, ANNA, 1), side(BASE | {"notes": None}, BERT, 2)])
    assert merged.record["notes"] is None
    assert [claim.value for claim in merged.disputes[0].claims] == [ABSENT, None]


def test_at_one_moment_the_choice_is_said_to_be_arbitrary() -> None:
    merged = merge(BASE, [side(BASE | {"notes": "甲"}, BERT), side(BASE | {"notes": "乙"}, ANNA)])
    assert merged.record["notes"] == "甲"
    assert "请检查人员核对" in merged.disputes[0].why


findings = st.sampled_from(Finding).map(lambda found: found.value)
answers = st.dictionaries(
    st.sampled_from(["1", "2", "3"]), st.fixed_dictionaries({"finding": findings}, optional={"reason": st.just("甲")})
)
records = st.fixed_dictionaries(
    {},
    optional={"notes": st.sampled_from(["", "甲", "乙", None]), "gps": st.lists(st.integers(0, 2)), "answers": answers},
)
some_side = st.builds(
    Side,
    record=records,
    by=st.sampled_from([ANNA, BERT]),
    device=st.sampled_from("ab"),
    at=st.integers(0, 3).map(lambda minutes: NINE + timedelta(minutes=minutes)),
)
sides = st.lists(some_side, max_size=5)


@ON_A_BUSY_MACHINE
@given(records, sides, st.randoms(use_true_random=False))
def test_any_order_and_repetition_gives_one_record_and_the_same_disputes(
    base: Record, drawn: list[Side], random: Any
) -> None:
    again = [*drawn, *random.choices(drawn, k=3)] if drawn else []
    random.shuffle(again)
    assert merge(base, again) == merge(base, drawn)


@ON_A_BUSY_MACHINE
@given(records, sides)
def test_nothing_that_anybody_wrote_is_lost(base: Record, drawn: list[Side]) -> None:
    """Each changed field of each side is either what holds or stands among the claims of a dispute."""
    merged = merge(base, drawn)
    disputed = {dispute.pointer: [claim.value for claim in dispute.claims] for dispute in merged.disputes}
    for one in drawn:
        for name in {*base, *one.record} - {"answers"}:
            value = one.record.get(name, ABSENT)
            if value != base.get(name, ABSENT):
                assert value == merged.record.get(name, ABSENT) or value in disputed[f"/{name}"]
        theirs, before, holds = (_answers(record) for record in (one.record, base, merged.record))
        for number in {*theirs, *before}:
            value = theirs.get(number, ABSENT)
            if value != before.get(number, ABSENT):
                assert value == holds.get(number, ABSENT) or value in disputed[f"/answers/{number}"]


@ON_A_BUSY_MACHINE
@given(records, sides)
def test_what_nobody_changed_stays_and_what_one_changed_is_his(base: Record, drawn: list[Side]) -> None:
    assert merge(base, []).record == base
    for one in drawn:
        alone = merge(base, [one])
        expected = dict(one.record)
        if "answers" in base:
            expected.setdefault("answers", {})
        assert (alone.record, alone.disputes) == (expected, ())


@ON_A_BUSY_MACHINE
@given(records, sides)
def test_a_failure_that_somebody_recorded_holds(base: Record, drawn: list[Side]) -> None:
    before, holds = _answers(base), _answers(merge(base, drawn).record)
    for one in drawn:
        for number, answer in _answers(one.record).items():
            if answer["finding"] == "failed" and answer != before.get(number):
                assert holds[number]["finding"] == "failed"


def _answers(record: Any) -> dict[str, Any]:
    found: dict[str, Any] = record.get("answers", {})
    return found


# Graphs of versions


@st.composite
def histories(draw: st.DrawFn) -> list[Version]:
    """Versions of one record, each made from some of those before it."""
    made: list[Version] = []
    for one in draw(st.lists(some_side, min_size=1, max_size=7)):
        base = (
            draw(st.lists(st.sampled_from([known.sha256 for known in made]), max_size=2, unique=True)) if made else []
        )
        made.append(version(one, *sorted(base)))
    return made


@ON_A_BUSY_MACHINE
@given(histories(), st.randoms(use_true_random=False))
def test_a_whole_history_settles_alike_in_any_order(history: list[Version], random: Any) -> None:
    again = [*history, *random.choices(history, k=3)]
    random.shuffle(again)
    assert settle(again) == settle(history)


@ON_A_BUSY_MACHINE
@given(histories())
def test_every_version_holds_stands_aside_or_was_built_upon(history: list[Version]) -> None:
    settled = settle(history)
    assert settled is not None
    built_upon = {name for one in history for name in one.base}
    names = {one.sha256 for one in history}
    assert names - built_upon <= {*settled.heads, *settled.aside}
    assert set(settled.heads).isdisjoint(settled.aside)
    assert settled.waiting == ()


@ON_A_BUSY_MACHINE
@given(histories())
def test_one_head_alone_is_what_holds(history: list[Version]) -> None:
    """Who knew of everything else has the last word, whatever the clocks say."""
    settled = settle(history)
    assert settled is not None
    if len(settled.heads) == 1:
        head = next(one for one in history if one.sha256 == settled.heads[0])
        assert settled.record == head.side.record or "answers" not in head.side.record
        assert settled.disputes == ()


def test_who_knew_of_a_change_and_made_another_is_not_disputed_by_a_latecomer() -> None:
    first = version(side(BASE))
    failed = version(side(answered(n1="failed"), ANNA, 1), first.sha256)
    mended = version(side(answered(n1="passed"), ANNA, 2), failed.sha256)
    other = version(side(answered(n1="failed") | {"notes": "乙"}, BERT, 9), failed.sha256)
    settled = settle([other, mended, first, failed])
    assert settled is not None
    assert settled.record == answered(n1="passed") | {"notes": "乙"}
    assert settled.disputes == ()


def test_who_saw_both_sides_and_changed_nothing_has_agreed() -> None:
    first = version(side(BASE))
    one, other = (version(side(BASE | {"notes": words}, ANNA, 1), first.sha256) for words in ("甲", "乙"))
    disputed = settle([first, one, other])
    assert disputed is not None
    agreed = version(side(disputed.record, BERT, 5), *sorted([one.sha256, other.sha256]))
    settled = settle([first, one, other, agreed])
    assert settled is not None
    assert (settled.record, settled.disputes, settled.heads) == (disputed.record, (), (agreed.sha256,))


def test_the_earliest_of_two_beginnings_holds_and_the_other_stands_aside_with_what_was_made_of_it() -> None:
    early, late = version(side(BASE | {"notes": "早"})), version(side(BASE | {"notes": "晚"}, ANNA, 5))
    more = version(side(BASE | {"notes": "再"}, ANNA, 6), late.sha256)
    settled = settle([more, late, early])
    assert settled is not None
    assert settled.record["notes"] == "早"
    assert settled.aside == tuple(sorted([late.sha256, more.sha256]))


def test_what_was_made_from_something_that_has_not_come_waits() -> None:
    first = version(side(BASE))
    missing = version(side(BASE | {"notes": "甲"}), first.sha256)
    late = version(side(BASE | {"notes": "乙"}), missing.sha256)
    assert settle([late]) is None
    settled = settle([late, first])
    assert settled is not None
    assert (settled.record, settled.waiting) == (BASE, (late.sha256,))
