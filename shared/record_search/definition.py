"""How a unit says what can be found in it."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, text
from sqlalchemy.orm import InstrumentedAttribute

from shared.contracts.codes import Role
from shared.http.auth import Actor

FORM: Literal["NFKC"] = "NFKC"

Found = Select[UUID, str, str]
"""A select of a record's id, its title, and one more thing to know it by."""


@dataclass(frozen=True)
class Findable:
    """One kind of record that can be found by its name or number.

    `statement` selects those of the words, limited to what the actor may see by the same rule as the kind's own list;
    only who has one of `readers` is answered at all.
    """

    kind: str
    """The last part of the list's address below `/v1`."""
    name: str
    readers: frozenset[Role]
    statement: Callable[[str, Actor], Found]


def normalised(words: str) -> str:
    """The words with full-width letters and digits narrowed, and no spaces at the ends."""
    return unicodedata.normalize(FORM, words).strip()


def holds(words: str, *columns: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    """The condition that one of the columns holds `normalised` words, whatever the width and case of its letters."""
    return or_(*(func.normalize(column, text(FORM)).icontains(words, autoescape=True) for column in columns))
