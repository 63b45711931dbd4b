"""CSV files, streamed: the encoding is decided by strict decoding, the delimiter by the header line.

Decoding is strict because a detector's wrong guess turns into wrong names. A BOM decides; else valid UTF-8 is UTF-8;
else valid GB18030 (of which GBK and GB2312 are parts) is GB18030; anything else is refused, naming the byte.
"""

import codecs
import csv
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TextIO

from shared.contracts.codes import FileFormat
from shared.tabular.headers import Column, find_header
from shared.tabular.limits import HEADER_SEARCH_ROWS, TableLimits
from shared.tabular.problems import TableTooLarge, TableUnreadable
from shared.tabular.tables import END_OF_ROWS, Batch, Chunk, RawRow, assemble, trimmed_header

_BLOCK = 1 << 20
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_DELIMITERS = (",", "\t", ";")
_BAD_QUOTES = "这一行的引号不成对或位置不对；内容里的引号要写成两个，并把整格用引号括起来"


@dataclass(frozen=True, slots=True)
class CsvTable:
    """A CSV file whose encoding, delimiter and header are known."""

    path: Path
    encoding: str
    delimiter: str
    header: Sequence[str]
    header_row: int
    header_records: int
    rows_at_most: int
    limits: TableLimits
    format: FileFormat = FileFormat.CSV
    sheet: None = None

    def chunks(self, size: int, *, skip: int = 0) -> Iterator[Chunk]:
        with self.path.open(encoding=self.encoding, newline="") as file:
            records = _Records(file, self.delimiter, self.limits)
            for _ in range(self.header_records):
                records.one()
            yield from assemble(iter(lambda: records.batch(size), END_OF_ROWS), len(self.header), skip)


def open_csv(path: Path, columns: Sequence[Column], limits: TableLimits) -> CsvTable:
    """Raises `TableUnreadable` (no known encoding, no rows) and `TableTooLarge` (rows, columns, a line)."""
    encoding, lines = _decide_encoding(path, limits)
    best: CsvTable | None = None
    best_score = (-1, -1)
    for delimiter in _DELIMITERS:
        with path.open(encoding=encoding, newline="") as file:
            records = _Records(file, delimiter, limits)
            head = [record for _ in range(HEADER_SEARCH_ROWS) if (record := records.one())]
        index, named = find_header([cells for _, cells, _ in head], columns)
        header = trimmed_header(head[index][1]) if head else []
        if header and (named, len(header)) > best_score:
            best_score = (named, len(header))
            best = CsvTable(
                path, encoding, delimiter, header, head[index][0], index + 1, max(lines - head[index][0], 0), limits
            )
    if best is None:
        raise TableUnreadable("文件里没有内容，请放入表头和数据后再传")
    if len(best.header) > limits.max_columns:
        raise TableTooLarge(f"表头有 {len(best.header)} 列，最多 {limits.max_columns} 列")
    return best


class _Records:
    """Records of a file whose lines are known to be of bounded length.

    Where each line is a record, a batch is parsed in one go. A quote that is never closed would swallow all that
    follows: such a record is given up at `max_lines_per_record`, its first line is faulty, and its second is read next.
    """

    def __init__(self, file: TextIO, delimiter: str, limits: TableLimits) -> None:
        self._file, self._delimiter, self._limits = file, delimiter, limits
        self._again: deque[str] = deque()
        self._line = 1

    def batch(self, lines_wanted: int) -> Batch:
        """The records that begin on the next `lines_wanted` lines; `END_OF_ROWS` after the last."""
        lines = list(islice(self._lines(), lines_wanted))
        try:
            rows = list(csv.reader(lines, delimiter=self._delimiter, strict=True))
        except csv.Error:
            rows = []
        if len(rows) == len(lines):
            numbers = range(self._line, self._line + len(lines))
            self._line += len(lines)
            return numbers, rows, {}
        self._again.extendleft(reversed(lines))
        return self._one_by_one(self._line + len(lines))

    def one(self) -> RawRow | None:
        """The next record with the line on which it begins, and what is wrong with its quotes."""
        taken: list[str] = []

        def lines() -> Iterator[str]:
            for line in self._lines():
                if len(taken) == self._limits.max_lines_per_record:
                    self._again.appendleft(line)
                    raise csv.Error("the quote is not closed")
                taken.append(line)
                yield line

        number = self._line
        try:
            row = next(csv.reader(lines(), delimiter=self._delimiter, strict=True), None)
        except csv.Error:
            self._again.extendleft(reversed(taken[1:]))
            self._line += 1
            return number, [taken[0].rstrip("\r\n")], _BAD_QUOTES
        self._line += len(taken)
        return None if row is None else (number, row, None)

    def _one_by_one(self, until: int) -> Batch:
        numbers, rows, faults = list[int](), list[Sequence[str]](), dict[int, str]()
        while self._line < until and (record := self.one()):
            number, row, fault = record
            if fault:
                faults[len(rows)] = fault
            numbers.append(number)
            rows.append(row)
        return numbers, rows, faults

    def _lines(self) -> Iterator[str]:
        while self._again:
            yield self._again.popleft()
        for line in self._file:  # noqa: UP028 (a given-up `yield from` would close the file)
            yield line


def _decide_encoding(path: Path, limits: TableLimits) -> tuple[str, int]:
    """The encoding and the number of physical lines."""
    with path.open("rb") as file:
        beginning = file.read(4)
    for mark, encoding in _BOMS:
        if beginning.startswith(mark):
            return encoding, _scan(path, encoding, limits)
    stops = {}
    for encoding in ("utf-8", "gb18030"):
        try:
            return encoding, _scan(path, encoding, limits)
        except _UndecodableError as stop:
            stops[encoding] = stop.offset
    raise TableUnreadable(
        f"文件既不是 UTF-8（第 {stops['utf-8'] + 1} 字节处不通）"
        f"也不是 GB18030（第 {stops['gb18030'] + 1} 字节处不通）。"
        "请在表格软件里另存为「CSV UTF-8」再传",
        utf8_offset=stops["utf-8"],
        gb18030_offset=stops["gb18030"],
    )


class _UndecodableError(Exception):
    def __init__(self, offset: int) -> None:
        self.offset = offset


def _scan(path: Path, encoding: str, limits: TableLimits) -> int:
    """Decode the whole file strictly and count its lines, holding no more than a block."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="strict")
    offset = lines = carried = 0
    with path.open("rb") as file:
        while True:
            block = file.read(_BLOCK)
            pending = len(decoder.getstate()[0])
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                if encoding not in ("utf-8", "gb18030"):
                    raise TableUnreadable(
                        f"文件标明是 {encoding}，但第 {offset - pending + error.start + 1} 字节处不通，请重新导出"
                    ) from None
                raise _UndecodableError(offset - pending + error.start) from None
            if "\0" in text:
                raise TableUnreadable("文件里有空字节，不是文本表格；请另存为 CSV UTF-8 或 .xlsx 再传")
            pieces = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
            longest = max(len(pieces[0]) + carried, *map(len, pieces))
            carried = len(pieces[-1]) + (carried if len(pieces) == 1 else 0)
            lines += len(pieces) - 1
            if longest > limits.max_line_chars:
                raise TableTooLarge(f"第 {lines + 1} 行附近有一行超过 {limits.max_line_chars} 字，请检查换行或引号")
            if lines > limits.max_rows + HEADER_SEARCH_ROWS:
                raise TableTooLarge(f"文件超过 {limits.max_rows} 行，请分成几份再传")
            offset += len(block)
            if not block:
                return lines + (carried > 0)
