"""The tree of food categories (大类、亚类、次亚类、细类): who inherits from whom, and who is left out. Pure."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from services.sampling.test_items.rules import plain_name

LEVEL_LABELS = {1: "大类", 2: "亚类", 3: "次亚类", 4: "细类"}
DEEPEST = max(LEVEL_LABELS)


class DateBasis(StrEnum):
    """Which day decides the version of a standard for the foods of a category."""

    PRODUCTION = "production"
    SAMPLING = "sampling"

    @property
    def label(self) -> str:
        return {"production": "生产日期", "sampling": "抽样日期"}[self]


@dataclass(frozen=True, slots=True)
class Category:
    """One node. `excluded_codes`: nodes below it, or elsewhere, that do not inherit from it (“X除外”).

    `date_basis` null: that of the parent.
    """

    code: str
    parent_code: str | None
    level: int
    name: str
    aliases: tuple[str, ...] = ()
    excluded_codes: frozenset[str] = frozenset()
    date_basis: DateBasis | None = None
    verified: bool = False


@dataclass(frozen=True)
class CategoryTree:
    """All categories by code."""

    categories: Mapping[str, Category]

    def path(self, code: str) -> list[Category]:
        """The category and those above it, itself first; empty when the code is not in the tree."""
        found: list[Category] = []
        category = self.categories.get(code)
        while category is not None and category not in found:
            found.append(category)
            category = self.categories.get(category.parent_code) if category.parent_code else None
        return found

    def covers(self, scope_code: str, excluded: Iterable[str], on_path: Set[str]) -> bool:
        """Whether what is said of `scope_code`, except of `excluded`, is said of a food with this path."""
        scope = self.categories.get(scope_code)
        return (
            scope is not None
            and scope_code in on_path
            and on_path.isdisjoint(excluded)
            and on_path.isdisjoint(scope.excluded_codes)
        )

    def named(self, *names: str) -> Category | None:
        """The category that printed names mean, the deepest name last (大类, 亚类, 次亚类, 细类); None when unclear.

        Each name narrows the one before it; a name that is unknown or that two categories share is passed over where a
        later one is clear.
        """
        found: Category | None = None
        for name in names:
            candidates = self._by_name.get(plain_name(name), ())
            below = [one for one in candidates if found is None or found in self.path(one.code)]
            if len(below) == 1:
                found = below[0]
        return found

    @cached_property
    def _by_name(self) -> Mapping[str, tuple[Category, ...]]:
        found: dict[str, tuple[Category, ...]] = {}
        for category in self.categories.values():
            for name in {plain_name(text) for text in (category.name, *category.aliases)}:
                found[name] = (*found.get(name, ()), category)
        return found


def date_basis_of(path: Iterable[Category]) -> Category | None:
    """The nearest category on the path that says by which day versions of standards are chosen."""
    return next((category for category in path if category.date_basis is not None), None)
