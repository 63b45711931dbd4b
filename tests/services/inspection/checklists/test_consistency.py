"""An inconsistent list is not published: every reason at once, each with its place."""

import copy
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.inspection.checklists.consistency import reasons_against
from services.inspection.checklists.content import FailureCountRule
from services.inspection.checklists.rules import matching
from services.inspection.checklists.schemas import ChecklistFile
from tests.services.inspection.checklists.lists import (
    BANDS_BY_COUNT,
    CATERING_2016,
    ON_A_BUSY_MACHINE,
    SHIPPED,
    file,
    item,
    parsed,
)

JSON = dict[str, Any]
RATE: JSON = CATERING_2016.content.verdict.model_dump(mode="json")


def reasons(document: JSON, applies_from: date | None = None) -> list[tuple[str, str]]:
    read = ChecklistFile.model_validate(document)
    return [(one.pointer, one.code) for one in reasons_against(read.checklist, read.content, applies_from)]


def rate_list(change: Callable[[JSON], None]) -> JSON:
    """An invented list judged by the rate rule of 2016, with the rule changed."""
    rule = copy.deepcopy(RATE)
    change(rule)
    return file(verdict=rule)


def without_the_decided_case(rule: JSON) -> None:
    """The rule exactly as the document has it."""
    rule["bands"][1]["cases"].pop(1)


def touching_bands(rule: JSON) -> None:
    rule["bands"][2]["cases"][1]["general_pass_rate"]["below"] = "0.75"


def a_gap_between_two_rates(rule: JSON) -> None:
    rule["bands"][2]["cases"][1]["general_pass_rate"]["below"] = "0.69"


def reversed_bands(rule: JSON) -> None:
    rule["bands"].reverse()


def an_impossible_case(rule: JSON) -> None:
    rule["bands"][2]["cases"][1]["general_pass_rate"] = {"at_least": "0.7", "below": "0.7"}


def one_label_twice(rule: JSON) -> None:
    rule["bands"][1]["label"] = "符合"


def one_band(rule: JSON) -> None:
    del rule["bands"][1:]


@pytest.mark.parametrize("code", sorted(SHIPPED))
def test_every_shipped_list_is_consistent(code: str) -> None:
    shipped = SHIPPED[code]
    assert reasons_against(shipped.checklist, shipped.content) == []


def test_an_invented_list_is_consistent() -> None:
    assert reasons(file()) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (without_the_decided_case, "gap"),
        (touching_bands, "overlap"),
        (a_gap_between_two_rates, "gap"),
        (reversed_bands, "not_monotone"),
        (one_label_twice, "duplicate"),
        (one_band, "bands"),
    ],
)
def test_bands_must_part_all_outcomes_from_good_to_bad(change: Callable[[JSON], None], code: str) -> None:
    found = reasons(rate_list(change))
    assert [one[1] for one in found] == [code]
    assert found[0][0].startswith("/content/verdict/bands")


def test_a_case_that_nothing_falls_in_is_named() -> None:
    assert reasons(rate_list(an_impossible_case)) == [
        ("/content/verdict/bands/2/cases/1/general_pass_rate", "bands"),
    ]


def test_the_gap_of_the_official_rule_is_described_by_its_outcome() -> None:
    read = ChecklistFile.model_validate(rate_list(without_the_decided_case))
    [gap] = reasons_against(read.checklist, read.content)
    assert gap.message == "重点项不合格 1 项、一般项合格率 100%时没有对应的结论，请补上这一档"


POINTS: JSON = {
    "total": "10",
    "decimals": 1,
    "source": "演示",
    "profiles": [{"code": "all", "label": "全部"}],
    "bands": [{"label": "好", "at_least": "6"}, {"label": "差", "at_least": "0"}],
}
SCORED = [item("1", key=True, points={"all": "6"}), item("2", points={"all": "4"})]


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (file(header={"source": {"document": " "}}), [("/checklist/source/document", "source")]),
        (file(header={"kinds": []}), [("/checklist/kinds", "kinds")]),
        (file(header={"effective_on": None}), [("/checklist/effective_on", "dates")]),
        (file(header={"issued_on": "2026-02-02"}), [("/checklist/issued_on", "dates")]),
        (
            file(header={"superseded_on": "2026-02-01"}),
            [("/checklist/superseded_on", "dates"), ("/applies_from", "dates")],
        ),
        (file(header={"superseded_by": "other"}), [("/checklist/superseded_on", "dates")]),
        (
            file(header={"superseded_by": "stall-demo", "superseded_on": "2027-01-01"}),
            [("/checklist/superseded_by", "superseded_by")],
        ),
        (
            file(item("1", key=True), item("2"), item("2")),
            [("/content/sections/0/items/2/number", "duplicate")],
        ),
        (
            file(item("1", key=True), item("2"), item("3", kinds=["catering"])),
            [("/content/sections/0/items/2/kinds", "kinds")],
        ),
        (
            file(item("1", key=True), item("2"), item("3", scopes=["cold"])),
            [("/content/sections/0/items/2/scopes", "scopes")],
        ),
        (
            file(item("1", key=True), item("2", points={"large": "1"})),
            [("/content/sections/0/items/1/points", "points")],
        ),
        (
            file(item("1", key=True), item("2", formerly=["7"]), item("3", formerly=["7"])),
            [
                ("/content/sections/0/items/1/formerly", "formerly"),
                ("/content/sections/0/items/2/formerly", "formerly"),
            ],
        ),
        (
            file(declared={"key": 2, "general": 3}),
            [("/content/declared/key", "counts")],
        ),
        (
            file(declared={"key": 2, "general": 2}, complete=False),
            [("/content/declared/general", "counts")],
        ),
        (
            file(extent={"kind": "minimum", "key": 2, "general": 3, "total": 5}),
            [("/content/extent/key", "extent"), ("/content/extent/total", "extent")],
        ),
        (file(extent={"kind": "minimum"}), [("/content/extent", "extent")]),
        (file(item("1"), item("2")), [("/content/verdict", "no_key_item")]),
        (file(item("1", key=True)), [("/content/verdict", "no_general_item")]),
        (
            file(item("1", key=True, scopes=["cold"]), item("2"), scopes=[{"code": "cold", "label": "冷食"}]),
            [("/content/verdict", "no_key_item")],
        ),
        (
            file(verdict={"kind": "comprehensive"}),
            [("/content/verdict/source", "source")],
        ),
        (file(*SCORED, scoring=POINTS), []),
        (file(*SCORED, scoring=POINTS | {"total": "11"}), [("/content/scoring/profiles/0", "points")]),
        (file(*SCORED, scoring=POINTS | {"source": ""}), [("/content/scoring/source", "source")]),
        (
            file(
                *SCORED,
                scoring=POINTS | {"bands": [{"label": "好", "at_least": "6"}, {"label": "差", "at_least": "6"}]},
            ),
            [("/content/scoring/bands/1/at_least", "overlap"), ("/content/scoring/bands/1/at_least", "gap")],
        ),
        (
            file(
                *SCORED,
                scoring=POINTS | {"bands": [{"label": "好", "at_least": "11"}, {"label": "差", "at_least": "0"}]},
            ),
            [("/content/scoring/bands/0/at_least", "bands")],
        ),
    ],
)
def test_each_contradiction_is_named_with_its_place(document: JSON, expected: list[tuple[str, str]]) -> None:
    assert reasons(document) == expected


