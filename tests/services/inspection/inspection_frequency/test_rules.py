"""Planning keeps every coverage end that can be kept, says in numbers what cannot, and misses nobody in two years."""

import random
from collections import Counter
from dataclasses import replace
from datetime import date
from functools import cache
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.inspection.checklists.coverage import add_months
from services.inspection.inspection_frequency.rules import (
    Officer,
    Subject,
    TeamPlan,
    plan_team,
    share_out,
    shortage,
    visits_possible,
)
from shared.calendar.rules import ONE_DAY

START = date(2026, 1, 1)
CYCLE = 24


@cache
def covered(since: date) -> date:
    return add_months(since, CYCLE)


def subject(number: int, since: date, interval: int = 12, *, checked: bool = True) -> Subject:
    return Subject(UUID(int=number), "330203", interval, since, checked, covered(since))


def officers(*visits: int) -> list[Officer]:
    return [Officer(f"officer-{number}", f"演示人员{number}", limit) for number, limit in enumerate(visits)]


def planned(
    subjects: list[Subject], team: list[Officer], *, start: date = START, months: int = 24, each: int = 2
) -> TeamPlan:
    return plan_team("330203", subjects, team, start=start, months=months, officers_a_visit=each, covered=covered)


SINCE = st.dates(date(2024, 1, 2), date(2026, 1, 1))
SUBJECTS = st.lists(st.tuples(SINCE, st.sampled_from([1, 4, 6, 12, 24])), max_size=30).map(
    lambda drawn: [subject(number, since, interval) for number, (since, interval) in enumerate(drawn)]
)


@settings(max_examples=200, deadline=None)
@given(subjects=SUBJECTS, capacity=st.integers(0, 6))
def test_coverage_is_missed_only_where_no_plan_could_keep_it(subjects: list[Subject], capacity: int) -> None:
    plan = planned(subjects, officers(capacity), each=1)
    ends = []
    for one in subjects:
        if one.covered_until > date(2027, 12, 31):
            continue
        end = (one.covered_until.year - START.year) * 12 + one.covered_until.month - START.month
        ends.append(max(end if (one.covered_until + ONE_DAY).day == 1 else end - 1, 0))
    possible = all(sum(end <= month for end in ends) <= capacity * (month + 1) for month in range(24))
    assert (not plan.missed) == possible
    assert any(one.coverage for one in plan.shortages) == (not possible)


@settings(max_examples=100, deadline=None)
@given(subjects=SUBJECTS, limits=st.lists(st.integers(0, 9), max_size=5), seed=st.integers(0, 9))
def test_no_month_holds_more_than_the_officers_can_do_and_order_does_not_matter(
    subjects: list[Subject], limits: list[int], seed: int
) -> None:
    plan = planned(subjects, officers(*limits))
    per_month = Counter(visit.month for visit in plan.visits)
    for load in plan.months:
        assert per_month[load.month] == load.planned <= load.capacity
        assert sum(load.officers.values()) == 2 * load.planned
        assert all(part <= min(limits[int(name[-1])], load.planned) for name, part in load.officers.items())
    shuffled = random.Random(seed).sample(subjects, len(subjects))
    assert planned(shuffled, officers(*limits)) == plan


@settings(max_examples=100, deadline=None)
@given(subjects=SUBJECTS)
def test_with_enough_officers_every_frequency_is_kept(subjects: list[Subject]) -> None:
    plan = planned(subjects, officers(400, 400))
    assert (plan.missed, plan.shortages) == ((), ())
    assert all(visit.late == 0 for visit in plan.visits)
    seen = Counter(visit.business_id for visit in plan.visits)
    for one in subjects:
        first = add_months(one.since, one.interval)
        due = range(max((first.year - START.year) * 12 + first.month - START.month, 0), 24, one.interval)
        assert seen[one.id] >= len(due)


