"""Allocation is exact, keeps its bounds, and is the same for whoever has the inputs."""

from fractions import Fraction
from itertools import product
from math import comb

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from services.sampling.allocation.rules import (
    GRID,
    AllocationImpossible,
    Candidate,
    Stratum,
    cover_then_seek,
    fingerprint,
    neyman,
    upper_bound,
)

RATES = st.fractions(min_value=0, max_value=1, max_denominator=40)
SEED = "2026-演示种子"


@st.composite
def strata(draw: st.DrawFn) -> list[Stratum]:
    found = []
    for number in range(draw(st.integers(1, 4))):
        minimum = draw(st.integers(1, 3))
        maximum = draw(st.none() | st.integers(minimum, minimum + 5))
        found.append(Stratum(f"层{number}", draw(st.integers(1, 50)), draw(RATES), minimum, maximum))
    return found


def variance(cells: list[Stratum], numbers: tuple[int, ...]) -> Fraction:
    return sum((cell.spread / n for cell, n in zip(cells, numbers, strict=True)), Fraction(0))


@settings(max_examples=300, deadline=None)
@given(cells=strata(), more=st.integers(0, 8))
def test_no_other_allocation_within_the_bounds_has_less_variance(cells: list[Stratum], more: int) -> None:
    quantity = sum(cell.minimum for cell in cells) + more
    every = [
        numbers
        for numbers in product(*(range(cell.minimum, min(cell.maximum or quantity, quantity) + 1) for cell in cells))
        if sum(numbers) == quantity
    ]
    if not every:
        with pytest.raises(AllocationImpossible):
            neyman(cells, quantity, SEED)
        return
    shares = neyman(cells, quantity, SEED)
    numbers = tuple(share.quantity for share in shares)
    assert numbers in every
    assert variance(cells, numbers) == min(variance(cells, other) for other in every)


def test_the_textbook_case_by_hand() -> None:
    """W·S of 3 : 1 at equal rates shares 8 samples as 6 : 2."""
    cells = [Stratum("甲", 3, Fraction(1, 2), 1, None), Stratum("乙", 1, Fraction(1, 2), 1, None)]
    assert [share.quantity for share in neyman(cells, 8, SEED)] == [6, 2]


def test_equal_strata_differ_only_by_the_draw_of_the_seed() -> None:
    cells = [Stratum(key, 1, Fraction(1, 2), 1, None) for key in "甲乙丙"]
    drawn = {tuple(share.quantity for share in neyman(cells, 4, str(seed))) for seed in range(40)}
    assert drawn == {(2, 1, 1), (1, 2, 1), (1, 1, 2)}
    assert neyman(cells, 4, "7") == neyman(cells, 4, "7")


@pytest.mark.parametrize(
    ("quantity", "maximum", "words"),
    [(2, 5, "下限合计 4，超过总量 2"), (20, 5, "上限合计 10，不足 20，还差 10"), (8, 1, "上限 1 小于下限 2")],
)
def test_bounds_that_cannot_be_kept_are_refused_with_the_gap(quantity: int, maximum: int, words: str) -> None:
    cells = [Stratum(key, 1, Fraction(1, 2), 2, maximum) for key in "甲乙"]
    with pytest.raises(AllocationImpossible, match=words):
        neyman(cells, quantity, SEED)


def test_a_stratum_without_any_sample_cannot_be_estimated() -> None:
    with pytest.raises(AllocationImpossible, match="至少 1 批次"):
        neyman([Stratum("甲", 1, Fraction(1, 2), 0, None)], 3, SEED)


def posterior_tail(failed: int, tested: int, prior: tuple[int, int], x: Fraction) -> Fraction:
    """I_x(A, B) as a sum over the upper tail, written another way than the rule does."""
    a, b = prior[0] + failed, prior[1] + tested - failed
    n = a + b - 1
    return sum((comb(n, j) * x**j * (1 - x) ** (n - j) for j in range(a, n + 1)), Fraction(0))


@settings(max_examples=100, deadline=None)
@given(
    tested=st.integers(0, 30),
    share=st.integers(0, 30),
    prior=st.tuples(st.integers(1, 4), st.integers(1, 30)),
    credibility=st.sampled_from([Fraction(1, 2), Fraction(9, 10), Fraction(19, 20), Fraction(99, 100)]),
)
def test_the_upper_bound_is_the_least_millionth_with_that_credibility(
    tested: int, share: int, prior: tuple[int, int], credibility: Fraction
) -> None:
    failed = min(share, tested)
    bound = upper_bound(failed, tested, prior, credibility)
    assert posterior_tail(failed, tested, prior, Fraction(bound, GRID)) >= credibility
    assert posterior_tail(failed, tested, prior, Fraction(bound - 1, GRID)) < credibility


