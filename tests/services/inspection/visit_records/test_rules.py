"""The clocks of devices, and visits made twice."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.inspection.visit_records.rules import (
    Contact,
    Repetition,
    Skew,
    Visited,
    clock_skew,
    corrected,
    possible_duplicates,
    repetitions,
)
from tests.services.inspection.checklists.lists import ON_A_BUSY_MACHINE

NINE = datetime(2026, 7, 24, 1, tzinfo=UTC)
ANNA, BERT = UUID(int=1), UUID(int=2)
MINUTE = timedelta(minutes=1)


# Clocks


def contact(skew: timedelta, there: timedelta, back: timedelta | None, at: datetime = NINE) -> Contact:
    """An exchange with a device whose clock is `skew` behind ours: the message took `there`, the answer `back`."""
    received = at + there
    if back is None:
        return Contact(at - skew, received)
    answered_at = received + timedelta(seconds=1)
    return Contact(at - skew, received, answered_at, answered_at + back - skew)


short = st.timedeltas(timedelta(0), timedelta(minutes=2))
far = st.timedeltas(timedelta(days=-400), timedelta(days=400))


@ON_A_BUSY_MACHINE
@given(far, st.lists(st.tuples(short, st.none() | short), min_size=1, max_size=6))
def test_the_true_skew_is_within_the_error(skew: timedelta, ways: list[tuple[timedelta, timedelta | None]]) -> None:
    contacts = [contact(skew, there, back, NINE + index * MINUTE) for index, (there, back) in enumerate(ways)]
    found = clock_skew(contacts)
    assert found is not None and not found.moved
    if found.error is None:
        assert all(back is None for _, back in ways)
        assert found.add >= skew
    else:
        assert abs(found.add - skew) <= found.error + timedelta(microseconds=1)
    assert clock_skew(reversed(contacts)) == found


@ON_A_BUSY_MACHINE
@given(far, st.tuples(short, short), st.tuples(short, short))
def test_a_further_contact_never_makes_the_estimate_worse(
    skew: timedelta, first: tuple[timedelta, timedelta], second: tuple[timedelta, timedelta]
) -> None:
    one, two = contact(skew, *first), contact(skew, *second, at=NINE + MINUTE)
    alone, both = clock_skew([one]), clock_skew([one, two])
    assert alone is not None and both is not None
    assert alone.error is not None and both.error is not None
    assert both.error <= alone.error


def test_a_clock_that_was_set_in_between_is_noticed_and_the_latest_contact_believed() -> None:
    second = timedelta(seconds=1)
    before = contact(timedelta(hours=8), second, second)
    after = contact(timedelta(0), second, second, NINE + MINUTE)
    assert clock_skew([after, before]) == Skew(timedelta(0), second, moved=True)


def test_a_contact_that_contradicts_itself_gives_only_the_way_here() -> None:
    odd = Contact(NINE, NINE + MINUTE, NINE + 5 * MINUTE, NINE)
    assert clock_skew([odd]) == Skew(MINUTE, None, moved=True)


def test_without_contact_nothing_is_known() -> None:
    assert clock_skew([]) is None
    assert corrected(NINE, None, NINE + MINUTE) == NINE


@pytest.mark.parametrize(("add", "expected"), [(-60, -60), (0, 0), (5, 5), (10, 10), (11, 10), (900, 10)])
def test_nothing_was_done_after_we_had_heard_of_it(add: int, expected: int) -> None:
    skew = Skew(add * MINUTE, None, moved=False)
    assert corrected(NINE, skew, NINE + 10 * MINUTE) == NINE + expected * MINUTE


# Visiting once

SHOP, OTHER_SHOP = UUID(int=100), UUID(int=101)
COUNTY, CITY, PROVINCE = 3, 2, 1


def visit(number: int, began: datetime = NINE, **change: Any) -> Visited:
    fields: dict[str, Any] = {
        "id": UUID(int=number),
        "business_id": SHOP,
        "began_at": began,
        "ended_at": began + timedelta(hours=1),
        "officers": frozenset({ANNA}),
        "authority_level": COUNTY,
        "checked": frozenset({"1.1", "1.2"}),
    }
    return Visited(**fields | change)


@pytest.mark.parametrize(
    ("other", "reasons"),
    [
        (visit(2), ("检查时间重叠", "同一检查人员同日检查同一主体")),
        (visit(2, officers=frozenset({BERT})), ("检查时间重叠",)),
        (visit(2, NINE + timedelta(hours=1), officers=frozenset({BERT})), ("检查时间重叠",)),
        (visit(2, NINE + timedelta(hours=2), officers=frozenset({BERT})), None),
        (visit(2, NINE + timedelta(hours=2)), ("同一检查人员同日检查同一主体",)),
        (visit(2, NINE + timedelta(hours=14, minutes=59)), ("同一检查人员同日检查同一主体",)),  # 23:59 here
        (visit(2, NINE + timedelta(hours=15)), None),  # the next day here
        (visit(2, business_id=OTHER_SHOP), None),
        (visit(1), None),
    ],
)
def test_what_may_be_one_visit(other: Visited, reasons: tuple[str, ...] | None) -> None:
    for one, known in ((visit(1), other), (other, visit(1))):
        found = possible_duplicates(one, [known])
        assert [duplicate.reasons for duplicate in found] == ([reasons] if reasons else [])


visits = st.builds(
    visit,
    number=st.integers(1, 4),
    began=st.integers(0, 100).map(lambda hours: NINE + timedelta(hours=hours)),
    business_id=st.sampled_from([SHOP, OTHER_SHOP]),
    officers=st.sets(st.sampled_from([ANNA, BERT])).map(frozenset),
    authority_level=st.integers(1, 4),
    checked=st.sets(st.sampled_from("123")).map(frozenset),
)


@ON_A_BUSY_MACHINE
@given(visits, visits, st.lists(visits, max_size=4))
def test_duplicates_are_found_from_either_side_and_in_any_order(
    one: Visited, other: Visited, rest: list[Visited]
) -> None:
    assert possible_duplicates(one, [other]) == possible_duplicates(other, [one])
    assert possible_duplicates(one, [one]) == []
    alone = {duplicate for each in rest for duplicate in possible_duplicates(one, [each])}
    assert {(d.one, d.other) for d in possible_duplicates(one, rest)} == {(d.one, d.other) for d in alone}


@pytest.mark.parametrize(
    ("checked_at", "on", "repeated"),
    [
        (datetime(2026, 1, 15, 2, tzinfo=UTC), date(2026, 1, 15), True),
        (datetime(2026, 1, 15, 2, tzinfo=UTC), date(2026, 4, 15), True),
        (datetime(2026, 1, 15, 2, tzinfo=UTC), date(2026, 4, 16), False),
        (datetime(2026, 1, 15, 2, tzinfo=UTC), date(2026, 1, 14), False),
        (datetime(2026, 1, 15, 15, 30, tzinfo=UTC), date(2026, 4, 16), True),  # ended on the 16th here
        (datetime(2025, 11, 30, 2, tzinfo=UTC), date(2026, 2, 28), True),
        (datetime(2025, 11, 30, 2, tzinfo=UTC), date(2026, 3, 1), False),
    ],
)
def test_what_a_higher_authority_checked_is_not_repeated_for_three_months(
    checked_at: datetime, on: date, repeated: bool
) -> None:
    upper = visit(9, checked_at, authority_level=CITY)
    found = repetitions(["1.1", "2.1"], SHOP, COUNTY, on, [upper], 3)
    assert [one.number for one in found] == (["1.1"] if repeated else [])


@pytest.mark.parametrize(
    ("upper", "lower", "hinders"), [(PROVINCE, CITY, True), (CITY, CITY, False), (COUNTY, CITY, False)]
)
def test_only_a_higher_authority_hinders_a_lower_one(upper: int, lower: int, hinders: bool) -> None:
    known = [visit(9, authority_level=upper), visit(8, authority_level=upper, business_id=OTHER_SHOP)]
    assert bool(repetitions(["1.1"], SHOP, lower, date(2026, 8, 1), known, 3)) is hinders


def test_of_several_visits_the_last_keeps_an_item_longest() -> None:
    known = [visit(8, NINE + timedelta(days=10), authority_level=CITY), visit(9, authority_level=PROVINCE)]
    found = repetitions(["1.1"], SHOP, COUNTY, date(2026, 8, 10), known, 3)
    assert found == [Repetition("1.1", UUID(int=8), date(2026, 11, 4))]


@ON_A_BUSY_MACHINE
@given(st.lists(visits, max_size=6), st.integers(0, 200), st.randoms(use_true_random=False))
def test_an_item_is_free_on_the_day_it_is_said_to_be(known: list[Visited], days: int, random: Any) -> None:
    on = date(2026, 7, 24) + timedelta(days=days)
    found = repetitions("123", SHOP, COUNTY, on, known, 3)
    shuffled = list(known)
    random.shuffle(shuffled)
    assert [(one.number, one.free_on) for one in repetitions("123", SHOP, COUNTY, on, shuffled, 3)] == [
        (one.number, one.free_on) for one in found
    ]
    for one in found:
        assert one.free_on > on
        later = repetitions([one.number], SHOP, COUNTY, one.free_on, known, 3)
        assert all(another.free_on > one.free_on for another in later)
