from gateway.dashboards.ranking import ranked
from shared.contracts.figures import FigureDefinition
from tests.gateway.dashboards.wire import definition_of, value_of


def places(definition: FigureDefinition, numbers: list[str | None]) -> list[tuple[str, int | None]]:
    children = [
        (f"{index}号镇", value_of(definition, f"3302030{index:02}000", "2026-07", number))
        for index, number in enumerate(numbers, start=1)
    ]
    return [(child.region_name, child.rank) for child in ranked(definition, children)]


def test_ties_share_a_place_and_the_next_place_is_skipped() -> None:
    assert places(definition_of(), ["98.8", "99.6", "92.0", "98.8"]) == [
        ("2号镇", 1),
        ("1号镇", 2),
        ("4号镇", 2),
        ("3号镇", 4),
    ]


def test_two_that_read_the_same_are_tied() -> None:
    assert places(definition_of(decimals=1), ["98.84", "98.81"]) == [("1号镇", 1), ("2号镇", 1)]


def test_where_less_is_better_the_least_comes_first() -> None:
    assert places(definition_of(higher_is_better=False), ["3", "1"]) == [("2号镇", 1), ("1号镇", 2)]


def test_zero_is_ranked_and_missing_is_not() -> None:
    assert places(definition_of(), [None, "0", "1"]) == [("3号镇", 1), ("2号镇", 2), ("1号镇", None)]
