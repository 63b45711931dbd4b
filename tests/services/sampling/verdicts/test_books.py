"""Which limit speaks of a food: inheritance, exclusions, ties, versions of standards by the food's day."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.sampling.food_categories.rules import CategoryTree
from services.sampling.limits.rules import Limit
from services.sampling.verdicts.rules import Question
from shared.contracts.statutory_sampling import ItemVerdict, Link
from tests.services.sampling.verdicts.books import CATEGORIES, DAY, NEW, OLD, book, limit, maximum

LEAD = Question("铅", "0.15", "mg/kg")


def test_a_food_inherits_the_limit_of_the_nearest_category_above_it() -> None:
    rows = book(limit(category="1", requirement=maximum("0.2")), limit(category="1.1", requirement=maximum("0.1")))
    for category, found in (("1", "1"), ("1.1", "1.1"), ("1.1.1", "1.1")):
        judgement = rows.judge(LEAD, category_code=category, produced_on=DAY)
        assert judgement.limit is not None
        assert judgement.limit.category_code == found
        assert any("沿用上级" in step for step in judgement.steps) is (category != found)


def test_what_a_limit_or_a_category_leaves_out_does_not_inherit_nor_does_what_is_below_it() -> None:
    by_limit = book(limit(category="2", excluded_codes=frozenset({"2.1.1"})))
    categories = [replace(one, excluded_codes=frozenset({"2.1.1"})) if one.code == "2" else one for one in CATEGORIES]
    by_category = book(limit(category="2"), categories=categories)
    for rows in (by_limit, by_category):
        assert rows.judge(LEAD, category_code="2.1", sampled_on=DAY).verdict is ItemVerdict.QUALIFIED
        for left_out in ("2.1.1", "2.1.1.1"):
            judgement = rows.judge(LEAD, category_code=left_out, sampled_on=DAY)
            assert (judgement.verdict, judgement.limit) == (ItemVerdict.UNDETERMINED, None)


def test_two_limits_of_the_same_standing_judge_nothing_even_when_a_limit_is_printed() -> None:
    tied = book(limit(), limit(requirement=maximum("0.1"), id="another", item="Pb", item_aliases=("铅",)))
    judgement = tied.judge(replace(LEAD, printed_limit="≤0.5"), category_code="1", produced_on=DAY)
    assert judgement.verdict is ItemVerdict.UNDETERMINED
    assert "2 条同等具体的限值" in judgement.reason


def test_the_row_that_names_the_link_wins_at_that_link_only() -> None:
    rows = book(limit(), limit(link=Link.CATERING, requirement=maximum("0.1")))
    catering = rows.judge(LEAD, category_code="1", link=Link.CATERING, produced_on=DAY)
    shop = rows.judge(LEAD, category_code="1", link=Link.CIRCULATION, produced_on=DAY)
    assert (catering.verdict, shop.verdict) == (ItemVerdict.UNQUALIFIED, ItemVerdict.QUALIFIED)


def test_the_version_of_a_standard_is_that_of_the_production_day_or_for_produce_of_the_sampling_day() -> None:
    def rows(category: str) -> tuple[Limit, Limit]:
        return (
            limit(category=category, standard_code=OLD.code, requirement=maximum("0.1")),
            limit(category=category, requirement=maximum("0.2")),
        )

    before, after = NEW.valid_from - timedelta(days=1), NEW.valid_from
    packaged, produce = book(*rows("1")), book(*rows("2"))
    assert (
        packaged.judge(LEAD, category_code="1", produced_on=before, sampled_on=after).verdict is ItemVerdict.UNQUALIFIED
    )
    assert packaged.judge(LEAD, category_code="1", produced_on=after, sampled_on=after).verdict is ItemVerdict.QUALIFIED
    assert produce.judge(LEAD, category_code="2", produced_on=before, sampled_on=after).verdict is ItemVerdict.QUALIFIED
    judgement = packaged.judge(LEAD, category_code="1", produced_on=before)
    assert judgement.limit is not None
    assert (judgement.limit.standard, judgement.limit.chosen_on) == (OLD.code, before)


@pytest.mark.parametrize(
    ("rows", "category", "produced_on", "words"),
    [
        ((), "1", DAY, "没有收录项目"),
        ((limit(),), None, DAY, "没有对上食品类别"),
        ((limit(),), "9", DAY, "不在分类树中"),
        ((limit(),), "2", DAY, "没有收录“铅”"),
        ((limit(),), "1", None, "没有生产日期"),
        ((limit(),), "1", date(2026, 2, 28), "没有收录有效的限值"),
        ((limit(standard_code=OLD.code),), "1", DAY, "没有收录有效的限值"),
        ((limit(valid_to=DAY),), "1", DAY, "没有收录有效的限值"),
        ((limit(valid_from=DAY + timedelta(days=1)),), "1", DAY, "没有收录有效的限值"),
        ((limit(category="3"),), "3", DAY, "没有规定按哪个日期"),
    ],
)
def test_without_a_limit_the_item_is_undetermined_and_the_reason_says_why(
    rows: tuple[Limit, ...], category: str | None, produced_on: date | None, words: str
) -> None:
    judgement = book(*rows).judge(LEAD, category_code=category, produced_on=produced_on)
    assert judgement.verdict is ItemVerdict.UNDETERMINED
    assert words in judgement.reason


def test_an_item_is_found_by_its_other_names_and_in_any_width() -> None:
    rows = book(limit(item="孔雀石绿", item_aliases=("孔雀石绿及隐色孔雀石绿",)))
    for name in ("孔雀石绿", "孔雀石绿 及隐色孔雀石绿", "孔雀石绿（以总量计）"):
        assert rows.judge(Question(name, "0.1", "mg/kg"), category_code="1", produced_on=DAY).limit is not None


def test_a_result_counted_as_something_else_is_not_compared() -> None:
    rows = book(limit(item="亚硝酸盐", expressed_as="NaNO2"))
    same = rows.judge(Question("亚硝酸盐（以NaNO₂计）", "0.1", "mg/kg"), category_code="1", produced_on=DAY)
    other = rows.judge(Question("亚硝酸盐（以NaNO2计）", "0.1", "mg/kg"), category_code="1", produced_on=DAY)
    differs = rows.judge(Question("亚硝酸盐（以NO2计）", "0.1", "mg/kg"), category_code="1", produced_on=DAY)
    assert same.verdict is other.verdict is ItemVerdict.QUALIFIED
    assert differs.verdict is ItemVerdict.UNDETERMINED


@given(st.sampled_from([one.code for one in CATEGORIES]), st.sampled_from([one.code for one in CATEGORIES]))
def test_a_limit_reaches_exactly_its_category_and_those_below(scope: str, food: str) -> None:
    tree = CategoryTree({one.code: one for one in CATEGORIES})
    reached = tree.covers(scope, (), {one.code for one in tree.path(food)})
    assert reached is (food == scope or food.startswith(scope + "."))


def test_a_category_is_found_by_its_printed_names_the_deepest_last() -> None:
    tree = CategoryTree({one.code: one for one in CATEGORIES})
    found = tree.named("粮食", "稻米", "没有这个次亚类", "糙米")
    assert found is not None and found.code == "1.1.1"
    assert tree.named("鱼类", "糙米") is tree.categories["2.1"]
    assert tree.named("没有") is None
