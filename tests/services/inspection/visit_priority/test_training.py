"""A scorecard finds what is there, claims nothing where there is nothing, and never learns who inspects."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.inspection.visit_priority.history import (
    FOUND,
    LAST_FOUND,
    NEVER,
    OWN_FEATURES,
    SINCE_LAST,
    Example,
    Inspection,
    Windows,
    examples_of,
    settle,
)
from services.inspection.visit_priority.leniency import Standing
from services.inspection.visit_priority.measuring import as_usual, measure
from services.inspection.visit_priority.scorecard import POINTS_TO_DOUBLE, UNKNOWN, chance_of, learn
from services.inspection.visit_priority.training import Method, Training, day_after, rank, rule_key, train
from tests.services.inspection.visit_priority.histories import CHANCES, FIRST, chance_only, telling

RISKY, MIDDLING, SAFE = CHANCES


@pytest.fixture(scope="module")
def trained() -> Training:
    return train(telling())


def points_of(trained: Training, feature: str) -> dict[str, int]:
    assert trained.scorecard is not None
    names = [banding.feature for banding in trained.scorecard.bandings]
    index = names.index(feature)
    return dict(zip(trained.scorecard.bandings[index].bands, trained.scorecard.points[index], strict=True))


def test_a_known_answer_is_found_and_shown_against_the_usual_order(trained: Training) -> None:
    assert trained.method is Method.SCORECARD
    assert trained.comparison is not None
    scorecard, usual = trained.comparison.scorecard, trained.comparison.usual
    assert scorecard is not None
    assert scorecard.helps
    assert scorecard.share_in_first_half > Fraction("0.65")
    assert abs(usual.share_in_first_half - Fraction(1, 2)) < Fraction("0.12")
    assert usual.days_earlier == 0
    assert not usual.helps
    assert scorecard.days_earlier > 5
    points = points_of(trained, "卖什么")
    assert points[RISKY] > points[MIDDLING] > points[SAFE]
    wanted = POINTS_TO_DOUBLE * 3.32  # 0.45/0.55 is 2**4.30 times 0.04/0.96; a share of it stands in the past visits
    assert points[RISKY] - points[SAFE] > wanted * 0.6
    assert max(abs(number) for number in points_of(trained, "面积").values()) < points[RISKY], "the area tells nothing"


def test_a_score_is_the_sum_of_its_lines_and_a_likelihood(trained: Training) -> None:
    assert trained.scorecard is not None
    ranking = rank(trained, day_after(trained))
    assert [one.place for one in ranking] == sorted(one.place for one in ranking)
    for one in ranking:
        assert one.score == trained.scorecard.base + sum(line.points for line in one.lines)
    kinds = [line.band for one in ranking[:40] for line in one.lines if line.feature == "卖什么"]
    assert kinds.count(RISKY) > 35
    assert chance_of(0) == 0.5
    assert chance_of(POINTS_TO_DOUBLE) == pytest.approx(2 / 3)


@pytest.mark.parametrize("number", range(8))
def test_where_there_is_nothing_to_find_nothing_is_claimed(number: int) -> None:
    trained = train(chance_only(number))
    assert trained.method is Method.RULES
    assert trained.comparison is not None
    assert trained.comparison.scorecard is not None
    assert not trained.comparison.scorecard.helps


def test_the_same_history_gives_the_same_scorecard_whatever_the_order_of_its_rows(trained: Training) -> None:
    assert trained.scorecard is not None
    rows = telling()
    for number in range(3):
        random.Random(number).shuffle(rows)
        again = train(rows)
        assert again.scorecard is not None
        assert again.scorecard.sha256 == trained.scorecard.sha256
        assert rank(again, day_after(again)) == rank(trained, day_after(trained))


def test_who_inspected_changes_nothing_of_scorecard_or_order(trained: Training) -> None:
    chance = random.Random(5)
    others = [replace(one, inspectors=(f"演示别人{chance.randrange(9)}",)) for one in telling()]
    doubled = [replace(one, inspectors=()) for one in telling()[:50]]
    assert train(others).scorecard == trained.scorecard
    assert rank(train(others), day_after(trained)) == rank(trained, day_after(trained))
    assert train(telling() + doubled).scorecard == trained.scorecard, "told twice is told once"


def test_few_data_are_ordered_by_rules_and_it_is_said_why() -> None:
    few = train(telling()[:60])
    assert (few.method, few.scorecard) == (Method.RULES, None)
    assert "历史太少" in few.why
    order = [
        rule_key({LAST_FOUND: last, SINCE_LAST: days})
        for last, days in (
            (FOUND, Decimal(9)),
            (NEVER, None),
            ("无问题", Decimal(400)),
            ("无问题", Decimal(30)),
        )
    ]
    assert order == sorted(order, reverse=True)
    one = rank(few, day_after(few))[0]
    assert one.score is None
    assert {line.feature for line in one.lines} <= set(OWN_FEATURES)


def test_nothing_at_all_is_a_history_too() -> None:
    nothing = train([])
    assert (nothing.method, nothing.comparison, nothing.inspectors) == (Method.RULES, None, ())
    assert [one.business for one in rank(nothing, FIRST, {"乙": {}, "甲": {}})] == sorted("乙甲")


def test_what_is_learnt_comes_before_what_measures() -> None:
    changed = [replace(one, found=not one.found) if one.on >= date(2025, 7, 1) else one for one in telling()]
    before, after = (train(rows, measured_from=date(2025, 7, 1)) for rows in (telling(), changed))
    assert before.scorecard == after.scorecard, "what came later was not learnt from"
    assert after.method is Method.RULES, "and what no longer holds is not used"


HISTORIES = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 900), st.booleans()), min_size=1, max_size=60).map(
    lambda rows: [Inspection(f"主体{who}", FIRST + timedelta(days=day), found) for who, day, found in rows]
)


@given(HISTORIES, st.integers(0, 900))
def test_an_example_knows_nothing_of_its_own_window(rows: list[Inspection], day: int) -> None:
    """Whatever happens from a window's first day on, its businesses look the same."""
    history = settle(rows)
    windows = Windows(history[0].on, 60)
    begin = windows.begin(windows.of(FIRST + timedelta(days=day)))
    upset = settle(replace(one, found=not one.found) if one.on >= begin else one for one in rows)
    for before, after in zip(examples_of(history, windows), examples_of(upset, windows), strict=True):
        if windows.begin(before.window) <= begin:
            assert before.features == after.features
        assert SINCE_LAST in before.features


