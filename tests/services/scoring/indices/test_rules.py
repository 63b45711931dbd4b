"""One number for each place: goalposts, weights, both means, what is missing, and how far places hang on choices."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.scoring.indices.content import IndexRules
from services.scoring.indices.rules import Values, index_of, normalised, places_of, range_of, scenarios
from services.scoring.indices.seed import shipped_rule

CONTENT: dict[str, Any] = {
    "title": "指数（演示）",
    "mean": "arithmetic",
    "minimum_data": "0.6",
    "indicators": [
        {"code": "a", "title": "甲", "group": "g", "unit": "%", "worst": "0", "best": "100", "weight": "0.5"},
        {"code": "b", "title": "乙", "group": "g", "unit": "%", "worst": "0", "best": "100", "weight": "0.3"},
        {"code": "c", "title": "丙", "group": "g", "unit": "起", "worst": "10", "best": "0", "weight": "0.2"},
    ],
}


def rules_with(**what: Any) -> IndexRules:
    return IndexRules.model_validate(CONTENT | what)


RULES, GEOMETRIC = rules_with(), rules_with(mean="geometric")
NUMBERS = st.integers(0, 100).map(Decimal)
KNOWN = st.fixed_dictionaries({"a": NUMBERS, "b": NUMBERS, "c": st.integers(0, 10).map(Decimal)})
SOME = st.fixed_dictionaries({code: st.one_of(st.none(), NUMBERS) for code in "abc"})


def values(a: str | None, b: str | None, c: str | None) -> Values:
    return {code: None if value is None else Decimal(value) for code, value in zip("abc", (a, b, c), strict=True)}


def test_less_is_better_where_the_goalposts_say_so_and_nothing_counts_beyond_them() -> None:
    assert normalised(RULES, values("50", "120", "0")) == {"a": 50, "b": 100, "c": 100}
    assert normalised(RULES, values("-5", "0", "12")) == {"a": 0, "b": 0, "c": 0}


def test_the_arithmetic_mean_by_hand() -> None:
    assert index_of(RULES, values("80", "60", "5")).value == Decimal(68), "0.5×80 + 0.3×60 + 0.2×50"


def test_one_weak_part_shows_in_the_geometric_mean_and_equal_parts_stay_what_they_are() -> None:
    assert index_of(GEOMETRIC, values("64", "64", "3.6")).value == Decimal(64)
    uneven = index_of(GEOMETRIC, values("100", "100", "10")).value
    assert uneven is not None
    assert uneven.quantize(Decimal("0.01")) == Decimal("39.81"), "100^0.8 × 1^0.2"


@given(KNOWN)
def test_the_geometric_mean_is_never_above_the_arithmetic_but_for_its_floor(known: Values) -> None:
    one, other = index_of(GEOMETRIC, known).value, index_of(RULES, known).value
    assert one is not None
    assert other is not None
    assert one <= max(other, Decimal(0)) + 1
    assert 0 <= other <= 100


@given(KNOWN, st.sampled_from("ab"), st.integers(0, 100))
def test_more_of_a_good_thing_never_lowers_an_index(known: dict[str, Decimal], code: str, more: int) -> None:
    better = known | {code: known[code] + more}
    for rules in (RULES, GEOMETRIC):
        before, after = index_of(rules, known).value, index_of(rules, better).value
        assert before is not None
        assert after is not None
        assert after >= before


def test_what_is_missing_counts_neither_way_and_too_little_is_no_index() -> None:
    partly = index_of(RULES, values("80", None, "5"))
    assert partly.value == (Decimal(500) / 7).quantize(Decimal("1e-12")), "(0.5×80 + 0.2×50) ÷ 0.7"
    assert partly.known == Decimal("0.7")
    little = index_of(RULES, values("80", None, None))
    assert (little.value, little.known) == (None, Decimal("0.5"))
    assert index_of(rules_with(minimum_data="0.5"), values("80", None, None)).value == Decimal(80), "the line counts"
    assert index_of(rules_with(minimum_data="0"), values(None, None, None)).value is None


@given(st.dictionaries(st.sampled_from(["p", "q", "r", "s"]), SOME, min_size=1))
def test_the_range_of_a_place_holds_the_place_and_nobody_unplaced_appears(all_values: dict[str, Values]) -> None:
    placed = places_of({code: index_of(RULES, one) for code, one in all_values.items()})
    found = scenarios(RULES, all_values)
    for one in found:
        assert set(one.places) <= set(placed)
    for code, place in placed.items():
        best, worst = range_of(code, place, found)
        assert 1 <= best <= place <= worst <= len(placed)


def test_equals_share_a_place_and_who_leads_in_everything_leads_whatever_is_chosen() -> None:
    all_values = {"top": values("99", "99", "0"), "x": values("50", "60", "5"), "y": values("50", "60", "5")}
    placed = places_of({code: index_of(RULES, one) for code, one in all_values.items()})
    assert placed == {"top": 1, "x": 2, "y": 2}
    found = scenarios(RULES, all_values)
    assert range_of("top", 1, found) == (1, 1)
    assert len(found) == 3 * 2 + 3 + 2


def test_a_place_that_hangs_on_one_weight_shows() -> None:
    all_values = {"one": values("100", "0", "10"), "other": values("40", "60", "2")}
    placed = places_of({code: index_of(RULES, one) for code, one in all_values.items()})
    found = {one.name: one.places for one in scenarios(RULES, all_values)}
    assert placed == {"one": 2, "other": 1}
    assert found["“甲”的权重加四分之一"] == {"one": 1, "other": 2}
    assert found["“甲”的权重减四分之一"] == {"one": 2, "other": 1}
    assert found["不看“乙”"] == {"one": 1, "other": 2}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"indicators": CONTENT["indicators"][:2]}, "相加应为 1"),
        ({"indicators": [CONTENT["indicators"][0]] * 2}, "写了两次"),
        ({"indicators": [CONTENT["indicators"][0] | {"best": "0", "weight": "1"}]}, "不能相同"),
    ],
)
def test_a_rule_that_does_not_hold_together_is_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        rules_with(**change)


def test_the_shipped_rule_holds_together_and_says_that_it_is_an_example() -> None:
    assert "示例" in shipped_rule().title
