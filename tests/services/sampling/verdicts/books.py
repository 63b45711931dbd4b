"""Small limit books of invented limits (虚构) for the tests of verdicts."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from services.sampling.food_categories.rules import Category, DateBasis
from services.sampling.limits.rules import Comparison, Limit, Requirement, RequirementForm, Standard
from services.sampling.verdicts.books import LimitBook

DAY = date(2026, 7, 24)
CATEGORIES = (
    Category("1", None, 1, "粮食", date_basis=DateBasis.PRODUCTION),
    Category("1.1", "1", 2, "大米", aliases=("稻米",)),
    Category("1.1.1", "1.1", 3, "糙米"),
    Category("2", None, 1, "食用农产品", date_basis=DateBasis.SAMPLING),
    Category("2.1", "2", 2, "鱼类"),
    Category("2.1.1", "2.1", 3, "肉食性鱼类"),
    Category("2.1.1.1", "2.1.1", 4, "金枪鱼"),
    Category("3", None, 1, "无日期规则的类别"),
)
OLD = Standard("GB 1-2020", "GB 1", "演示标准（虚构）", date(2020, 1, 1), None, "演示", False)
NEW = Standard("GB 1-2026", "GB 1", "演示标准（虚构）", date(2026, 3, 1), None, "演示", False)


def maximum(value: str, *, is_open: bool = False) -> Requirement:
    return Requirement(RequirementForm.MAXIMUM, maximum=Decimal(value), maximum_open=is_open)


def limit(item: str = "铅", category: str = "1", requirement: Requirement | None = None, **change: Any) -> Limit:
    """A row of the new standard: 铅 ≤ 0.2 mg/kg in 粮食, unless changed."""
    fields: dict[str, Any] = {
        "id": f"{item}/{category}/{change.get('standard_code', NEW.code)}/{change.get('link')}",
        "standard_code": NEW.code,
        "item": item,
        "item_aliases": (),
        "category_code": category,
        "excluded_codes": frozenset(),
        "link": None,
        "requirement": requirement or maximum("0.2"),
        "unit": "mg/kg",
        "comparison": Comparison.WHOLE,
        "expressed_as": "",
        "residue_definition": "",
        "valid_from": None,
        "valid_to": None,
        "source": "演示依据（虚构）",
        "verified": True,
    }
    return Limit(**fields | change)


def book(
    *limits: Limit, categories: Iterable[Category] = CATEGORIES, standards: Iterable[Standard] = (OLD, NEW)
) -> LimitBook:
    return LimitBook.of("test", categories, standards, limits)