def example(number: int, day: int, found: bool, window: int = 0) -> Example:
    return Example(f"主体{number:02d}", window, FIRST + timedelta(days=day), found, {})


@given(
    st.lists(st.tuples(st.integers(0, 59), st.booleans()), min_size=1, max_size=30).filter(
        lambda rows: any(found for _, found in rows)
    )
)
def test_hindsight_finds_all_first_and_no_order_at_all_gains_nothing_on_average(rows: list[tuple[int, bool]]) -> None:
    window = [example(number, day, found) for number, (day, found) in enumerate(rows)]
    best = measure([window], lambda one: one.found)
    worst = measure([window], lambda one: not one.found)
    none = measure([window], lambda _: 0)
    assert best.days_earlier >= none.days_earlier >= worst.days_earlier
    assert best.share_in_first_half >= none.share_in_first_half == Fraction(1, 2)
    assert none.beyond_chance == 0
    assert measure([window], as_usual).days_earlier == 0


def test_days_earlier_by_hand() -> None:
    """Four visits on days 0, 10, 20, 30; the two last find something; an order that turns them around gains 20 each."""
    window = [example(number, 10 * number, number >= 2) for number in range(4)]
    turned = measure([window], lambda one: one.on)
    assert turned.days_earlier == Fraction((20 + 30) - (0 + 10), 2)
    assert turned.share_in_first_half == 1
    assert measure([window], as_usual).share_in_first_half == 0


def test_who_reports_half_of_what_he_sees_is_seen_and_who_goes_where_it_is_risky_is_not() -> None:
    chance = random.Random(3)

    def inspected(one: Inspection) -> Inspection:
        if one.known["卖什么"] == RISKY and chance.random() < 0.5:
            return replace(one, inspectors=("演示·专查冷食",))
        who = f"演示·人员{chance.randrange(3)}"
        lenient = who == "演示·人员0" and chance.random() < 0.65
        return replace(one, inspectors=(who,), found=one.found and not lenient)

    rows = [inspected(one) for one in telling(businesses=500)]
    lines = {line.inspector: line for line in train(rows).inspectors}
    assert lines["演示·人员0"].standing in (Standing.LOW, Standing.VERY_LOW)
    assert lines["演示·专查冷食"].standing in (Standing.WITHIN, Standing.HIGH)
    assert lines["演示·专查冷食"].found > 2 * lines["演示·人员0"].found
    assert sum(line.found for line in lines.values()) == pytest.approx(sum(line.expected for line in lines.values()))


def test_a_feature_that_names_the_inspector_in_other_words_is_warned_of() -> None:
    rows = [replace(one, known={**one.known, "片区": f"片区{one.inspectors[0][-1]}"}) for one in telling(businesses=60)]
    assert ["片区" in note for note in train(rows).notes] == [True]
    assert train(telling(businesses=60)).notes == ()


def test_a_value_never_seen_or_missing_has_a_band_of_its_own() -> None:
    rows: Sequence[Example] = [
        Example(f"{number}", 0, FIRST, number % 3 == 0, {"甲": "常见", "乙": Decimal(number)}) for number in range(90)
    ]
    card = learn(rows)
    lines = {line.feature: line.band for line in card.lines({"甲": "没见过"})}
    assert lines == {"甲": "其他", "乙": UNKNOWN}
    assert card.score({"甲": "常见", "乙": Decimal(10**9)}) == card.score({"甲": "常见", "乙": Decimal(89)})
