"""Whether the rows of a file speak of the sample under whose number they stand. Pure.

One wrong digit files results on another sample. What a file says of the sample besides the number is held against it,
after plain normalisation; a name that is contained in the other counts as the same (草鱼 and 草鱼（活）).
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from services.sampling.laboratory_desk.rules import HIDDEN
from services.sampling.result_imports.columns import IDENTITY_COLUMNS, LABELS
from services.sampling.result_imports.grouping import Group

FOOD, PARTY = (column.name for column in IDENTITY_COLUMNS)
_LAST = 4


class Claim(NamedTuple):
    """What a row says of its sample in one column."""

    row: int
    column: str
    text: str


def claims_of(group: Group, main: Mapping[str, Any] | None) -> tuple[Claim, ...]:
    """What the rows of a sample say, each text once, and what its row of the report sheet (`main`) says."""
    said: dict[tuple[str, str], Claim] = {}
    for number, values in ((group.rows[0].number, main or {}), *((row.number, row.values) for row in group.rows)):
        for column in (FOOD, PARTY):
            if (text := values.get(column)) is not None:
                said.setdefault((column, text), Claim(number, column, text))
    return tuple(said.values())


def faults_of(claims: tuple[Claim, ...], registered: Mapping[str, str | None]) -> Iterator[tuple[Claim, str]]:
    """The claims that speak of another sample, each with the reason.

    `registered` is by column what the uploader may see of the sample, with □ where a name is hidden from him: he must
    not find out by trying what stands there. What is not in it is not compared.
    """
    for claim in claims:
        known = registered.get(claim.column)
        if known is not None and not _same(claim.text, known):
            label = LABELS[claim.column]
            told = f"，这个编号的样品登记的{label}末尾是「{known[-_LAST:]}」"
            yield claim, f"{label}「{claim.text[:40]}」与这个编号的样品不符{told}；请核对编号，或改正{label}"


def _same(said: str, known: str) -> bool:
    plain, whole = _plain(said), _plain(known)
    parts = [part for part in map(_plain, known.split(HIDDEN)) if part]
    return plain in whole or all(part in plain for part in parts)


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold())
