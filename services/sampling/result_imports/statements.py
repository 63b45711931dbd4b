"""From the rows of one sample to the report that they state. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.sampling.reports.stated import StatedItem, content_hash
from services.sampling.result_imports.cells import Combined, Lod
from services.sampling.result_imports.columns import LABELS, REPORT_COLUMNS, STATED_LIMITS
from services.sampling.result_imports.grouping import Group, Row, filled
from services.sampling.result_imports.identity import Claim, claims_of
from shared.contracts.statutory_sampling import Conclusion, ItemVerdict, LodKind, ReportClass

MAX_ITEMS = 300
_REPORT_FIELDS = tuple(column.name for column in REPORT_COLUMNS)


@dataclass(frozen=True, slots=True)
class Statement:
    """One report as a file states it. `reported_on`: the day on which it was told to the bureau, if it says so.

    `claims`: what the rows say of the sample, by which a wrong number is found out.
    """

    group: Group
    number: str | None
    report_date: date
    tested_by: str | None
    approved_by: str | None
    stated_conclusion: Conclusion | None
    stated_class: ReportClass | None
    remark: str | None
    reported_on: date | None
    items: tuple[StatedItem, ...]
    content_hash: bytes
    claims: tuple[Claim, ...] = ()


def statement_of(
    group: Group, main: Mapping[str, Any] | None, report_date: date | None, today: date, lod_header: str
) -> Statement | None:
    """The report of a group, or None with the faults at its rows. `main` is its row of the report sheet, if any.

    `lod_header` says of which kind the lower bounds are; `report_date` is meant where the file names none.
    """
    first = group.rows[0]
    if group.key is None:
        group.reject(first, "必填，不能为空：这一行上面没有样品可以沿用", "missing", LABELS["sample"])
    said = filled(group, _REPORT_FIELDS, LABELS)
    said = {**said, **{name: value for name, value in (main or {}).items() if value is not None}}
    day = said.get("report_date") or report_date
    reported_on = said.get("reported_on")
    if day is None:
        message = "没有报告日期：请在表中填写，或在上传时填写 report_date"
        group.reject(first, message, "missing", LABELS["report_date"])
    elif day > today:
        group.reject(first, f"报告日期 {day} 在将来，请核对", "future", LABELS["report_date"])
    elif reported_on is not None and not day <= reported_on <= today:
        message = f"填报日期 {reported_on} 应在报告日期 {day} 与今天之间，请核对"
        group.reject(first, message, "order", LABELS["reported_on"])
    items = tuple(item for row in group.rows for item in _items_of(group, row, lod_header))
    if len(items) > MAX_ITEMS:
        group.reject(first, f"一份报告最多 {MAX_ITEMS} 项，这里有 {len(items)} 项", "too_many", LABELS["item"])
    if group.errors or day is None:
        return None
    stated = (
        said.get("number"),
        day,
        said.get("tested_by"),
        said.get("approved_by"),
        said.get("stated_conclusion"),
        said.get("stated_class"),
        said.get("report_remark"),
    )
    return Statement(group, *stated, reported_on, items, content_hash("file", *stated, items), claims_of(group, main))


def _items_of(group: Group, row: Row, lod_header: str) -> Iterator[StatedItem]:
    """The items of a row: one, or those of its combined cell. A row that is read wrongly has none and its faults."""
    if row.errors:
        return
    values = row.values
    for name in ("combined", "limit_first"):
        if found := values.get(name):
            for finding in found:
                yield _combined(finding, values)
            return
    item, result = values.get("item"), values.get("result")
    if item is None:
        group.reject(row, "必填，不能为空", "missing", LABELS["item"])
    if result is None:
        group.reject(row, "必填，不能为空；未检出的请写未检出，未检验的请写未检验", "missing", LABELS["result"])
    if item is None or result is None:
        return
    lod: Lod | None = values.get("lod")
    bound = lod.of(values.get("method")) if lod else None
    yield StatedItem(
        item=item,
        item_code=values.get("item_code"),
        result=result,
        unit=values.get("unit"),
        requirement=values.get("requirement"),
        requirement_unit=values.get("requirement_unit"),
        stated_limits=_stated_limits(values),
        stated_verdict=values.get("stated_verdict"),
        reference=bool(values.get("reference")),
        method=values.get("method"),
        basis=values.get("basis"),
        lod_value=bound[0] if bound else None,
        lod_unit=(bound[1] or values.get("lod_unit")) if bound else None,
        lod_kind=(lod.kind or kind_in(lod_header)) if lod and bound else None,
        format_rule=values.get("format_rule"),
        remark=_remark(values, unclear=lod is not None and bound is None),
    )


def kind_in(header: str) -> LodKind:
    """Which kind of lower bound a column's header names."""
    if "定量" in header:
        return LodKind.QUANTITATION
    return LodKind.DETERMINATION if "测定低限" in header else LodKind.DETECTION


def _combined(finding: Combined, values: Mapping[str, Any]) -> StatedItem:
    """Public tables list what has failed, and nothing else of it."""
    return StatedItem(
        item=finding.item,
        item_code=None,
        result=finding.result,
        unit=values.get("unit"),
        requirement=finding.requirement,
        requirement_unit=values.get("requirement_unit"),
        stated_limits=(),
        stated_verdict=values.get("stated_verdict") or ItemVerdict.UNQUALIFIED,
        reference=False,
        method=values.get("method"),
        basis=values.get("basis"),
        lod_value=None,
        lod_unit=None,
        lod_kind=None,
        format_rule=None,
        remark=values.get("remark"),
    )


def _stated_limits(values: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    found = []
    for name in STATED_LIMITS:
        if (value := values.get(name)) is not None and value not in ("0", "0.0"):
            unit = values.get(f"{name}单位")
            found.append((name, f"{value} {unit}" if unit else value))
    return tuple(found)


def _remark(values: Mapping[str, Any], *, unclear: bool) -> str | None:
    remark: str | None = values.get("remark")
    if not unclear:
        return remark
    said = "检出限分方法列出，检验依据没有写明第几法，未采用"
    return f"{remark}；{said}" if remark else said
