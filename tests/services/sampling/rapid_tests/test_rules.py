"""What a reading says: the protective reading of a contradiction, and nothing passed because something is unknown."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.sampling.rapid_tests.columns import COLUMNS, quantity
from services.sampling.rapid_tests.rules import (
    TEXT_LENGTHS,
    Judgement,
    Printed,
    Reading,
    content_hash,
    conversion,
    judge,
    method_named,
    printed_meaning,
    record_key,
)
from services.sampling.test_items.rules import Limit
from shared.contracts.sampling import LimitForm, Method, Verdict

NEGATIVE, POSITIVE = Verdict.NEGATIVE, Verdict.SUSPECTED_POSITIVE
ERROR, UNDETERMINED = Verdict.INSTRUMENT_ERROR, Verdict.UNDETERMINED


def limit(form: LimitForm, value: str | None = None, unit: str | None = None) -> Limit:
    recorded = datetime(2026, 1, 1, tzinfo=UTC)
    number = None if value is None else Decimal(value)
    return Limit(UUID(int=1), None, None, form, number, unit, date(2020, 1, 1), None, False, recorded)


INHIBITION = limit(LimitForm.INHIBITION_PERCENT, "50", "%")
MAXIMUM = limit(LimitForm.MAXIMUM, "0.02", "mg/kg")
QUALITATIVE = limit(LimitForm.QUALITATIVE)


def verdict(
    rule: Limit | None,
    value: str | None = None,
    printed: str | None = None,
    unit: str | None = None,
    method: Method | None = None,
    item_known: bool = True,
) -> Judgement:
    return judge(Reading(printed, value, unit, method), item_known=item_known, limit=rule)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("-10.1", ERROR),
        ("-10", NEGATIVE),
        ("0", NEGATIVE),
        ("49.99", NEGATIVE),
        ("50", POSITIVE),
        ("50.0%", POSITIVE),
        ("５０", POSITIVE),
        ("100", POSITIVE),
        ("100.01", ERROR),
        ("5e1", POSITIVE),
        ("6.12e1", POSITIVE),
        ("6.12E+1 ％", POSITIVE),
        ("1e9", ERROR),
        ("1,200", ERROR),
        ("4.99e1", NEGATIVE),
        ("118", ERROR),
        ("<10", NEGATIVE),
        (">90", POSITIVE),
        (">20", UNDETERMINED),
        ("<80", UNDETERMINED),
        (None, UNDETERMINED),
        ("很高", UNDETERMINED),
    ],
)
def test_inhibition_is_positive_from_the_threshold_on_and_impossible_outside_its_range(
    value: str | None, expected: Verdict
) -> None:
    assert verdict(INHIBITION, value).verdict is expected


NO_NUMBERS = [
    *("1e999999", "1e13", "10^2", "6.12×10^1", "6.12x10^1", "1~70", "1-70", "1→70", "1(复测70)", "1..70", "1.70.2"),
    *("1%70", "1万", "0x10", "1?", "³", "①", "4²", "٤٢", "1 70", "4,2", "0,042", "5.", ".5", "12.5%%", "--5", "1/2"),
    *("12.5抑制率", "1\n70", "½", "Ⅳ", "四", "1_0", "inf", "nan", "- 5", "<>5", "5<"),
]


@pytest.mark.parametrize("value", NO_NUMBERS)
@pytest.mark.parametrize("printed", [None, "阴性", "3"])
def test_what_is_not_one_number_is_undetermined_and_never_the_number_with_which_it_begins(
    value: str, printed: str | None
) -> None:
    judgement = verdict(INHIBITION, value, printed, unit="%")
    assert judgement.verdict is UNDETERMINED
    assert judgement.reason
    assert verdict(MAXIMUM, value, printed, unit="mg/kg").verdict is UNDETERMINED


@given(st.text(st.sampled_from("0123456789.,eE+-<>≤≥=%％ ~^×→()?万³①٤/g0１。．mk阴"), min_size=1, max_size=12))
def test_only_one_number_or_a_word_for_it_is_ever_negative(value: str) -> None:
    number = r" *[<≤=]?=? *[+-]?[0-9０１]+([.．][0-9０１]+)?([eE][+-]?[0-9０１]{1,2})? *[%％]? *"
    if verdict(INHIBITION, value, unit="%").verdict is NEGATIVE:
        assert re.fullmatch(number, value) or printed_meaning(value) is Printed.NEGATIVE


@given(
    st.decimals(Decimal(50), Decimal(100), places=3),
    st.sampled_from(["{}", "{}%", "{} %", "{}％", "+{}", "≥{}", ">={}", ">{}", " {} ", "={}", "{:E}", "{:e}%", "０{}"]),
    st.booleans(),
)
def test_every_inhibition_from_the_threshold_on_is_positive_in_whatever_spelling(
    number: Decimal, spelling: str, is_wide: bool
) -> None:
    text = spelling.format(number)
    if is_wide:
        text = text.translate({code: code + 0xFEE0 for code in range(ord("!"), ord("~"))})
    assert verdict(INHIBITION, text, unit="%").verdict is POSITIVE
    assert verdict(INHIBITION, text, "阴性").verdict is POSITIVE


def test_an_inhibition_is_a_percentage_and_a_value_not_given_leaves_the_word() -> None:
    for value, unit in (("12.5", "mg/kg"), ("12.5 mg/kg", "%"), ("12.5ppm", None)):
        assert verdict(INHIBITION, value, unit=unit).verdict is UNDETERMINED
    assert verdict(INHIBITION, "12.5", unit="％").verdict is NEGATIVE
    for value in ("/", "——", "无", " "):
        assert verdict(INHIBITION, value, "阴性").verdict is NEGATIVE
        assert verdict(INHIBITION, value).verdict is UNDETERMINED


def test_the_threshold_comes_from_the_dated_row_and_not_from_the_code() -> None:
    stricter = limit(LimitForm.INHIBITION_PERCENT, "30", "%")
    assert verdict(stricter, "30").verdict is POSITIVE
    assert verdict(stricter, "29.9").verdict is NEGATIVE


def test_an_impossible_inhibition_is_an_instrument_error_even_without_a_threshold_and_whatever_was_printed() -> None:
    for rule, printed in ((None, None), (INHIBITION, "阳性"), (INHIBITION, "阴性")):
        assert verdict(rule, "140", printed, method=Method.ENZYME_INHIBITION).verdict is ERROR


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("阴性", NEGATIVE),
        ("未检出", NEGATIVE),
        ("合格", NEGATIVE),
        ("-", NEGATIVE),
        ("（－）", NEGATIVE),
        ("阴性(-)", NEGATIVE),
        ("阳性", POSITIVE),
        ("检出", POSITIVE),
        ("不合格", POSITIVE),
        ("可疑", POSITIVE),
        ("+", POSITIVE),
        ("＋＋", POSITIVE),
        ("无效", ERROR),
        ("不清楚", UNDETERMINED),
        (None, UNDETERMINED),
    ],
)
def test_a_qualitative_result_is_taken_as_printed(printed: str | None, expected: Verdict) -> None:
    assert verdict(QUALITATIVE, printed=printed).verdict is expected
    assert verdict(QUALITATIVE, value=printed).verdict is expected


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        ("0.02", "mg/kg", NEGATIVE),
        ("0.021", "mg/kg", POSITIVE),
        ("20", "μg/kg", NEGATIVE),
        ("21", "ug/kg", POSITIVE),
        ("0.03mg/kg", None, POSITIVE),
        ("0.01", None, UNDETERMINED),
        ("0.01", "mg/L", UNDETERMINED),
        ("<0.01", "mg/kg", NEGATIVE),
        ("<0.05", "mg/kg", UNDETERMINED),
        ("ND", "mg/kg", NEGATIVE),
    ],
)
def test_a_quantity_is_compared_only_in_the_same_dimension(value: str, unit: str | None, expected: Verdict) -> None:
    assert verdict(MAXIMUM, value, unit=unit).verdict is expected


def test_what_is_unknown_is_never_passed() -> None:
    assert verdict(None, "3", "阴性").verdict is UNDETERMINED
    assert verdict(INHIBITION, "3", "阴性", item_known=False).verdict is UNDETERMINED


def test_of_two_statements_the_one_that_protects_the_buyer_stands() -> None:
    contradicted = verdict(INHIBITION, "61", "阴性")
    assert contradicted.verdict is POSITIVE
    assert "以读数为准" in (contradicted.reason or "")
    assert verdict(INHIBITION, "12", "阳性").verdict is POSITIVE
    assert verdict(None, None, "阳性").verdict is POSITIVE


def test_a_number_in_the_column_of_results_is_not_lost_behind_a_word_in_the_column_of_values() -> None:
    assert verdict(INHIBITION, "阴性", "61.2").verdict is POSITIVE
    assert verdict(INHIBITION, "阴性", "1~70").verdict is UNDETERMINED
    assert verdict(INHIBITION, "/", "阳性").verdict is POSITIVE


def test_methods_are_known_by_what_devices_print() -> None:
    assert method_named("酶抑制率法（分光光度法）") is Method.ENZYME_INHIBITION
    assert method_named("酶联免疫法") is Method.ELISA
    assert method_named("胶体金免疫层析") is Method.COLLOIDAL_GOLD
    assert method_named("colloidal_gold") is Method.COLLOIDAL_GOLD
    assert method_named("目测") is None


def test_units() -> None:
    assert conversion("微克/千克", "mg/kg") == Decimal("0.001")
    assert conversion("mg/kg", "mg/L") is None
    assert conversion("滴", "滴") == 1


def test_rows_that_differ_only_in_value_are_two_tests_and_a_device_number_belongs_to_its_device() -> None:
    assert content_hash("a", "12.5") != content_hash("a", "12.6")
    assert content_hash("ab", "c") != content_hash("a", "bc")
    here, elsewhere = bytes(16), bytes(15) + b"1"
    parts = [("厂", "1", "7"), ("厂", "2", "7"), ("厂1", "", "7"), ("厂", "1", "8")]
    keys = {record_key(site, *part) for part in parts for site in (here, elsewhere)}
    assert len(keys) == 8


def test_quantities_carry_their_unit() -> None:
    assert quantity("12.5公斤") == (Decimal("12.5"), "公斤")
    assert quantity("１,200") == (Decimal(1200), None)
    for text in ("许多", "-3", "3-5斤"):
        with pytest.raises(ValueError, match="数"):
            quantity(text)


def test_every_text_column_has_one_length_in_files_and_json() -> None:
    texts = {column.name for column in COLUMNS} - {"sampled_at", "tested_at"}
    assert texts - {"quantity_in", "quantity_kept", "quantity_destroyed"} == TEXT_LENGTHS.keys()
