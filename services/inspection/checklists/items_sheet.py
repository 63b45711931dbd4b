"""The items of a checklist as a table that an office works on in a spreadsheet, and back, each fault with its cell.

Only items are in it. What judges by them (extent, verdict, points' bands …) stays as the version says.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from services.inspection.checklists.content import MAX_ITEMS_A_SECTION, MAX_SECTIONS, Content, Item, Section
from shared.contracts.inspection import BusinessKind
from shared.contracts.schema import is_storable
from shared.http.problems import FieldError
from shared.http.validation_messages import explain
from shared.tabular.files import open_table
from shared.tabular.headers import Column, map_headers
from shared.tabular.limits import TableLimits

LIMITS = TableLimits(max_bytes=2 * 1024 * 1024, max_rows=MAX_SECTIONS * MAX_ITEMS_A_SECTION)
SHEET = "条目"
SEPARATOR = "、"
POINTS = "points/"
YES, NO = frozenset({"是", "√", "*", "★", "true", "1"}), frozenset({"", "否", "false", "0"})
KINDS = {kind.label: kind.value for kind in BusinessKind}
LABELS = {
    "section": "章节",
    "number": "编号",
    "text": "内容",
    "key": "重点项",
    "clause": "依据条款",
    "na_allowed": "可合理缺项",
    "kinds": "适用业态",
    "scopes": "适用范围",
    "photo_required": "须拍照",
    "follow_up_days": "整改天数",
    "formerly": "曾用编号",
}
REQUIRED = frozenset({"section", "number", "text"})
TRUTHS = frozenset({"key", "na_allowed", "photo_required"})
SEVERAL = frozenset({"kinds", "scopes", "formerly"})


@dataclass(frozen=True, slots=True)
class ReadItems:
    """The sections that a table makes, or every fault of it."""

    sections: tuple[Section, ...]
    faults: Sequence[FieldError]


def sheet_of(content: Content) -> tuple[list[str], list[list[str]]]:
    """Header and rows."""
    labels = _labels(content)
    rows = [_row(section, item, labels) for section in content.sections for item in section.items]
    return list(labels.values()), rows


def read_sheet(path: Path, base: Content) -> ReadItems:
    """The sections of a table. Blocking. Raises `TableUnreadable`, `TableTooLarge`, `HeaderUnclear`."""
    labels = _labels(base)
    columns = [Column(name, label, str, required=name in REQUIRED) for name, label in labels.items()]
    table = open_table(path, columns, LIMITS)
    mapping = map_headers(table.header, columns)
    mapping.ensure_usable()
    places = {found.column.name: found.position for found in mapping.mapped}
    faults: list[FieldError] = []
    titles: dict[str, list[Item]] = {}
    seen: dict[str, int] = {}
    for chunk in table.chunks(LIMITS.max_rows):
        for index, (row_number, row) in enumerate(zip(chunk.row_numbers, chunk.rows, strict=True)):
            if index in chunk.faults:
                faults.append(_fault(row_number, "", "", chunk.faults[index]))
                continue
            cells = {name: row[position].strip() for name, position in places.items()}
            item, found = _item(row_number, cells, labels)
            faults += found
            if item is None:
                continue
            if (before := seen.setdefault(item.number, row_number)) != row_number:
                message = f"编号 {item.number} 与第 {before} 行重复"
                faults.append(_fault(row_number, "number", labels["number"], message))
            titles.setdefault(cells["section"], []).append(item)
    if not titles and not faults:
        faults.append(_fault(table.header_row, "", "", "表里没有条目"))
    sections, more = _sections(titles, base) if not faults else ((), [])
    return ReadItems(sections, [*faults, *more])


def _labels(content: Content) -> dict[str, str]:
    profiles = content.scoring.profiles if content.scoring else ()
    return LABELS | {f"{POINTS}{profile.code}": f"分值 {profile.code}" for profile in profiles}


def _row(section: Section, item: Item, labels: Mapping[str, str]) -> list[str]:
    shown = {
        "section": section.title,
        "number": item.number,
        "text": item.text,
        "clause": item.clause,
        "kinds": SEPARATOR.join(kind.label for kind in item.kinds),
        "scopes": SEPARATOR.join(item.scopes),
        "formerly": SEPARATOR.join(item.formerly),
        "follow_up_days": "" if item.follow_up_days is None else str(item.follow_up_days),
    }
    shown |= {name: "是" if getattr(item, name) else "" for name in TRUTHS}
    shown |= {f"{POINTS}{code}": format(points, "f") for code, points in item.points.items()}
    return [shown.get(name, "") for name in labels]


def _item(row: int, cells: Mapping[str, str], labels: Mapping[str, str]) -> tuple[Item | None, list[FieldError]]:
    if unstorable := [name for name, text in cells.items() if not is_storable(text)]:
        return None, [_fault(row, name, labels[name], "含有不能保存的字符，请删去") for name in unstorable]
    faults = []
    said: dict[str, Any] = {"key": False, "points": {}}
    for name, text in cells.items():
        if name in TRUTHS:
            if text.casefold() not in YES | NO:
                faults.append(_fault(row, name, labels[name], f"应填“是”或留空，现为“{text[:20]}”"))
            said[name] = text.casefold() in YES
        elif name in SEVERAL:
            parts = [part.strip() for part in text.replace(",", SEPARATOR).replace("，", SEPARATOR).split(SEPARATOR)]
            said[name] = [KINDS.get(part, part) if name == "kinds" else part for part in parts if part]
        elif text and name.startswith(POINTS):
            said["points"][name.removeprefix(POINTS)] = text
        elif text and name != "section":
            said[name] = text
    if not cells["section"]:
        faults.append(_fault(row, "section", labels["section"], "必填，不能为空"))
    try:
        return Item.model_validate(said), faults
    except ValidationError as error:
        for fault in error.errors():
            place = "/".join(str(part) for part in fault["loc"])
            name = next((one for one in labels if place == one or place.startswith(f"{one}/")), place)
            faults.append(_fault(row, place, labels.get(name, name), explain(fault)))
        return None, faults


def _sections(titles: Mapping[str, Sequence[Item]], base: Content) -> tuple[tuple[Section, ...], list[FieldError]]:
    declared = {section.title: section.declared_items for section in base.sections}
    faults = []
    if len(titles) > MAX_SECTIONS:
        faults.append(_fault(None, "section", LABELS["section"], f"至多 {MAX_SECTIONS} 章，现有 {len(titles)} 章"))
    for title, items in titles.items():
        if len(items) > MAX_ITEMS_A_SECTION:
            message = f"“{title}”至多 {MAX_ITEMS_A_SECTION} 条，现有 {len(items)} 条"
            faults.append(_fault(None, "section", LABELS["section"], message))
    if faults:
        return (), faults
    return tuple(
        Section.model_validate({"title": title, "declared_items": declared.get(title), "items": tuple(items)})
        for title, items in titles.items()
    ), []


def _fault(row: int | None, name: str, column: str, message: str) -> FieldError:
    return FieldError(
        pointer=f"/rows/{row}/{name}" if row else f"/{name}",
        message=message,
        code="item",
        row=row,
        column=column or None,
    )