def test_upper_bounds_known_in_closed_form() -> None:
    """Beta(1, 1): I_x = x. Beta(1, 20): 1 − (1−x)²⁰ = 0.95 at x = 1 − 0.05^(1/20) = 0.139108…"""
    assert upper_bound(0, 0, (1, 1), Fraction(19, 20)) == 950_000
    assert upper_bound(0, 1, (1, 19), Fraction(19, 20)) == 139_109


def test_little_evidence_is_worth_a_look_and_findings_more_so() -> None:
    prior, sure = (1, 19), Fraction(19, 20)
    unknown, clean, bad = (upper_bound(*seen, prior, sure) for seen in [(0, 0), (0, 200), (5, 50)])
    assert clean < unknown < bad


@st.composite
def candidates(draw: st.DrawFn) -> tuple[list[Candidate], dict[str, int]]:
    caps = {group: draw(st.integers(0, 4)) for group in "甲乙"}
    found = []
    for number in range(draw(st.integers(1, 4))):
        minimum = draw(st.integers(0, 2))
        maximum = draw(st.none() | st.integers(minimum, minimum + 3))
        groups = tuple(draw(st.sets(st.sampled_from(sorted(caps)))))
        found.append(Candidate(f"点{number}", minimum, maximum, draw(st.integers(1, GRID - 1)), groups))
    return found, caps


@settings(max_examples=300, deadline=None)
@given(case=candidates(), more=st.integers(0, 6))
def test_every_bound_and_cap_is_kept_and_nothing_is_left_that_somebody_could_take(
    case: tuple[list[Candidate], dict[str, int]], more: int
) -> None:
    cells, caps = case
    quantity = sum(cell.minimum for cell in cells) + more
    shares, unplaced = cover_then_seek(cells, quantity, SEED, caps)
    assert sum(share.quantity for share in shares) + unplaced == quantity
    used = dict.fromkeys(caps, 0)
    for cell, share in zip(cells, shares, strict=True):
        assert cell.maximum is None or share.quantity <= cell.maximum
        assert share.quantity + share.short >= cell.minimum
        for group in cell.groups:
            used[group] += share.quantity
    assert all(used[group] <= caps[group] for group in caps)
    for cell, share in zip(cells, shares, strict=True):
        is_full = cell.maximum is not None and share.quantity >= cell.maximum
        is_capped = any(used[group] >= caps[group] for group in cell.groups)
        assert is_full or is_capped or (unplaced == 0 and share.short == 0)


@settings(max_examples=300, deadline=None)
@given(case=candidates(), more=st.integers(0, 5))
def test_without_caps_no_other_allocation_finds_something_in_more_places(
    case: tuple[list[Candidate], dict[str, int]], more: int
) -> None:
    """Σ 1−(1−u)ⁿ, the expected number of places with a finding, is greatest: checked against every allocation."""
    cells = [Candidate(cell.key, cell.minimum, cell.maximum, cell.upper) for cell in case[0]]
    quantity = sum(cell.minimum for cell in cells) + more
    tops = [quantity if cell.maximum is None else min(cell.maximum, quantity) for cell in cells]
    assume(sum(tops) >= quantity)
    shares, unplaced = cover_then_seek(cells, quantity, SEED, {})
    assert unplaced == 0

    def findings(numbers: tuple[int, ...]) -> Fraction:
        return sum((1 - (1 - Fraction(c.upper, GRID)) ** n for c, n in zip(cells, numbers, strict=True)), Fraction(0))

    ranges = (range(cell.minimum, top + 1) for cell, top in zip(cells, tops, strict=True))
    best = max(findings(numbers) for numbers in product(*ranges) if sum(numbers) == quantity)
    assert findings(tuple(share.quantity for share in shares)) == best


def test_coverage_comes_before_whatever_is_more_suspicious() -> None:
    cells = [Candidate("小作坊", 1, None, 10_000), Candidate("屡次不合格", 0, None, 900_000)]
    [must, worst], unplaced = cover_then_seek(cells, 1, SEED, {})
    assert (must.minimum, worst.quantity, unplaced) == (1, 0, 0)


def test_a_cap_of_the_quarter_withholds_even_a_minimum_and_says_so() -> None:
    cells = [Candidate("店甲", 2, None, 500_000, ("shop",)), Candidate("店乙", 0, 1, 100_000)]
    shares, unplaced = cover_then_seek(cells, 3, SEED, {"shop": 1})
    assert [(share.quantity, share.short) for share in shares] == [(1, 1), (1, 0)]
    assert unplaced == 1


def test_the_order_of_the_fields_is_nothing_to_the_fingerprint_and_every_value_is_something() -> None:
    inputs = {"seed": "甲", "quantity": 5, "cells": [{"key": "1", "weight": 2}]}
    assert fingerprint(inputs) == fingerprint(dict(reversed(inputs.items())))
    changed = [inputs | {"seed": "乙"}, inputs | {"quantity": 6}, inputs | {"cells": [{"key": "1", "weight": 3}]}]
    assert len({fingerprint(one) for one in [inputs, *changed]}) == 4