@pytest.mark.parametrize(
    ("limits", "each", "possible"),
    [([10, 10], 2, 10), ([10, 1], 2, 1), ([5, 5, 5], 2, 7), ([9], 2, 0), ([], 2, 0), ([3, 4], 1, 7)],
)
def test_an_inspection_takes_two_different_officers(limits: list[int], each: int, possible: int) -> None:
    assert visits_possible(limits, each) == possible
    parts = share_out(officers(*limits), possible, each, Counter())
    assert sum(parts.values()) == possible * each
    assert max(parts.values(), default=0) <= possible


def test_what_cannot_be_done_is_said_with_numbers() -> None:
    """Twelve ends by March, two inspections a month: six can be done, four a month would do."""
    plan = planned([subject(n, date(2024, 4, 15)) for n in range(12)], officers(2, 2))
    assert plan.shortages[0] == shortage(True, [2] * 12, 2, 24)
    short = plan.shortages[0]
    assert (short.until, short.due, short.possible, short.more_visits) == (2, 12, 6, 2)
    assert len(plan.missed) == 6
    enough = planned([subject(n, date(2024, 4, 15)) for n in range(12)], officers(4, 4))
    assert enough.missed == ()


def test_an_end_in_the_middle_of_a_month_is_kept_the_month_before() -> None:
    plan = planned([subject(1, date(2024, 4, 15), interval=24)], officers(1, 1))
    first = plan.visits[0]
    assert first.by <= date(2026, 4, 15)
    assert first.for_coverage


def test_an_end_in_the_first_month_is_kept_by_its_day() -> None:
    plan = planned([subject(1, date(2024, 1, 20))], officers(1, 1))
    assert (plan.visits[0].by, plan.missed, plan.overdue) == (date(2026, 1, 20), (), ())


def test_what_had_run_out_before_is_said_and_inspected_first() -> None:
    plan = planned([subject(2, date(2025, 12, 1), 4), subject(1, date(2023, 6, 1))], officers(1, 1))
    assert plan.overdue == (UUID(int=1),)
    assert plan.visits[0].business_id == UUID(int=1)


def test_coverage_comes_before_the_frequency_of_the_risky() -> None:
    """Two risky ones long due, one quiet one whose two years end this month, one inspection a month."""
    risky = [subject(number, date(2025, 1, 1), 4) for number in (1, 2)]
    quiet = subject(3, date(2024, 2, 1), 24)
    plan = planned([*risky, quiet], officers(1, 1))
    assert plan.visits[0].business_id == quiet.id
    assert plan.missed == ()


def test_nobody_is_missed_in_two_years_of_changes() -> None:
    """10,000 businesses, planned anew each quarter for two years; grades change, some close, some open midway."""
    dice = random.Random(20260101)
    intervals = {"A": 24, "B": 12, "C": 6, "D": 4}
    alive = {
        n: subject(n, START - ONE_DAY * dice.randrange(1, 700), intervals[dice.choices("ABCD", (50, 30, 15, 5))[0]])
        for n in range(10_000)
    }
    last = {number: one.since for number, one in alive.items()}
    team, newest = officers(*[110] * 30), 10_000
    for quarter in range(8):
        start = add_months(START, 3 * quarter)
        plan = planned(list(alive.values()), team, start=start, months=24)
        assert plan.missed == ()
        assert plan.overdue == ()
        for visit in plan.visits:
            number = visit.business_id.int
            if visit.month < 3 and number in alive:
                assert visit.by <= covered(last[number]), "an inspection came after the two years"
                last[number] = visit.by
                alive[number] = replace(alive[number], since=visit.by, checked=True, covered_until=covered(visit.by))
        for number in dice.sample(sorted(alive), 100):
            del alive[number]
        for number in dice.sample(sorted(alive), 300):
            alive[number] = replace(alive[number], interval=intervals[dice.choice("ABCD")])
        opened = add_months(start, 3) - ONE_DAY
        for number in range(newest, newest + 120):
            alive[number] = subject(number, opened, 12, checked=False)
            last[number] = opened
        newest += 120
    end = add_months(START, 24)
    assert all(covered(last[number]) >= end - ONE_DAY for number in alive)
