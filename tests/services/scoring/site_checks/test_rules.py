"""Points of a site form: nothing below zero, nothing above what applies, absent lines lower nobody's rate."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.scoring.site_checks.content import Aggregate, ItemMark, SiteForm, VisitContent
from services.scoring.site_checks.rules import aggregated, faults_in, rates_by_clause, score_of
from tests.services.scoring.site_checks.making import FORM, FORMS

RATES = st.lists(st.fractions(0, 1, max_denominator=40), min_size=1, max_size=12)


def marks(first: dict[str, Any], second: dict[str, Any], third: dict[str, Any]) -> dict[str, ItemMark]:
    said = {"1": first, "2": second, "3": third}
    return {code: ItemMark.model_validate(mark) for code, mark in said.items()}


@pytest.mark.parametrize(
    ("second", "third", "points", "maximum"),
    [
        ({"findings": 0}, {"deducted": "0"}, "8", "8"),
        ({"findings": 2}, {"deducted": "0.5"}, "6.5", "8"),
        ({"findings": 99}, {"deducted": "2"}, "3", "8"),
        ({"findings": 1}, {"absent": "没有食堂"}, "5.5", "6"),
    ],
)
def test_deductions_stop_at_nothing_and_what_is_absent_leaves_the_maximum(
    second: dict[str, Any], third: dict[str, Any], points: str, maximum: str
) -> None:
    score = score_of(FORM.items, marks({"met": True}, second, third))
    assert score == (Fraction(points), Fraction(maximum))


MARKS = st.builds(
    marks,
    st.booleans().map(lambda met: {"met": met}),
    st.integers(0, 1000).map(lambda number: {"findings": number}),
    st.one_of(
        st.decimals(0, 2, places=2).map(lambda points: {"deducted": points}),
        st.just({"absent": "演示"}),
    ),
)


@given(MARKS)
def test_points_never_exceed_what_applies(said: dict[str, ItemMark]) -> None:
    score = score_of(FORM.items, said)
    assert 0 <= score.points <= score.maximum <= sum(Fraction(item.points) for item in FORM.items)


@given(MARKS)
def test_to_claim_that_a_line_is_absent_never_lowers_the_rate_where_it_had_nothing(said: dict[str, ItemMark]) -> None:
    worst = score_of(FORM.items, said | {"3": ItemMark(deducted=Decimal(2))})
    absent = score_of(FORM.items, said | {"3": ItemMark(absent="演示")})
    assert worst.rate is not None
    assert absent.rate is not None
    assert absent.rate >= worst.rate


@given(RATES)
def test_the_worst_is_never_above_the_mean_and_order_does_not_matter(rates: list[Fraction]) -> None:
    worst, mean = (aggregated(rates, Aggregate(how=how)) for how in ("worst", "mean"))
    assert worst is not None
    assert mean is not None
    assert 0 <= worst <= mean <= max(rates) <= 1
    for way in (Aggregate(how="mean"), Aggregate(how="worst"), Aggregate(how="count", at_least=Decimal("0.6"))):
        assert aggregated(rates[::-1], way) == aggregated(rates, way)


def test_a_site_that_just_reaches_the_line_counts() -> None:
    way = Aggregate(how="count", at_least=Decimal("0.6"))
    assert aggregated([Fraction(3, 5), Fraction(1, 2), Fraction(1)], way) == Fraction(2, 3)
    assert aggregated([], way) is None


def test_each_clause_has_the_rate_of_its_own_lines() -> None:
    found = rates_by_clause(
        [
            (FORM, VisitContent(marks=marks({"met": True}, {"findings": 2}, {"deducted": "1"}))),
            (FORM, VisitContent(marks=marks({"met": False}, {"findings": 0}, {"absent": "演示"}))),
            (FORM, VisitContent(unreachable="演示：已关门")),
        ]
    )
    assert found == {"A2": [Fraction(5, 6), Fraction(1, 2)], "C1": [Fraction(1, 2)]}


@pytest.mark.parametrize(
    ("first", "second", "third", "said"),
    [
        ({"findings": 1}, {"findings": 1}, {"deducted": "1"}, "条目 1 应填是否做到"),
        ({"met": True}, {"met": True}, {"deducted": "1"}, "条目 2 应填发现几次"),
        ({"met": True}, {"findings": 1}, {"deducted": "2.01"}, "扣不了 2.01 分"),
        ({"absent": "演示"}, {"findings": 1}, {"deducted": "1"}, "条目 1 不允许缺项"),
    ],
)
def test_a_mark_of_another_kind_than_the_line_is_refused(
    first: dict[str, Any], second: dict[str, Any], third: dict[str, Any], said: str
) -> None:
    (fault,) = faults_in(FORM, VisitContent(marks=marks(first, second, third)))
    assert said in fault.message


def test_lines_that_are_missing_unknown_or_all_absent_are_told() -> None:
    content = VisitContent(marks={"1": ItemMark(met=True), "9": ItemMark(met=True)})
    assert [fault.item for fault in faults_in(FORM, content)] == ["9", "2", "3"]
    only = SiteForm.model_validate(FORMS[1] | {"items": [FORMS[1]["items"][0] | {"may_be_absent": True}]})
    (nothing,) = faults_in(only, VisitContent(marks={"1": ItemMark(absent="演示")}))
    assert "等于没有检查" in nothing.message


@pytest.mark.parametrize(
    "document",
    [
        {"marks": {"1": {"met": True, "findings": 1}}},
        {"marks": {"1": {}}},
        {"marks": {"1": {"met": True}}, "unreachable": "关门"},
        {},
    ],
)
def test_what_says_two_things_or_none_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        VisitContent.model_validate(document)
