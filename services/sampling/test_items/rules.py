"""Which item a printed name means, and which threshold applies. Pure."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from shared.contracts.sampling import LimitForm, Method


@dataclass(frozen=True, slots=True)
class Limit:
    """One dated threshold of an item; the fields are those of the table."""

    id: UUID
    method: Method | None
    food_category: str | None
    limit_form: LimitForm
    value: Decimal | None
    unit: str | None
    valid_from: date
    valid_to: date | None
    verified: bool
    recorded_at: datetime

    def covers(self, method: Method | None, day: date, food_category: str | None) -> bool:
        """Whether this row speaks about a test by `method` on `day` of a food of `food_category`."""
        return (
            self.method in (None, method)
            and self.food_category in (None, food_category)
            and self.valid_from <= day
            and (self.valid_to is None or day < self.valid_to)
        )


@dataclass(frozen=True, slots=True)
class CatalogueItem:
    """An item with all its thresholds."""

    code: str
    name: str
    banned: bool
    limits: tuple[Limit, ...]

    def limit_for(self, method: Method | None, day: date, food_category: str | None = None) -> Limit | None:
        """The threshold for a test on `day`; None when there is none, and then nothing may be called passed.

        The row that names the food wins over the general one, then the row that names the method, then the later
        `valid_from`, then the row recorded later (a correction).
        """
        fitting = (limit for limit in self.limits if limit.covers(method, day, food_category))
        return max(
            fitting,
            key=lambda limit: (
                limit.food_category is not None,
                limit.method is not None,
                limit.valid_from,
                limit.recorded_at,
                limit.id,
            ),
            default=None,
        )


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All active items, found by code or by any printed name; read once for a whole upload."""

    items: Mapping[str, CatalogueItem]
    codes_by_name: Mapping[str, str]

    def find(self, printed: str) -> CatalogueItem | None:
        """The item that `printed` (a code, name or alias, in any width and spacing) means; None when nobody knows."""
        code = printed.strip()
        if code not in self.items:
            code = self.codes_by_name.get(plain_name(printed), "")
        return self.items.get(code)


def plain_name(printed: str) -> str:
    """A printed name without differences of width, case, spaces and brackets, and without characters of format that
    nobody sees: `呋喃唑酮（AOZ）` → `呋喃唑酮(aoz)`.
    """
    text = unicodedata.normalize("NFKC", printed).casefold()
    seen = (sign for sign in text if not sign.isspace() and unicodedata.category(sign) != "Cf")
    # Taking out a space may bring two signs together that are written as one, hence once more.
    return unicodedata.normalize("NFKC", "".join(seen))


def names_of(name: str, aliases: Iterable[str]) -> list[str]:
    """The plain forms under which an item is found, its own name first, each once."""
    return list(dict.fromkeys(plain_name(text) for text in (name, *aliases) if plain_name(text)))
