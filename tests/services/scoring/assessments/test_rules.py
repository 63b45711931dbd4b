"""Places with ties, vetoes, quarters with a month missing; targets and where their course leads."""

from datetime import date
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scoring.assessments.rules import Standing, must_be_talked_to, over_months, ranked
from services.scoring.assessments.targets.rules import Aim, Outlook, Reading, forecast, prospect

HUNDRED = Decimal(100)


def known(points: str, *, vetoed: bool = False, grade: str | None = "B") -> Standing:
    return Standing(Decimal(points), Decimal(points), grade, vetoed)


STANDINGS = st.lists(
    st.builds(lambda points, vetoed: known(str(points), vetoed=vetoed), st.integers(0, 6), st.booleans()), min_size=1
)


def test_equals_share_a_place_and_a_veto_comes_after_all() -> None:
    standings = [known("95"), known("90"), known("90"), known("80"), known("99", vetoed=True), known("1", vetoed=True)]
    assert [place.best for place in ranked(standings)] == [1, 2, 2, 4, 5, 5]


@given(STANDINGS)
def test_places_follow_points_and_nobody_vetoed_is_before_anybody_who_is_not(standings: list[Standing]) -> None:
    places = ranked(standings)
    assert all(place.best == place.worst for place in places)
    for one, place in zip(standings, places, strict=True):
        if not one.vetoed:
            before = sum(not other.vetoed and (other.low or 0) > (one.low or 0) for other in standings)
            assert place.best == before + 1
        else:
            assert place.best == sum(not other.vetoed for other in standings) + 1


def test_what_is_not_known_leaves_the_places_open() -> None:
    open_one = Standing(Decimal(70), Decimal(96), None)
    first, second = ranked([known("90"), open_one])
    assert (first.best, first.worst, second.best, second.worst) == (1, 2, 1, 2)
    assert not must_be_talked_to(open_one, ["C", "D"]), "what is not certain calls nobody in"


@pytest.mark.parametrize(("grade", "vetoed", "talk"), [("B", False, False), ("C", False, True), ("A", True, True)])
def test_a_low_grade_or_a_veto_calls_for_a_talk(grade: str, vetoed: bool, talk: bool) -> None:
    assert must_be_talked_to(known("90", grade=grade, vetoed=vetoed), ["C", "D"]) is talk


def test_a_quarter_is_the_mean_of_its_months_and_a_missing_month_is_unknown() -> None:
    july, august = {"a": known("90"), "b": known("60", vetoed=True)}, {"a": known("96"), "b": known("90")}
    two = over_months([july, august, {}], HUNDRED)
    assert (two["a"].low, two["a"].high) == (Decimal(62), Decimal(286) / 3)
    assert two["b"].vetoed, "a veto of one month holds for the quarter"
    whole = over_months([july, august, {"a": known("90"), "b": known("0")}], HUNDRED)
    assert (whole["a"].low, whole["a"].high) == (Decimal(92), Decimal(92))


UNSETTLED = st.lists(
    st.builds(
        lambda low, more, vetoed, may: Standing(Decimal(low), Decimal(low + more), None, vetoed, may and not vetoed),
        st.integers(0, 4),
        st.integers(0, 3),
        st.booleans(),
        st.booleans(),
    ),
    min_size=1,
    max_size=5,
)


@given(UNSETTLED)
def test_places_reach_as_far_as_what_may_still_come(standings: list[Standing]) -> None:
    """Every way in which the unknown may turn out, one by one: points at either end, a veto or none."""
    ways = [
        [
            Standing(end, end, None, vetoed)
            for vetoed in ((False, True) if one.may_be_vetoed else (one.vetoed,))
            for end in {one.low, one.high}
        ]
        for one in standings
    ]
    turned_out = [[place.best for place in ranked(way)] for way in product(*ways)]
    for one, place in enumerate(ranked(standings)):
        assert (place.best, place.worst) == (min(way[one] for way in turned_out), max(way[one] for way in turned_out))


def test_a_month_that_is_not_known_may_hold_a_veto_for_everybody() -> None:
    july = {"a": known("90"), "b": known("80"), "v": known("99", vetoed=True)}
    a, b, v = ranked(list(over_months([july, {}, {}], HUNDRED).values()))
    assert [(one.best, one.worst) for one in (a, b, v)] == [(1, 2), (1, 2), (1, 3)]


@given(st.lists(st.integers(0, 100), min_size=3, max_size=3), st.integers(0, 2))
def test_the_missing_month_only_narrows_the_quarter(points: list[int], missing: int) -> None:
    months = [{"a": known(str(one))} for one in points]
    whole = over_months(months, HUNDRED)["a"]
    months[missing] = {}
    if partly := over_months(months, HUNDRED).get("a"):
        assert partly.low is not None
        assert partly.high is not None
        assert whole.low is not None
        assert partly.low <= whole.low <= partly.high


DUE = date(2025, 12, 31)


def reading(year: int, value: str) -> Reading:
    return Reading(date(year, 12, 31), Decimal(value))


@pytest.mark.parametrize(
    ("readings", "today", "outlook"),
    [
        ([reading(2021, "86")], date(2022, 1, 1), Outlook.REACHED),
        ([reading(2021, "85")], date(2022, 1, 1), Outlook.REACHED),
        ([reading(2021, "80")], date(2022, 1, 1), Outlook.UNKNOWN),
        ([], date(2022, 1, 1), Outlook.UNKNOWN),
        ([reading(2021, "80"), reading(2022, "82")], date(2023, 1, 1), Outlook.ON_COURSE),
        ([reading(2021, "80"), reading(2022, "81")], date(2023, 1, 1), Outlook.BEHIND),
        ([reading(2021, "80"), reading(2026, "99")], date(2027, 1, 1), Outlook.MISSED),
        ([], date(2027, 1, 1), Outlook.UNKNOWN),
    ],
)
def test_where_a_target_stands(readings: list[Reading], today: date, outlook: Outlook) -> None:
    found = prospect(Aim.AT_LEAST, Decimal(85), DUE, readings, today, is_share=True)
    assert found.outlook is outlook


def test_at_most_is_the_other_way_round_and_a_fact_promises_nothing() -> None:
    assert prospect(Aim.AT_MOST, Decimal(0), DUE, [reading(2024, "0")], DUE, is_share=False).outlook is Outlook.REACHED
    assert prospect(Aim.AT_MOST, Decimal(0), DUE, [reading(2024, "1")], DUE, is_share=False).outlook is Outlook.UNKNOWN
    assert prospect(Aim.FACT, None, None, [reading(2020, "151")], DUE, is_share=False).outlook is Outlook.FACT


@given(st.integers(-50, 50), st.integers(0, 100), st.lists(st.integers(0, 3000), min_size=2, max_size=9, unique=True))
def test_a_straight_course_is_followed_exactly(slope: int, start: int, days: list[int]) -> None:
    first = date(2021, 1, 1).toordinal()
    readings = [Reading(date.fromordinal(first + day), Decimal(start + slope * day)) for day in days]
    assert forecast(readings, date.fromordinal(first + 3650), is_share=False) == Decimal(start + slope * 3650)
    share = forecast(readings, date.fromordinal(first + 3650), is_share=True)
    assert share is not None
    assert 0 <= share <= 100
