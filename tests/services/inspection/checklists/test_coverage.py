"""What a business still has to be checked for: failures not passed since, items of the two-year cycle."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.inspection.checklists.content import Finding, Subject
from services.inspection.checklists.coverage import CarriedOver, Checked, add_months, carried_over, uncovered
from shared.contracts.inspection import BusinessKind
from tests.services.inspection.checklists.lists import CATERING_2022, ON_A_BUSY_MACHINE, content_of, item

STALL = Subject(kind=BusinessKind.STALL)
TODAY = date(2026, 7, 24)
TWO_YEARS = {"cycle_months": 24, "items": "all", "source": "演示"}
FOUR = [item("1", key=True), item("2"), item("3", na_allowed=True), item("4")]
LIST = content_of(*FOUR, full_coverage=TWO_YEARS)


def checked(number: str, on: date, finding: Finding = Finding.PASSED, version: int = 1) -> Checked:
    return Checked(version, number, on, finding)


@pytest.mark.parametrize(
    ("last", "covered"),
    [(date(2024, 7, 24), True), (date(2024, 7, 23), False), (date(2026, 7, 24), True), (date(2026, 7, 25), False)],
)
def test_an_item_is_covered_to_the_last_day_of_its_two_years(last: date, covered: bool) -> None:
    history = [checked(number, TODAY) for number in ("2", "3", "4")] + [checked("1", last)]
    found = uncovered(LIST, 1, STALL, history, TODAY)
    assert [one.number for one in found] == ([] if covered else ["1"])


def test_it_is_said_when_an_item_was_last_checked_and_when_that_ran_out() -> None:
    found = uncovered(LIST, 1, STALL, [checked("1", date(2024, 2, 29)), checked("1", date(2023, 1, 1))], TODAY)
    assert [(one.number, one.last_on, one.ran_out_on) for one in found] == [
        ("1", date(2024, 2, 29), date(2026, 2, 28)),
        ("2", None, None),
        ("3", None, None),
        ("4", None, None),
    ]


@pytest.mark.parametrize(
    ("finding", "covers"),
    [(Finding.PASSED, True), (Finding.FAILED, True), (Finding.NOT_APPLICABLE, True), (Finding.UNKNOWN, False)],
)
def test_what_nobody_could_tell_covers_nothing(finding: Finding, covers: bool) -> None:
    found = uncovered(LIST, 1, STALL, [checked("3", TODAY, finding)], TODAY)
    assert ("3" not in {one.number for one in found}) is covers


def test_only_key_items_where_the_rule_says_so_and_nothing_without_a_rule() -> None:
    keys = content_of(*FOUR, full_coverage=TWO_YEARS | {"items": "key"})
    assert [one.number for one in uncovered(keys, 1, STALL, [], TODAY)] == ["1"]
    assert uncovered(content_of(*FOUR), 1, STALL, [], TODAY) == []


def test_the_list_of_2022_asks_for_every_item_in_two_years() -> None:
    canteen = Subject(kind=BusinessKind.CANTEEN, scopes=("school_canteen",))
    found = uncovered(CATERING_2022.content, 1, canteen, [], TODAY)
    assert [one.number for one in found] == [one.number for one in CATERING_2022.content.items if one.number != "2.5"]


RENUMBERED = content_of(
    item("1", key=True), item("2", formerly=["3"]), item("3", formerly=["2"]), item("5"), full_coverage=TWO_YEARS
)


def test_numbers_of_an_older_version_are_read_in_the_present_one() -> None:
    history = [checked("2", TODAY, version=1), checked("3", TODAY, version=2)]
    assert [one.number for one in uncovered(RENUMBERED, 2, STALL, history, TODAY)] == ["1", "2", "5"]


def test_a_number_given_to_another_item_covers_nothing() -> None:
    content = content_of(item("1", key=True), item("2", formerly=["9"]), item("3"), full_coverage=TWO_YEARS)
    assert "2" in {one.number for one in uncovered(content, 2, STALL, [checked("2", TODAY)], TODAY)}


@pytest.mark.parametrize(
    ("history", "must_check"),
    [
        ([("1", 1, "failed")], ["1"]),
        ([("1", 1, "failed"), ("1", 2, "passed")], []),
        ([("1", 1, "passed"), ("1", 2, "failed")], ["1"]),
        ([("1", 2, "failed"), ("1", 1, "passed")], ["1"]),
        ([("1", 1, "failed"), ("1", 1, "passed")], ["1"]),
        ([("3", 1, "failed"), ("3", 2, "not_applicable")], ["3"]),
        ([("1", 1, "failed"), ("1", 2, "unknown")], ["1"]),
        ([("4", 1, "failed"), ("1", 3, "failed"), ("4", 2, "passed"), ("4", 3, "failed")], ["1", "4"]),
    ],
)
def test_only_a_later_pass_ends_a_failure(history: list[tuple[str, int, str]], must_check: list[str]) -> None:
    made = [checked(number, date(2026, month, 1), Finding(finding)) for number, month, finding in history]
    assert carried_over(LIST, 1, STALL, made) == CarriedOver(tuple(must_check), ())


def test_failures_follow_their_item_into_the_next_version() -> None:
    failed = [checked("2", TODAY, Finding.FAILED), checked("4", TODAY, Finding.FAILED)]
    found = carried_over(RENUMBERED, 2, STALL, failed)
    assert found == CarriedOver(("3",), (failed[1],))


def test_a_failure_of_an_item_that_is_no_longer_put_to_the_business_is_not_forgotten() -> None:
    content = content_of(
        item("1", key=True), item("2"), item("3", scopes=["cold"]), scopes=[{"code": "cold", "label": "冷食"}]
    )
    failed = checked("3", TODAY, Finding.FAILED)
    without = Subject(kind=BusinessKind.STALL, scopes=())
    assert carried_over(content, 1, without, [failed]) == CarriedOver((), (failed,))


def test_a_list_may_say_that_nothing_is_carried_over() -> None:
    content = content_of(*FOUR, carry_over={"must_recheck": False})
    assert carried_over(content, 1, STALL, [checked("1", TODAY, Finding.FAILED)]) == CarriedOver((), ())


history = st.lists(
    st.builds(
        Checked,
        version=st.integers(1, 2),
        number=st.sampled_from("12345"),
        on=st.dates(date(2023, 1, 1), TODAY),
        finding=st.sampled_from(Finding),
    ),
    max_size=20,
)


@ON_A_BUSY_MACHINE
@given(history, st.randoms(use_true_random=False))
def test_the_order_of_the_history_says_nothing(made: list[Checked], random: Any) -> None:
    shuffled = list(made)
    random.shuffle(shuffled)
    assert uncovered(RENUMBERED, 2, STALL, shuffled, TODAY) == uncovered(RENUMBERED, 2, STALL, made, TODAY)
    before, after = carried_over(RENUMBERED, 2, STALL, made), carried_over(RENUMBERED, 2, STALL, shuffled)
    assert after.must_check == before.must_check
    assert set(after.without_item) == set(before.without_item)


@ON_A_BUSY_MACHINE
@given(history, history)
def test_more_checks_leave_less_uncovered(made: list[Checked], more: list[Checked]) -> None:
    def left(answers: list[Checked]) -> set[str]:
        return {one.number for one in uncovered(RENUMBERED, 2, STALL, answers, TODAY)}

    assert left([*made, *more]) <= left(made)


@ON_A_BUSY_MACHINE
@given(history)
def test_a_failure_is_carried_over_until_it_is_passed(made: list[Checked]) -> None:
    """After passing everything today nothing of the present list is left, whatever came before."""
    before = [one for one in made if one.on < TODAY]
    passed = [checked(one.number, TODAY, version=2) for one in RENUMBERED.items]
    assert carried_over(RENUMBERED, 2, STALL, [*before, *passed]).must_check == ()
    failed = [checked(one.number, TODAY, Finding.FAILED, version=2) for one in RENUMBERED.items]
    assert carried_over(RENUMBERED, 2, STALL, [*made, *failed]).must_check == ("1", "2", "3", "5")


@ON_A_BUSY_MACHINE
@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(1, 120), st.integers(0, 400))
def test_months_keep_the_day_and_the_order(day: date, months: int, later: int) -> None:
    end = add_months(day, months)
    assert (end.year * 12 + end.month) - (day.year * 12 + day.month) == months
    assert end.day == day.day or (end.day < day.day and add_months(end, 0) == end)
    assert add_months(date.fromordinal(day.toordinal() + later), months) >= end
