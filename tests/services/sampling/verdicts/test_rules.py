"""The verdict on an item: every form of limit as a table, and what must hold whatever the numbers."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.sampling.limits.rules import Comparison
from services.sampling.limits.units import factor_between
from services.sampling.verdicts.results import ResultKind, read_result
from services.sampling.verdicts.rules import Judgement, Question, conclude, judge, stated_verdict
from shared.contracts.statutory_sampling import Conclusion, ItemVerdict, LodKind
from tests.services.sampling.verdicts.books import DAY, book, limit, maximum

PASS, FAIL, UNKNOWN = ItemVerdict.QUALIFIED, ItemVerdict.UNQUALIFIED, ItemVerdict.UNDETERMINED


def by_printed(limit_text: str, result: str, **more: Any) -> Judgement:
    """The verdict by a printed limit in mg/kg."""
    return judge(Question("演示项目", result, "mg/kg", printed_limit=limit_text, printed_limit_unit="mg/kg", **more))


@pytest.mark.parametrize(
    ("limit_text", "result", "more", "verdict"),
    [
        # maximum
        ("≤0.2", "0.2", {}, PASS),
        ("≤0.2", "0.200001", {}, FAIL),
        ("<0.2", "0.2", {}, FAIL),
        ("<0.2", "0.19", {}, PASS),
        ("≤0.2", "未检出", {"lod": "0.02"}, PASS),
        ("≤0.2", "未检出（<0.02）", {}, PASS),
        ("≤0.2", "未检出", {"lod": "0.5"}, UNKNOWN),
        ("≤0.2", "未检出", {}, UNKNOWN),
        ("≤0.2", "<0.2", {}, PASS),
        ("≤0.2", "<0.3", {}, UNKNOWN),
        ("≤0.2", ">0.2", {}, FAIL),
        ("≤0.2", ">0.1", {}, UNKNOWN),
        ("≤0.2", "0.01", {"lod": "0.02"}, PASS),
        ("≤0.2", "0.3", {"lod": "0.5"}, UNKNOWN),
        ("≤0.2", "0.6", {"lod": "0.5"}, FAIL),
        ("≤0.2", "检出", {}, UNKNOWN),
        ("≤0.2", "0.2±0.1", {}, PASS),
        ("≤0.2", "大约0.1", {}, UNKNOWN),
        ("≤0.2", "", {}, UNKNOWN),
        ("≤0.2", "-0.1", {}, UNKNOWN),
        ("≤0.2", "<LOQ", {"lod": "0.05", "lod_kind": LodKind.QUANTITATION}, PASS),
        # minimum and range
        ("≥2.9", "2.9", {}, PASS),
        (">2.9", "2.9", {}, FAIL),
        ("≥2.9", "2.8", {}, FAIL),
        ("≥2.9", "未检出", {"lod": "0.1"}, FAIL),
        ("≥2.9", ">3", {}, PASS),
        ("3.0~5.0", "3.0", {}, PASS),
        ("3.0~5.0", "5.1", {}, FAIL),
        ("3.0~5.0", "2.9", {}, FAIL),
        # not detected, not used
        ("不得检出", "未检出", {}, PASS),
        ("不得检出", "ND", {"lod": "0.5"}, PASS),
        ("不得检出", "<LOD", {}, PASS),
        ("不得检出", "检出", {}, FAIL),
        ("不得检出", "2.35", {"lod": "0.5"}, FAIL),
        ("不得检出", "0.5", {"lod": "0.5"}, FAIL),
        ("不得检出", "0.4", {"lod": "0.5"}, PASS),
        ("不得检出", "0.4", {"lod": "0.5", "lod_kind": LodKind.QUANTITATION}, UNKNOWN),
        ("不得检出", "0.4", {"lod": "0.5", "lod_kind": LodKind.DETERMINATION}, UNKNOWN),
        ("不得检出", "0.6", {"lod": "0.5", "lod_kind": LodKind.QUANTITATION}, FAIL),
        ("不得检出", "<LOQ", {"lod": "0.5"}, UNKNOWN),
        ("不得检出", "2.35", {}, UNKNOWN),
        ("不得检出", "<0.5", {}, UNKNOWN),
        ("不得检出", "<0.5", {"lod": "0.5"}, PASS),
        ("不得检出", "<0.6", {"lod": "0.5"}, UNKNOWN),
        ("不得检出", "2.35", {"lod": "第一法0.2；第二法1"}, UNKNOWN),
        ("不得检出", "2.35", {"lod": "0.0"}, UNKNOWN),
        ("不得检出", "2.35", {"lod": "500", "lod_unit": "μg/kg"}, FAIL),
        ("不得使用", "未检出", {}, PASS),
        ("禁止使用", "0.6", {"lod": "0.5"}, FAIL),
        ("禁止使用", "0.6", {}, UNKNOWN),
        # the rest
        ("按生产需要适量使用", "0.6", {}, PASS),
        ("按生产需要适量使用", "读不懂的话", {}, UNKNOWN),
        ("暂无标准值", "0.1", {}, UNKNOWN),
        ("/", "未检出", {}, UNKNOWN),
        ("0.1", "0.05", {}, UNKNOWN),
        ("见备注", "0.05", {}, UNKNOWN),
        ("", "0.05", {}, UNKNOWN),
        ("≤0.2", "未检验", {}, ItemVerdict.NOT_TESTED),
        ("≤0.2", "/", {"stated_verdict": "未检验"}, ItemVerdict.NOT_TESTED),
    ],
)
def test_every_form_of_limit_against_every_kind_of_result(
    limit_text: str, result: str, more: dict[str, Any], verdict: ItemVerdict
) -> None:
    judgement = by_printed(limit_text, result, **more)
    assert judgement.verdict is verdict, judgement
    assert judgement.reason
    assert judgement.steps[-1] == f"判定：{verdict.label}"


@pytest.mark.parametrize(
    ("results", "verdict"),
    [
        ("<10；<10；20；10；<10", PASS),
        ("<10,<10,20,10,<10", PASS),
        ("100、100、1000、1000、100", PASS),
        ("200；200；200；10；10", FAIL),
        ("10；10；10；10；1001", FAIL),
        ("10；10；10；10", UNKNOWN),
        ("2000", FAIL),
        ("50", UNKNOWN),
        ("200；200；<500；10；10", UNKNOWN),
        ("10；10；10；10；多不可计", UNKNOWN),
        ("1.0×10²；1.0×10³；1.0×10³；10；10", PASS),
    ],
)
def test_a_sampling_plan_allows_c_of_n_above_m_and_none_above_m_upper(results: str, verdict: ItemVerdict) -> None:
    question = Question("菌落总数", results, "CFU/g", printed_limit="n=5,c=2,m=100,M=1000", printed_limit_unit="CFU/g")
    assert judge(question).verdict is verdict


@pytest.mark.parametrize(
    ("results", "verdict"),
    [("未检出；未检出；未检出；未检出；未检出", PASS), ("检出；未检出；未检出；未检出；未检出", FAIL)],
)
def test_a_two_class_plan_with_m_zero_is_about_finding_any(results: str, verdict: ItemVerdict) -> None:
    assert judge(Question("沙门氏菌", results, "/25g", printed_limit="n=5,c=0,m=0/25g")).verdict is verdict


@pytest.mark.parametrize(
    ("comparison", "result", "verdict"),
    [
        (Comparison.ROUNDED, "0.25", PASS),
        (Comparison.ROUNDED, "0.2501", FAIL),
        (Comparison.ROUNDED, "0.35", FAIL),
        (Comparison.WHOLE, "0.2001", FAIL),
        (Comparison.ROUNDED, "<0.25", PASS),
        (Comparison.ROUNDED, "<0.26", UNKNOWN),
    ],
)
def test_a_limit_says_whether_the_result_is_rounded_first(
    comparison: Comparison, result: str, verdict: ItemVerdict
) -> None:
    rows = book(limit(comparison=comparison))
    assert rows.judge(Question("铅", result, "mg/kg"), category_code="1", produced_on=DAY).verdict is verdict


@pytest.mark.parametrize(
    ("shares", "verdict"),
    [
        ((("甲", "0.05"), ("乙", "0.10")), PASS),
        ((("甲", "0.06"), ("乙", "0.10")), FAIL),
        ((("甲", "0.05"), ("乙", "未检出")), UNKNOWN),
        ((("甲", "0.05"), ("没有限值的", "0.01")), UNKNOWN),
        ((("甲", "0.11"), ("乙", "未检出")), FAIL),
    ],
)
def test_shares_of_additives_of_one_function_sum_up_to_at_most_one(
    shares: tuple[tuple[str, str], ...], verdict: ItemVerdict
) -> None:
    rows = book(
        limit("甲", requirement=maximum("0.1"), unit="g/kg"),
        limit("乙", requirement=maximum("0.2"), unit="g/kg"),
    )
    parts = tuple(Question(name, result, "g/kg") for name, result in shares)
    question = Question("着色剂混合使用", "", parts=parts, printed_limit="比例之和≤1")
    assert rows.judge(question, category_code="1", produced_on=DAY).verdict is verdict


def test_an_undetected_additive_counts_up_to_its_detection_limit() -> None:
    rows = book(
        limit("甲", requirement=maximum("0.1"), unit="g/kg"), limit("乙", requirement=maximum("0.2"), unit="g/kg")
    )
    for lod, verdict in (("0.001", PASS), ("0.05", UNKNOWN)):
        parts = (Question("甲", "0.09", "g/kg"), Question("乙", "未检出", "g/kg", lod=lod))
        question = Question("防腐剂混合使用", "", parts=parts, printed_limit="比例之和≤1")
        assert rows.judge(question, category_code="1", produced_on=DAY).verdict is verdict


def test_a_sum_that_the_laboratory_reckoned_itself_is_a_number_like_others() -> None:
    assert judge(Question("比例之和", "0.98", printed_limit="比例之和≤1")).verdict is PASS
    assert judge(Question("比例之和", "1.02", printed_limit="≤1")).verdict is FAIL


@pytest.mark.parametrize(
    ("unit", "limit_unit", "verdict"),
    [
        ("μg/kg", "mg/kg", PASS),
        ("mg/kg", "μg/kg", FAIL),
        ("mg/L", "mg/kg", UNKNOWN),
        ("", "mg/kg", UNKNOWN),
        ("mg/kg", "", PASS),
        ("某种单位", "某种单位", PASS),
        ("某种单位", "mg/kg", UNKNOWN),
    ],
)
def test_units_are_converted_exactly_or_not_compared(unit: str, limit_unit: str, verdict: ItemVerdict) -> None:
    question = Question("演示", "1", unit, printed_limit="≤1", printed_limit_unit=limit_unit)
    assert judge(question).verdict is verdict


def test_two_units_for_one_result_are_not_chosen_from() -> None:
    assert by_printed("≤0.2", "0.1μg/kg").verdict is UNKNOWN
    assert by_printed("≤0.2", "0.1mg/kg").verdict is PASS


def test_where_table_and_report_lead_to_different_verdicts_nobody_knows() -> None:
    rows = book(limit())
    question = Question("铅", "0.15", "mg/kg", printed_limit="≤0.1", printed_limit_unit="mg/kg")
    differs = rows.judge(question, category_code="1", produced_on=DAY)
    assert differs.verdict is UNKNOWN
    assert "不一致" in differs.reason
    both_fail = rows.judge(replace(question, result="0.3"), category_code="1", produced_on=DAY)
    assert both_fail.verdict is FAIL
    assert any("以限量表为准" in step for step in both_fail.steps)
    agreed = replace(question, printed_limit="≤200", printed_limit_unit="μg/kg")
    same = rows.judge(agreed, category_code="1", produced_on=DAY)
    assert (same.verdict, same.limit and same.limit.origin) == (PASS, "table")
    assert any("与限量表一致" in step for step in same.steps)
    unread = rows.judge(replace(question, printed_limit="见备注"), category_code="1", produced_on=DAY)
    assert unread.verdict is PASS


def test_the_snapshot_holds_all_that_the_verdict_was_made_by() -> None:
    rows = book(limit(requirement=maximum("0.20"), verified=False, expressed_as="Pb"))
    found = rows.judge(Question("铅（以Pb计）", "0.1", "mg/kg"), category_code="1.1", produced_on=DAY).limit
    assert found is not None
    kept = found.as_json()
    assert (kept["maximum"], kept["unit"], kept["standard"], kept["category_code"]) == (
        "0.20",
        "mg/kg",
        "GB 1-2026",
        "1",
    )
    assert (kept["origin"], kept["verified"], kept["chosen_on"]) == ("table", False, "2026-07-24")


@pytest.mark.parametrize(
    ("stated", "result", "verdict", "contradicts"),
    [
        ("合格项", "0.3", FAIL, True),
        ("不合格项", "0.1", PASS, True),
        ("问题项", "0.1", PASS, True),
        ("不合格", "0.3", FAIL, False),
        ("问题项", "0.3", ItemVerdict.PROBLEM, False),
        ("符合", "0.1", PASS, False),
        ("合格项", "大约", UNKNOWN, False),
        ("看情况", "0.1", PASS, False),
        ("", "0.1", PASS, False),
    ],
)
def test_a_stated_verdict_that_contradicts_its_numbers_is_flagged(
    stated: str, result: str, verdict: ItemVerdict, contradicts: bool
) -> None:
    judgement = by_printed("≤0.2", result, stated_verdict=stated)
    assert (judgement.verdict, judgement.contradicts) == (verdict, contradicts)
    assert judgement.reason.startswith("矛盾待复核") is contradicts


def test_a_badly_written_result_is_told_and_changes_no_verdict() -> None:
    judgement = by_printed("≤0.2", "0.123", format_rule="未检出,数值(大于0保留两位有效数字)")
    assert (judgement.verdict, "写成 0.12" in judgement.format_fault) == (PASS, True)
    assert by_printed("≤0.2", "0.123", format_rule="乱写").format_fault == ""


def item(verdict: ItemVerdict, *, contradicts: bool = False, is_reference: bool = False) -> Judgement:
    return Judgement(verdict, "", (), contradicts=contradicts, is_reference=is_reference)


@pytest.mark.parametrize(
    ("items", "conclusion"),
    [
        ([], Conclusion.UNDETERMINED),
        ([item(PASS)], Conclusion.QUALIFIED),
        ([item(PASS), item(FAIL)], Conclusion.UNQUALIFIED),
        ([item(PASS), item(UNKNOWN)], Conclusion.UNDETERMINED),
        ([item(FAIL), item(UNKNOWN)], Conclusion.UNQUALIFIED),
        ([item(PASS), item(ItemVerdict.NOT_TESTED)], Conclusion.UNDETERMINED),
        ([item(PASS), item(ItemVerdict.PROBLEM)], Conclusion.PROBLEM),
        ([item(PASS), item(FAIL, is_reference=True)], Conclusion.QUALIFIED),
        ([item(PASS, is_reference=True)], Conclusion.UNDETERMINED),
        ([item(PASS), item(FAIL, contradicts=True)], Conclusion.UNDETERMINED),
        ([item(PASS), item(PASS, contradicts=True)], Conclusion.UNDETERMINED),
        ([item(FAIL), item(PASS, contradicts=True)], Conclusion.UNQUALIFIED),
    ],
)
def test_what_is_not_known_never_makes_a_sample_pass(items: list[Judgement], conclusion: Conclusion) -> None:
    assert conclude(items) is conclusion


@given(st.lists(st.builds(item, st.sampled_from(ItemVerdict), contradicts=st.booleans(), is_reference=st.booleans())))
def test_a_sample_passes_only_if_all_that_counts_passed(items: list[Judgement]) -> None:
    counted = [one for one in items if not one.is_reference]
    passed = bool(counted) and all(one.verdict is PASS and not one.contradicts for one in counted)
    assert (conclude(items) is Conclusion.QUALIFIED) is passed


AMOUNTS = st.decimals("0", "1000", places=4)
MAXIMA = st.builds(lambda sign, value: f"{sign}{value}", st.sampled_from("≤<"), st.decimals("0.01", "500", places=2))


@given(MAXIMA, AMOUNTS, AMOUNTS, st.none() | AMOUNTS, st.sampled_from(Comparison))
def test_a_higher_result_never_turns_a_failure_into_a_pass(
    printed: str, one: Decimal, other: Decimal, lod: Decimal | None, comparison: Comparison
) -> None:
    rows = book(limit(requirement=maximum(printed[1:], is_open=printed[0] == "<"), comparison=comparison))
    low, high = sorted((one, other))
    verdicts = [
        rows.judge(Question("铅", str(value), "mg/kg", lod=str(lod or "")), category_code="1", produced_on=DAY).verdict
        for value in (low, high)
    ]
    order = {PASS: 0, UNKNOWN: 1, FAIL: 2}
    assert order[verdicts[0]] <= order[verdicts[1]]


@given(MAXIMA, AMOUNTS, st.sampled_from(["mg/kg", "μg/kg", "g/kg", "mg/100g", "%", "ng/g"]), st.booleans())
def test_a_verdict_does_not_depend_on_the_unit_of_the_result(
    printed: str, amount: Decimal, unit: str, below: bool
) -> None:
    factor = factor_between("mg/kg", unit)
    assert factor is not None
    converted = amount * Decimal(factor.numerator) / Decimal(factor.denominator)
    sign = "<" if below and amount else ""
    own = judge(Question("x", f"{sign}{amount}", "mg/kg", printed_limit=printed, printed_limit_unit="mg/kg"))
    other = judge(Question("x", f"{sign}{converted:f}", unit, printed_limit=printed, printed_limit_unit="mg/kg"))
    assert own.verdict is other.verdict


PRINTED = st.sampled_from(
    ["", "≤0.2", "0.1", "不得检出", "/", "见备注", "≥1", "n=5,c=2,m=1,M=2", "≤0.2mg/L", "比例之和≤1"]
)


@given(
    st.text(max_size=20), st.text(max_size=8), PRINTED | st.text(max_size=20), st.text(max_size=10), st.text(max_size=6)
)
def test_whatever_is_printed_gets_a_verdict_with_its_reason(
    result: str, unit: str, printed: str, lod: str, stated: str
) -> None:
    judgement = judge(Question("演示", result, unit, lod=lod, printed_limit=printed, stated_verdict=stated))
    assert judgement.reason and judgement.steps
    if read_result(result).kind in (ResultKind.UNREADABLE, ResultKind.BLANK) and not printed.startswith("n="):
        assert judgement.verdict is not PASS
    if judgement.verdict is PASS:
        assert judgement.limit is not None


@given(AMOUNTS, st.sampled_from(["合格项", "不合格项", "问题项", "未检验", "别的", ""]))
def test_only_a_verdict_of_the_other_side_contradicts(amount: Decimal, stated: str) -> None:
    judgement = by_printed("≤0.2", str(amount), stated_verdict=stated)
    meant = stated_verdict(stated)
    settled = meant in (PASS, FAIL, ItemVerdict.PROBLEM)
    assert judgement.contradicts is (settled and (meant is PASS) != (amount <= Decimal("0.2")))


@pytest.mark.parametrize(
    ("printed", "unit", "verdict"),
    [
        ("≤0.2g/kg", "mg/kg", UNKNOWN),
        ("≤200mg/kg", "g/kg", UNKNOWN),
        ("≥0.2g/kg", "某种单位", UNKNOWN),
        ("≤200mg/kg", "ｍg/kg", PASS),
        ("≤200mg/kg", "/", PASS),
    ],
)
def test_a_limit_printed_with_two_units_is_nobodys_to_choose(printed: str, unit: str, verdict: ItemVerdict) -> None:
    judgement = judge(Question("演示", "100", "mg/kg", printed_limit=printed, printed_limit_unit=unit))
    assert judgement.verdict is verdict
    assert ("矛盾" in judgement.reason) is (verdict is UNKNOWN)


@pytest.mark.parametrize(("result", "verdict"), [("0.1", UNKNOWN), ("0.3", FAIL)])
def test_a_limit_that_contradicts_itself_takes_back_a_pass_and_no_failure(result: str, verdict: ItemVerdict) -> None:
    question = Question("铅", result, "mg/kg", printed_limit="≤0.2g/kg", printed_limit_unit="mg/kg")
    judgement = book(limit()).judge(question, category_code="1", produced_on=DAY)
    assert judgement.verdict is verdict and any("矛盾" in step for step in judgement.steps)


@pytest.mark.parametrize("printed", ["0.2", "0.2 mg/kg"])
def test_a_bare_number_as_a_limit_is_not_read_and_the_reason_says_why(printed: str) -> None:
    judgement = by_printed(printed, "0.1")
    assert judgement.verdict is UNKNOWN and "没有写 ≤ 或 ≥" in judgement.reason


@given(
    st.lists(
        st.sampled_from(("", "\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u202e", "\ufe0f", " ")), min_size=3
    )
)
def test_what_nobody_sees_in_a_name_hides_no_item_from_the_limit_table(unseen: list[str]) -> None:
    written = f"{unseen[0]}铅{unseen[1]}（以{unseen[2]}Pb计）{''.join(unseen[3:])}"
    judgement = book(limit()).judge(Question(written, "0.3", "mg/kg"), category_code="1", produced_on=DAY)
    assert judgement.verdict is FAIL