def test_no_items_at_all() -> None:
    document = file()
    document["content"]["sections"] = []
    assert ("/content/sections", "no_items") in reasons(document)


def test_all_reasons_are_said_at_once() -> None:
    document = rate_list(without_the_decided_case)
    document["checklist"] |= {"source": {"document": ""}, "kinds": []}
    document["content"]["sections"][0]["items"] += [item("4"), item("9", scopes=["cold"])]
    document["content"]["scoring"] = POINTS
    assert {code for _, code in reasons(document)} == {"source", "kinds", "duplicate", "scopes", "gap", "points"}


@pytest.mark.parametrize(
    ("first", "fits"), [("2026-01-31", False), ("2026-02-01", True), ("2026-06-30", True), ("2026-07-01", False)]
)
def test_a_version_applies_within_the_time_of_its_list(first: str, fits: bool) -> None:
    document = file(header={"superseded_on": "2026-07-01"})
    expected = [] if fits else [("/applies_from", "dates")]
    assert reasons(document, date.fromisoformat(first)) == expected


spans = st.builds(
    lambda least, more: {"at_least": least, "at_most": None if more is None else least + more},
    st.integers(0, 3),
    st.none() | st.integers(0, 2),
)
bands = st.lists(
    st.lists(
        st.builds(lambda key, general: {"key_failures": key, "general_failures": general}, spans, spans),
        min_size=1,
        max_size=3,
    ),
    min_size=2,
    max_size=3,
)


@ON_A_BUSY_MACHINE
@given(bands)
def test_a_rule_without_reasons_gives_every_outcome_one_verdict_and_never_a_better_one_for_more_failures(
    drawn: list[list[JSON]],
) -> None:
    """Compared with looking at every single outcome."""
    rule = {
        "kind": "failure_counts",
        "source": "演示",
        "bands": [{"label": str(index), "cases": cases} for index, cases in enumerate(drawn)],
    }
    items = [item(str(number), key=number <= 4) for number in range(1, 10)]
    read = parsed(*items, verdict=rule)
    assert isinstance(read.content.verdict, FailureCountRule)
    ranks = {
        outcome: {index for index, _ in matching(read.content.verdict, *outcome)}
        for outcome in product(range(5), range(6))
    }
    parted = all(len(found) == 1 for found in ranks.values())
    worse = all(
        min(ranks[key, general]) <= min(ranks[other])
        for key, general in ranks
        for other in ((key + 1, general), (key, general + 1))
        if parted and other in ranks
    )
    assert (reasons_against(read.checklist, read.content) == []) is (parted and worse)


def test_the_bands_by_count_are_such_a_rule() -> None:
    assert reasons(file(verdict={"kind": "failure_counts", "source": "演示", "bands": BANDS_BY_COUNT})) == []


@ON_A_BUSY_MACHINE
@given(st.decimals("0.01", "0.99", places=2), st.integers(0, 6))
def test_a_rule_of_rates_with_any_bound_parts_all_outcomes(bound: Decimal, keys: int) -> None:
    """The shape of 2016 with another percentage and another number of forgiven key items is always whole."""
    rule = copy.deepcopy(RATE)
    best, middle, worst = (band["cases"] for band in rule["bands"])
    best[0]["key_failures"] = {"at_least": 0, "at_most": 0}
    middle[0] = {"key_failures": {"at_most": keys}, "general_pass_rate": {"at_least": str(bound), "below": "1"}}
    middle[1] = {"key_failures": {"at_least": 1, "at_most": max(keys, 1)}, "general_pass_rate": {"at_least": "1"}}
    worst[0] = {"key_failures": {"at_least": max(keys, 1) + 1}}
    worst[1] = {"key_failures": {"at_most": keys}, "general_pass_rate": {"below": str(bound)}}
    if keys == 0:
        worst.append({"key_failures": {"at_least": 1, "at_most": 1}, "general_pass_rate": {"below": "1"}})
    assert reasons(file(*(item(str(n), key=n < 9) for n in range(1, 12)), verdict=rule)) == []
