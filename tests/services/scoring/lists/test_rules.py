"""Places and entries: equals share a place, and what is not certain puts nobody on a list."""

from collections.abc import Sequence
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.scoring.lists.content import ListRules
from services.scoring.lists.rules import Candidate, outcomes, places
from services.scoring.lists.seed import shipped_lists

LISTS = dict(shipped_lists())
POINTS = st.decimals(0, 120, places=2)


def exactly(*points: str) -> list[Candidate]:
    return [Candidate(Decimal(number), Decimal(number)) for number in points]


UNKNOWN = Candidate(None, None)


def entries(code: str, candidates: Sequence[Candidate]) -> list[str | None]:
    return [outcome.entry.code if outcome.entry else None for outcome in outcomes(LISTS[code], candidates)]


def test_equals_share_a_place_and_the_next_is_left_out() -> None:
    found = places(exactly("95", "90", "90.0", "80"))
    assert [place.best for place in found] == [1, 2, 2, 4]
    assert all(place.best == place.worst for place in found)
    assert [place.best for place in places(exactly("95", "90", "90", "80"), from_the_end=True)] == [4, 2, 2, 1]


@pytest.mark.parametrize(
    ("points", "entry"),
    [("110", "star_5"), ("109.999999999", "star_4"), ("100", "star_4"), ("90", "star_3"), ("89.999999999", None)],
)
def test_the_line_belongs_to_the_higher_star(points: str, entry: str | None) -> None:
    assert entries("star-markets", exactly(points)) == [entry]


def test_points_that_are_only_a_range_give_a_star_only_inside_one_band() -> None:
    inside, across, open_above = (
        Candidate(Decimal(low), None if high is None else Decimal(high))
        for low, high in (("100", "109"), ("99", "101"), ("111", None))
    )
    assert entries("star-markets", [inside, across, open_above, UNKNOWN]) == ["star_4", None, "star_5", None]


def test_a_tie_on_the_last_place_of_honour_lets_both_in() -> None:
    assert entries("market-red-black", exactly("99", "98", "97", "97", "50")) == ["red", "red", "red", "red", "black"]


@pytest.mark.parametrize("points", [("90",), ("90", "90"), ("40", "40", "40")])
def test_who_is_level_with_the_best_is_not_the_last(points: tuple[str, ...]) -> None:
    assert "black" not in entries("market-red-black", exactly(*points))


def test_who_may_still_be_the_best_is_not_certainly_the_last() -> None:
    assert entries("market-red-black", [*exactly("50"), UNKNOWN]) == [None, None]


def test_while_one_is_unknown_nobody_is_certainly_last() -> None:
    found = entries("market-red-black", [*exactly("99", "98", "97", "50"), UNKNOWN])
    assert found == ["red", "red", None, None, None]


def test_a_result_that_is_undetermined_is_not_passed() -> None:
    candidates = [
        Candidate(None, None, passed=passed, events=frozenset(events))
        for passed, events in [(True, ()), (False, ()), (None, ()), (True, ("serious_list",))]
    ]
    assert entries("food-red-black", candidates) == ["red", None, None, "black"]


@given(st.lists(POINTS, min_size=1, max_size=12))
def test_places_are_those_of_a_sorted_list(points: list[Decimal]) -> None:
    ordered = sorted(points, reverse=True)
    found = places([Candidate(number, number) for number in points])
    assert [place.best for place in found] == [ordered.index(number) + 1 for number in points]
    assert [place.worst for place in found] == [place.best for place in found]


@given(st.lists(st.tuples(POINTS, POINTS).map(sorted), min_size=1, max_size=8), st.data())
def test_whatever_the_unknown_turns_out_to_be_certain_entries_stay(
    spans: list[list[Decimal]], data: st.DataObject
) -> None:
    before = [Candidate(low, high) for low, high in spans]
    drawn = [data.draw(st.decimals(low, high, places=2)) for low, high in spans]
    after = [Candidate(points, points) for points in drawn]
    for code in ("market-red-black", "star-markets"):
        for early, late in zip(entries(code, before), entries(code, after), strict=True):
            assert early in (None, late)
    for early_place, late_place in zip(places(before), places(after), strict=True):
        assert early_place.best <= late_place.best <= late_place.worst <= early_place.worst


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ({"basis": {"kind": "band", "at_least": None, "below": None}}, "两头都没有写"),
        ({"basis": {"kind": "band", "at_least": "90", "below": "90"}}, "没有范围"),
        ({"repair_months": 1}, "没有信用修复"),
        ({"favourable": False}, "没有降级和摘牌"),
        ({"favourable": False, "locks": {}, "repair_months": 25}, "到期以后才能修复"),
    ],
)
def test_a_rule_that_does_not_hold_together_is_refused(what: dict[str, object], message: str) -> None:
    entry = LISTS["star-markets"].model_dump()["entries"][0]
    with pytest.raises(ValidationError, match=message):
        ListRules.model_validate({"title": "演示", "appeal_days": 7, "entries": [entry | what]})
    with pytest.raises(ValidationError, match="写了两次"):
        ListRules.model_validate({"title": "演示", "appeal_days": 7, "entries": [entry, entry]})
