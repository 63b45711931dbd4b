"""One rapid test as the pages say it: what was read, by what it was judged, and every field of it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from gateway.web import words
from shared.contracts.sampling import LimitForm, Method, Verdict

Answer = Mapping[str, Any]

BADGES = {
    Verdict.NEGATIVE: "ok",
    Verdict.SUSPECTED_POSITIVE: "danger",
    Verdict.INSTRUMENT_ERROR: "warning",
    Verdict.UNDETERMINED: "unknown",
}
FIELDS = (
    ("stall_number", "摊位号"),
    ("seller_name", "销售者"),
    ("seller_licence", "销售者的许可证号或统一社会信用代码"),
    ("seller_uscc", "对上的统一社会信用代码"),
    ("food_category", "食品类别"),
    ("lot_code", "批号"),
    ("origin", "产地"),
    ("certificate_number", "承诺达标合格证号"),
    ("supplier_name", "供货者"),
    ("quantity_in", "进货数量"),
    ("quantity_kept", "留存数量"),
    ("quantity_destroyed", "销毁数量"),
    ("quantity_unit", "数量单位"),
    ("printed_item", "检测项目（原样）"),
    ("printed_method", "检测方法（原样）"),
    ("printed_value", "检测值（原样）"),
    ("raw_value", "原始读数"),
    ("printed_limit", "限值（原样，不据以判定）"),
    ("printed_result", "结果（原样）"),
    ("reagent_batch", "试剂批号"),
    ("device_maker", "仪器厂商"),
    ("device_serial", "仪器编号"),
    ("device_record_id", "仪器的记录号"),
    ("tester_name", "检测人"),
    ("sampled_at", "抽样时间"),
    ("tested_at", "检测时间"),
    ("recorded_at", "登记时间"),
    ("row_number", "文件中的行号"),
    ("remark", "备注"),
)
"""What the record holds beside the reading, in the order of the page; a field nobody filled in is not shown."""
MOMENTS = frozenset({"sampled_at", "tested_at", "recorded_at"})


@dataclass(frozen=True)
class RecordWords:
    """A rapid test in words; `corrected` is the address of the record that took its place, `earlier` of the one alike.

    Empty where there is none.
    """

    id: str
    title: str
    badge: tuple[str, str]
    verdict_reason: str
    value: str
    unit: str
    method: str
    limit: str
    stall: str
    seller: str
    when: str
    row_number: str
    facts: list[tuple[str, str]]
    is_suspected: bool
    earlier: str
    corrects: str
    correction_reason: str
    superseded: str
    corrected: str


def record_words(test: Answer, item: Answer | None = None, correction: Answer | None = None) -> RecordWords:
    """`item` is the test item with its thresholds, `correction` the record that took this one's place."""
    verdict = Verdict(test["verdict"])
    return RecordWords(
        id=test["id"],
        title=f"{test['product_name']}：{item['name'] if item else test['printed_item']}",
        badge=(BADGES[verdict], verdict.label),
        verdict_reason=test["verdict_reason"] or "",
        value=_value(test),
        unit=test["unit"] or "",
        method=Method(test["method"]).label if test["method"] else test["printed_method"] or "",
        limit=_limit(test, item),
        stall=test["stall_number"] or "",
        seller=test["seller_name"] or "",
        when=_moment(test["tested_at"]),
        row_number=str(test["row_number"] or ""),
        facts=[(label, _said(test, name)) for name, label in FIELDS if test[name] not in (None, "")],
        is_suspected=test["counted_at"] is None,
        earlier=record_address(test["suspected_duplicate_of"]),
        corrects=record_address(test["corrects_id"]),
        correction_reason=test["correction_reason"] or "",
        superseded=_moment(test["superseded_at"]),
        corrected=record_address(correction["id"]) if correction else "",
    )


def record_address(test_id: str | None) -> str:
    return f"/rapid-tests/records/{test_id}" if test_id else ""


def _value(test: Answer) -> str:
    """The reading as printed; where it reads differently as a number, that too."""
    printed = test["printed_value"] or ""
    if test["value"] is None:
        return printed
    number = words.number(Decimal(test["value"]))
    return printed if printed.replace(",", "") == number.replace(",", "") else f"{printed or '未印出'}（读作{number}）"


def _limit(test: Answer, item: Answer | None) -> str:
    """`抑制率达到即为阳性：50%，依据……`, or that no threshold was used."""
    if test["threshold_id"] is None:
        return "没有用限值，按印出的结果判定"
    found = [each for each in (item or {}).get("thresholds", ()) if each["id"] == test["threshold_id"]]
    if not found:
        return ""
    limit = found[0]
    amount = "" if limit["value"] is None else f"：{words.number(Decimal(limit['value']))}{limit['unit'] or ''}"
    unverified = "" if limit["verified"] else "（未核实）"
    return f"{LimitForm(limit['limit_form']).label}{amount}，依据{limit['source']}{unverified}"


def _said(test: Answer, name: str) -> str:
    return _moment(test[name]) if name in MOMENTS else str(test[name])


def _moment(text: str | None) -> str:
    return words.full_time(datetime.fromisoformat(text)) if text else ""
