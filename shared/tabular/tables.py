"""A table of rows of text, whatever file it came in, read in chunks."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Protocol

from shared.contracts.codes import FileFormat

_FIRST = itemgetter(0)


@dataclass(frozen=True, slots=True)
class Chunk:
    """Consecutive data rows. `start` counts data rows from 0 and is what a reader resumes from.

    `row_numbers` are rows of the file as a person counts them (from 1, header included). Every row is padded to the
    width of the header. `faults` holds, by index in this chunk, what makes a row unreadable as a row.
    """

    start: int
    row_numbers: Sequence[int]
    rows: Sequence[Sequence[str]]
    faults: Mapping[int, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.rows)


class Table(Protocol):
    """An opened table."""

    @property
    def format(self) -> FileFormat: ...

    @property
    def encoding(self) -> str | None:
        """Of a CSV file: `utf-8`, `utf-8-sig`, `utf-16` or `gb18030`."""

    @property
    def sheet(self) -> str | None:
        """Of an XLSX file: the sheet that is read."""

    @property
    def header(self) -> Sequence[str]: ...

    @property
    def header_row(self) -> int:
        """The header's row number, from 1."""

    @property
    def rows_at_most(self) -> int:
        """An upper bound of the number of data rows, for showing progress."""

    def chunks(self, size: int, *, skip: int = 0) -> Iterator[Chunk]:
        """Data rows in chunks of at most `size`, after the first `skip`. Blank rows are not rows."""


RawRow = tuple[int, Sequence[str], str | None]
"""A row's number in the file, its cells, and what makes it unreadable as a row."""


Batch = tuple[Sequence[int], Sequence[Sequence[str]], Mapping[int, str]]
"""Raw rows side by side: their numbers, their cells, and by index what makes a row unreadable."""

END_OF_ROWS: Batch = (range(0), [], {})


def assemble(batches: Iterable[Batch], width: int, skip: int) -> Iterator[Chunk]:
    """Batches as chunks: blank rows left out, each row at `width`, the first `skip` rows passed over."""
    start = 0
    for batch in batches:
        numbers, rows, faults = batch if _is_regular(batch, width) else _straighten(batch, width)
        end = start + len(rows)
        if end > skip:
            cut = max(skip - start, 0)
            kept = {index - cut: fault for index, fault in faults.items() if index >= cut}
            yield Chunk(start + cut, numbers[cut:], rows[cut:], kept)
        start = end


def _is_regular(batch: Batch, width: int) -> bool:
    _, rows, faults = batch
    return not faults and set(map(len, rows)) == {width} and all(map(_FIRST, rows))


def _straighten(batch: Batch, width: int) -> Batch:
    numbers, rows, faults = list[int](), list[Sequence[str]](), dict[int, str]()
    for index, (number, cells) in enumerate(zip(batch[0], batch[1], strict=True)):
        fault = batch[2].get(index)
        if not fault and is_blank(cells):
            continue
        row, misfit = fit(cells, width)
        if fault or misfit:
            faults[len(rows)] = fault or misfit or ""
        numbers.append(number)
        rows.append(row)
    return numbers, rows, faults


def is_blank(row: Sequence[str]) -> bool:
    return not row or (not row[0].strip() and not any(cell.strip() for cell in row))


def trimmed_header(row: Sequence[str]) -> list[str]:
    """The header without the empty cells behind its last name."""
    cells = [cell.strip() for cell in row]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def fit(row: Sequence[str], width: int) -> tuple[Sequence[str], str | None]:
    """The row at the header's width, and what is wrong if filled cells stand behind the last header."""
    if len(row) == width:
        return row, None
    if len(row) < width:
        return [*row, *[""] * (width - len(row))], None
    if any(cell.strip() for cell in row[width:]):
        return row[:width], f"这一行有 {len(row)} 格，表头只有 {width} 列；内容里若有逗号请用引号括起来"
    return row[:width], None
