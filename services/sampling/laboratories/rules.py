"""Whether a laboratory is accredited, commissioned and able for what is to be tested. Pure."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import NamedTuple


class ScopeEntry(NamedTuple):
    """Part of what a laboratory may test: a food category with all below it (None: every food), and its items (None:
    every item).
    """

    category_code: str | None
    items: frozenset[str] | None


class Need(NamedTuple):
    """What is to be tested: the food's category with all above it (empty: not yet known), and the items."""

    categories: frozenset[str]
    items: frozenset[str]


def uncovered_items(scope: Iterable[ScopeEntry], need: Need) -> frozenset[str] | None:
    """The items of `need` that no entry of the scope carries for this food; None when no entry is for this food.

    A food whose category is not known is carried only by entries for every food.
    """
    fitting = [entry for entry in scope if entry.category_code is None or entry.category_code in need.categories]
    if not fitting:
        return None
    missing = need.items
    for entry in fitting:
        missing = frozenset() if entry.items is None else missing - entry.items
    return missing


def unaccredited(valid_from: date, valid_to: date, *, active: bool, on: date) -> str | None:
    """Why a laboratory may not test at all on a day, in Chinese; None when it may."""
    if not active:
        return "名册中已停用"
    if not valid_from <= on <= valid_to:
        return f"资质认定有效期 {valid_from} 至 {valid_to}，不含 {on}"
    return None


def out_of_scope(scope: Iterable[ScopeEntry], need: Need) -> str | None:
    """Why a laboratory cannot test what is needed, in Chinese; None when it can."""
    missing = uncovered_items(scope, need)
    if missing is None:
        return "承检范围不含这类食品"
    return f"承检范围不含项目：{'、'.join(sorted(missing))}" if missing else None


def not_commissioned(serves: Collection[str], region_path: Collection[str]) -> str | None:
    """Why a laboratory does not work for a region (given with all regions above it); None when it does."""
    return None if set(serves) & set(region_path) else "没有承接该区域的检验任务"
