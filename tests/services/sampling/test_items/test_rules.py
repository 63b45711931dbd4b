"""Which item a printed name means and which threshold applies."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.sampling.test_items.rules import Catalogue, CatalogueItem, Limit, names_of, plain_name
from shared.contracts.sampling import LimitForm, Method


def limit(**change: Any) -> Limit:
    fields: dict[str, Any] = {
        "id": uuid4(),
        "method": None,
        "food_category": None,
        "limit_form": LimitForm.INHIBITION_PERCENT,
        "value": Decimal(50),
        "unit": "%",
        "valid_from": date(2020, 1, 1),
        "valid_to": None,
        "verified": False,
        "recorded_at": datetime(2020, 1, 1, tzinfo=UTC),
    }
    return Limit(**fields | change)


def item(*limits: Limit) -> CatalogueItem:
    return CatalogueItem("pesticide_residue", "农药残留", False, limits)


DAY = date(2026, 7, 24)


def test_without_a_threshold_there_is_none() -> None:
    assert item().limit_for(Method.ELISA, DAY) is None
    assert item(limit(valid_from=date(2027, 1, 1))).limit_for(Method.ELISA, DAY) is None


@pytest.mark.parametrize(("day", "fits"), [(date(2019, 12, 31), False), (date(2020, 1, 1), True), (DAY, False)])
def test_a_threshold_holds_from_its_first_day_until_the_day_before_its_end(day: date, fits: bool) -> None:
    dated = limit(valid_to=DAY)
    assert (item(dated).limit_for(None, day) is dated) is fits


def test_the_row_that_names_the_method_wins_over_the_general_one() -> None:
    general, own = limit(valid_from=date(2025, 1, 1)), limit(method=Method.ELISA)
    assert item(general, own).limit_for(Method.ELISA, DAY) is own
    assert item(general, own).limit_for(Method.ENZYME_INHIBITION, DAY) is general
    assert item(general, own).limit_for(None, DAY) is general


def test_the_row_that_names_the_food_wins_over_the_one_that_names_the_method() -> None:
    by_method, by_food = limit(method=Method.ELISA), limit(food_category="蔬菜")
    assert item(by_method, by_food).limit_for(Method.ELISA, DAY, "蔬菜") is by_food
    assert item(by_method, by_food).limit_for(Method.ELISA, DAY, "水果") is by_method


def test_a_correction_of_the_same_days_wins_and_a_test_of_old_days_keeps_its_old_row() -> None:
    first = limit()
    corrected = limit(value=Decimal(45), recorded_at=datetime(2026, 1, 1, tzinfo=UTC))
    later = limit(value=Decimal(40), valid_from=date(2026, 1, 1))
    assert item(first, corrected, later).limit_for(None, DAY) is later
    assert item(first, corrected, later).limit_for(None, date(2025, 6, 1)) is corrected


@given(st.permutations([limit(), limit(method=Method.ELISA), limit(value=Decimal(1), valid_from=date(2024, 1, 1))]))
def test_the_order_of_the_rows_does_not_matter(rows: list[Limit]) -> None:
    found = item(*rows).limit_for(Method.ELISA, DAY)
    assert found is not None
    assert found.method is Method.ELISA


@pytest.mark.parametrize(
    "printed", ["呋喃唑酮代谢物（AOZ）", "呋喃唑酮代谢物(aoz)", " 呋喃唑酮代谢物 （ＡＯＺ） ", "furazolidone_aoz"]
)
def test_width_case_and_spaces_of_a_printed_name_do_not_matter(printed: str) -> None:
    known = CatalogueItem("furazolidone_aoz", "呋喃唑酮代谢物", True, ())
    names = names_of("呋喃唑酮代谢物", ["呋喃唑酮代谢物(AOZ)"])
    catalogue = Catalogue({known.code: known}, dict.fromkeys(names, known.code))
    assert catalogue.find(printed) is known


def test_an_unknown_name_means_no_item() -> None:
    assert Catalogue({}, {}).find("某种东西") is None


@given(st.text())
def test_a_plain_name_stays_as_it_is(text: str) -> None:
    assert plain_name(plain_name(text)) == plain_name(text)


def test_ids_are_told_apart_only_as_the_last_resort() -> None:
    low, high = limit(id=UUID(int=1)), limit(id=UUID(int=2))
    assert item(high, low).limit_for(None, DAY) is item(low, high).limit_for(None, DAY)
