"""Which column of a file is which field: by the header's own name, an alias, or what the caller says."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.http.problems import FieldError
from shared.tabular.problems import HeaderUnclear

IGNORED_HEADERS = ("行号", "原因")
"""What the file of rejected rows adds; ignored when it is sent again."""

_BRACKETED = re.compile(r"[(\[{<【〔「《]([^()\[\]{}<>【】〔〕「」《》]*)[)\]}>】〕」》]")
_DECORATION = re.compile(r"[\s*:\ufeff\u200b]+")


@dataclass(frozen=True, slots=True)
class Column:
    """One field of a table: its name in code, its Chinese label, other headers it goes by, and how a cell is read.

    Two columns may share an alias (检测结果 is a value here and a verdict there): it goes to the first of them that no
    other header names.

    `parse` takes the trimmed, non-empty text of a cell and returns the value; it raises ValueError in Chinese.
    """

    name: str
    label: str
    parse: Callable[[str], Any]
    aliases: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True, slots=True)
class MappedColumn:
    """A field found in the file: the header as written, its position (from 0) and the unit in brackets, if any."""

    column: Column
    header: str
    position: int
    unit: str | None


@dataclass(frozen=True, slots=True)
class HeaderMapping:
    """What was found, what is missing, what is not used. Usable when `errors` is empty."""

    mapped: tuple[MappedColumn, ...]
    unused: tuple[str, ...]
    errors: tuple[FieldError, ...]

    @property
    def recognised(self) -> int:
        return len(self.mapped)

    def position_of(self, name: str) -> int | None:
        return next((found.position for found in self.mapped if found.column.name == name), None)

    def unit_of(self, name: str) -> str | None:
        return next((found.unit for found in self.mapped if found.column.name == name), None)

    def ensure_usable(self) -> None:
        if self.errors:
            raise HeaderUnclear("；".join(error.message for error in self.errors), errors=self.errors)


def map_headers(
    header: Sequence[str], columns: Sequence[Column], explicit: Mapping[str, str | int | None] | None = None
) -> HeaderMapping:
    """Match `header` to `columns`. Widths, spaces, stars, brackets and units do not matter.

    `explicit` overrides by field name: a header's text, a column number from 1, or None for "not in this file".
    """
    explicit = explicit or {}
    errors = [
        FieldError(pointer=f"/mapping/{name}", message=f"没有「{name}」这个字段，请核对", code="unknown_field")
        for name in explicit.keys() - {column.name for column in columns}
    ]
    by_spelling: dict[str, list[Column]] = {}
    for column in columns:
        for spelling in _spellings(column):
            by_spelling.setdefault(spelling, []).append(column)
    taken: dict[int, Column] = {}
    for column in columns:
        if (said := explicit.get(column.name)) is not None:
            positions = _positions_said(header, said)
            if len(positions) == 1 and positions[0] not in taken:
                taken[positions[0]] = column
            else:
                errors.append(_cannot_follow(column, said, positions))
    found: dict[str, list[int]] = {}
    shared: list[tuple[int, list[Column]]] = []
    for position, text in enumerate(header):
        named = by_spelling.get(normalise(text)) or by_spelling.get(normalise(_BRACKETED.sub("", _width(text)))) or []
        candidates = [column for column in named if column.name not in explicit]
        if position in taken or not candidates:
            continue
        if len(candidates) == 1:
            found.setdefault(candidates[0].name, []).append(position)
        else:
            shared.append((position, candidates))
    for position, candidates in shared:
        free = next((column for column in candidates if column.name not in found), candidates[0])
        found.setdefault(free.name, []).append(position)
    for column in columns:
        positions = found.get(column.name, [])
        if len(positions) == 1:
            taken[positions[0]] = column
        elif positions:
            errors.append(_ambiguous(column, header, positions))
        elif column.required and column not in taken.values():
            errors.append(_missing(column))
    mapped = tuple(
        MappedColumn(column, header[position], position, _unit(header[position]))
        for position, column in sorted(taken.items(), key=lambda item: item[0])
    )
    unused = tuple(
        text
        for position, text in enumerate(header)
        if position not in taken and text.strip() and text not in IGNORED_HEADERS
    )
    return HeaderMapping(mapped, unused, tuple(errors))


def find_header(rows: Sequence[Sequence[str]], columns: Sequence[Column]) -> tuple[int, int]:
    """Index of the header among `rows` and how many fields it names.

    The row that names most fields wins, the first on a tie; when none names any, the first row with two filled cells.
    """
    scores = [_fields_named(row, columns) for row in rows]
    best = max(scores, default=0)
    if best:
        return scores.index(best), best
    return next((index for index, row in enumerate(rows) if sum(1 for cell in row if cell.strip()) > 1), 0), 0


def normalise(header: str) -> str:
    """A header without width variants, spaces, stars, colons, brackets and case: `ＳＮ（编号）* ` → `sn编号`."""
    return re.sub(r"[()\[\]{}<>【】〔〕「」《》]", "", _DECORATION.sub("", _width(header))).casefold()


def _width(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _unit(header: str) -> str | None:
    match = _BRACKETED.search(_width(header))
    return match.group(1).strip() or None if match else None


def _spellings(column: Column) -> set[str]:
    return {normalise(text) for text in (column.name, column.label, *column.aliases)}


def _fields_named(row: Sequence[str], columns: Sequence[Column]) -> int:
    spellings = {spelling for column in columns for spelling in _spellings(column)}
    return sum(
        1 for cell in row if {normalise(cell), normalise(_BRACKETED.sub("", _width(cell)))} & spellings and cell.strip()
    )


def _positions_said(header: Sequence[str], said: str | int) -> list[int]:
    if isinstance(said, int):
        return [said - 1] if 1 <= said <= len(header) else []
    return [position for position, text in enumerate(header) if text == said or normalise(text) == normalise(said)]


def _cannot_follow(column: Column, said: str | int, positions: Sequence[int]) -> FieldError:
    if not positions:
        message = f"「{column.label}」指定为「{said}」，文件里没有这一列"
    elif len(positions) > 1:
        message = f"「{column.label}」指定为「{said}」，文件里有 {len(positions)} 列同名，请改用列号（从 1 数起）"
    else:
        message = f"「{column.label}」指定为「{said}」，这一列已指定给别的字段"
    return FieldError(pointer=f"/mapping/{column.name}", message=message, code="mapping", column=column.label)


def _ambiguous(column: Column, header: Sequence[str], positions: Sequence[int]) -> FieldError:
    named = "、".join(f"第 {position + 1} 列「{header[position]}」" for position in positions)
    message = f"{named}都像是「{column.label}」，请指定用哪一列，或删去多余的列"
    return FieldError(pointer=f"/mapping/{column.name}", message=message, code="ambiguous", column=column.label)


def _missing(column: Column) -> FieldError:
    others = f"（也可写作 {'、'.join(column.aliases[:4])}）" if column.aliases else ""
    message = f"缺少必填的列「{column.label}」{others}"
    return FieldError(pointer=f"/mapping/{column.name}", message=message, code="missing", column=column.label)
