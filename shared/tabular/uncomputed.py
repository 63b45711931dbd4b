"""Formulas in a workbook whose result nobody has computed: a program wrote it, and no spreadsheet opened it since.

The reader of workbooks gives such a cell as empty, and a result would be lost in silence. So the sheets' text is looked
through for cells with a formula and no value; a text of no characters, which is a value, has its type (`t="str"`).
"""

import html
import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from posixpath import join, normpath
from typing import IO

UNCOMPUTED = "#公式未计算"
"""Stands in a cell whose formula has no result."""

MESSAGE = "公式还没有计算结果，请在表格软件中打开、保存后再传"

Places = Mapping[int, Sequence[int]]
"""Columns (from 0) by row (from 1)."""

_BLOCK = 1 << 20
_LONGEST_CELL = 10_000  # a formula has at most 8192 characters
_CELL = re.compile(
    rb"<(?:\w{1,20}:)?c\s([^<>]{1,300})>\s*<(?:\w{1,20}:)?f(?:\s[^<>]{0,300})?(?:/>|>[^<]{0,9000}</(?:\w{1,20}:)?f>)\s*"
    rb"(<(?:\w{1,20}:)?v\s*(?:/>|>\s*</(?:\w{1,20}:)?v>)\s*)?</(?:\w{1,20}:)?c>"
)
_PLACE = re.compile(rb"""(?:^|\s)r\s*=\s*["']([A-Za-z]{1,3})([0-9]{1,7})["']""")
_IS_TEXT = re.compile(rb"""(?:^|\s)t\s*=\s*["']str["']""")
_ATTRIBUTE = re.compile(r"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")


def uncomputed_in(sheet: IO[bytes]) -> Places:
    """The places of such cells in a sheet's XML, read in blocks."""
    found: dict[int, set[int]] = {}
    tail = b""
    while block := sheet.read(_BLOCK):
        text = tail + block
        if b"<f" in text or b":f" in text:
            for cell in _CELL.finditer(text):
                place = _PLACE.search(cell[1])
                if place is not None and not (cell[2] and _IS_TEXT.search(cell[1])):
                    found.setdefault(int(place[2]), set()).add(_column(place[1]))
        tail = text[-_LONGEST_CELL:]
    return {row: sorted(columns) for row, columns in found.items()}


def places_in_sheet(path: Path, name: str, by_part: Mapping[str, Places]) -> Places:
    """The places in the sheet of this name, among those of each part of the package at `path`."""
    if not any(by_part.values()):
        return {}
    with zipfile.ZipFile(path) as package:
        sheets = _elements(package, "xl/workbook.xml", "sheet")
        targets = {
            one.get("Id"): one.get("Target", "")
            for one in _elements(package, "xl/_rels/workbook.xml.rels", "Relationship")
        }
    for sheet in sheets:
        if sheet.get("name") == name:
            relation = next((value for key, value in sheet.items() if key.endswith(":id")), None)
            part = normpath(join("/xl", targets.get(relation, ""))).lstrip("/")
            return by_part.get(part, {})
    return {}


def _elements(package: zipfile.ZipFile, part: str, element: str) -> list[dict[str, str]]:
    """The attributes of each such element in a part."""
    text = package.read(part).decode("utf-8", "replace") if part in package.namelist() else ""
    return [
        {key: html.unescape(double or single) for key, double, single in _ATTRIBUTE.findall(found)}
        for found in re.findall(rf"<(?:\w+:)?{element}\s([^<>]*)>", text)
    ]


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number - 1
