"""Reading cells by columns. A file repeats itself (dates, items, shops): each distinct text is parsed once.

Against a validator called per row this is what makes a hundred thousand rows a matter of a second.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from shared.contracts.schema import is_storable
from shared.http.problems import FieldError
from shared.tabular.headers import HeaderMapping, MappedColumn
from shared.tabular.inert import restore
from shared.tabular.tables import Chunk
from shared.tabular.uncomputed import MESSAGE as UNCOMPUTED_MESSAGE
from shared.tabular.uncomputed import UNCOMPUTED
from shared.times import SHANGHAI

_REMEMBERED = 5_000
_SHOWN = 40
_ISO_BEGINNING = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:", re.ASCII)
_DATE_WANTED = "日期应写成 2026-03-01 或 2026-03-01 08:30"
_EXCEL_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 (a spreadsheet's date has no zone)
_EXCEL_DAYS = (20_000, 80_000)  # 1954 to 2119: what may be meant as a date and not as a number


@dataclass(frozen=True, slots=True)
class Invalid:
    """Stands in a column where a cell could not be read."""

    message: str


@dataclass(frozen=True, slots=True)
class ParsedChunk:
    """Values by field, each list as long as the chunk; None where the cell is empty. `errors` by index in the chunk."""

    row_numbers: Sequence[int]
    values: Mapping[str, list[Any]]
    errors: Mapping[int, list[FieldError]]

    def __len__(self) -> int:
        return len(self.row_numbers)


class CellReader:
    """Reads the chunks of one file, remembering what each distinct text of a column means."""

    def __init__(self, mapping: HeaderMapping) -> None:
        self._columns = [(found, _Memory(found)) for found in mapping.mapped]

    def read(self, chunk: Chunk) -> ParsedChunk:
        by_position = list(zip(*chunk.rows, strict=True))
        values: dict[str, list[Any]] = {}
        errors: dict[int, list[FieldError]] = {}
        for found, memory in self._columns:
            texts = by_position[found.position]
            read = list(map(memory.__getitem__, texts))
            values[found.column.name] = read
            if memory.has_invalid:
                for index, value in enumerate(read):
                    if type(value) is Invalid:
                        error = fault_of_cell(chunk.row_numbers[index], found, value.message, texts[index])
                        errors.setdefault(index, []).append(error)
                        read[index] = None
            memory.forget_if_large()
        for index, message in chunk.faults.items():
            # The cells of such a row stand in wrong columns; their own faults would only mislead.
            errors[index] = [FieldError(pointer="", message=message, code="row", row=chunk.row_numbers[index])]
        return ParsedChunk(chunk.row_numbers, values, errors)


def fault_of_cell(row: int, found: MappedColumn, message: str, text: str) -> FieldError:
    """The error of one cell, with row, column and what stood there."""
    shown = storable(text).strip()
    quoted = f"，原文「{shown[:_SHOWN]}{'…' if len(shown) > _SHOWN else ''}」" if shown else ""
    return FieldError(
        pointer=f"/{found.column.name}", message=f"{message}{quoted}", code="cell", row=row, column=found.header
    )


class _Memory(dict[str, Any]):
    def __init__(self, found: MappedColumn) -> None:
        super().__init__()
        self._column = found.column
        self.has_invalid = False

    def __missing__(self, text: str) -> Any:
        value: Any
        trimmed = restore(text).strip()
        if trimmed == UNCOMPUTED:
            value = Invalid(UNCOMPUTED_MESSAGE)
        elif trimmed:
            try:
                if not is_storable(trimmed):
                    raise ValueError("含有不能保存的字符，请删去或重新输入")
                value = self._column.parse(trimmed)
            except ValueError as error:
                value = Invalid(str(error))
        else:
            value = Invalid("必填，不能为空") if self._column.required else None
        if type(value) is Invalid:
            self.has_invalid = True
        self[text] = value
        return value

    def forget_if_large(self) -> None:
        if len(self) > _REMEMBERED:
            self.clear()
            self.has_invalid = False


def storable(text: str) -> str:
    """`text` as it may be kept and shown: `�` for each character that PostgreSQL cannot hold."""
    return text if is_storable(text) else "".join(sign if is_storable(sign) else "\ufffd" for sign in text)


def text_of(max_length: int) -> Callable[[str], str]:
    """Text without control characters, at most `max_length` characters."""

    def parse(text: str) -> str:
        if len(text) > max_length:
            raise ValueError(f"最多 {max_length} 字，这里有 {len(text)} 字")
        return text if text.isprintable() else "".join(" " if _is_control(sign) else sign for sign in text)

    return parse


def code_of(max_length: int) -> Callable[[str], str]:
    """A number that is a name (licence, batch, record): half-width, no inner spaces, never in scientific notation."""
    plain = text_of(max_length)

    def parse(text: str) -> str:
        if text.isascii() and text.isalnum() and len(text) <= max_length:
            return text
        code = "".join(unicodedata.normalize("NFKC", plain(text)).split())
        mantissa, _, exponent = code.partition("E+" if "E+" in code else "e+")
        if exponent.isdigit() and mantissa.replace(".", "", 1).isdigit():
            raise ValueError("被表格软件写成了科学计数法，末尾数字已丢失；请把这一列设为「文本」后重填")
        return code

    return parse


def decimal_of(max_digits: int = 18, decimal_places: int = 6) -> Callable[[str], Decimal]:
    """A plain decimal number; full-width digits and thousands commas are understood."""

    def parse(text: str) -> Decimal:
        plain = unicodedata.normalize("NFKC", text).replace(",", "").replace(" ", "")
        try:
            number = Decimal(plain)
        except InvalidOperation:
            raise ValueError("应为数字") from None
        if not number.is_finite() or "_" in plain:  # only Python takes 1_0 for ten
            raise ValueError("应为数字")
        digits, exponent = number.as_tuple().digits, int(number.as_tuple().exponent)
        if -exponent > decimal_places or max(len(digits) + max(exponent, 0), -exponent) > max_digits:
            raise ValueError(f"最多 {max_digits} 位，其中小数 {decimal_places} 位")
        return number

    return parse


def instant(text: str) -> datetime:
    """A date and time, in UTC. Without a zone it is Asia/Shanghai; without a time it is the day's beginning.

    Understood: ISO 8601, 2026-03-01 8:05, 2026/3/1, 2026.3.1, 2026年3月1日8时5分, 20260301, 20260301080500 and the
    serial days of spreadsheets.
    """
    try:
        moment = datetime.fromisoformat(text) if _ISO_BEGINNING.match(text) else _moment(text)
    except ValueError:
        moment = _moment(text)
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)).astimezone(UTC)
    except OverflowError:  # the first and the last day of the calendar have no time in another zone
        raise ValueError(_DATE_WANTED) from None


def day(text: str) -> date:
    """A calendar day; a time behind it is dropped."""
    return _moment(text).date()


def _moment(text: str) -> datetime:
    text = unicodedata.normalize("NFKC", text)
    try:
        return datetime.fromisoformat(text) if not text.isdigit() or len(text) == 8 else _from_digits(text)
    except ValueError:
        pass
    serial = text.replace(".", "", 1)
    if serial.isdecimal() and _EXCEL_DAYS[0] <= float(text) <= _EXCEL_DAYS[1]:
        return _EXCEL_EPOCH + timedelta(seconds=round(float(text) * 86_400))
    plain = text.translate(_DATE_SIGNS).replace("T", " ").strip(" :-")
    date_text, _, time_text = plain.partition(" ")
    try:
        year, month, day_of_month = (int(part) for part in date_text.split("-"))
        hour, minute, second = (int(part) for part in (*(time_text.strip() or "0").split(":"), "0", "0")[:3])
        return datetime(year, month, day_of_month, hour, minute, second)  # noqa: DTZ001 (zone is set by the caller)
    except (ValueError, OverflowError):
        raise ValueError(_DATE_WANTED) from None


def _from_digits(text: str) -> datetime:
    if len(text) not in (12, 14):
        raise ValueError(text)
    return datetime.strptime(text.ljust(14, "0"), "%Y%m%d%H%M%S")  # noqa: DTZ007 (zone is set by the caller)


_DATE_SIGNS = str.maketrans(
    {"年": "-", "月": "-", "日": " ", "/": "-", ".": "-", "时": ":", "分": ":", "秒": " ", "号": " "}
)


def _is_control(sign: str) -> bool:
    return unicodedata.category(sign) in ("Cc", "Cf")
