"""Persons are not named to strangers, and what is not known is never a pass."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.traceability.codes.masking import masked
from services.traceability.codes.rules import CodeKind
from services.traceability.consumer_views.rules import Known, missing, public_name

PHONES = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
LANDLINES = st.from_regex(r"0[1-9][0-9]{1,2}-[0-9]{8}", fullmatch=True)
PLATES = st.from_regex(r"[浙京粤沪][A-HJ-NP-Z][A-HJ-NP-Z0-9]{5,6}", fullmatch=True)
IDENTITIES = st.from_regex(r"[1-9][0-9]{16}[0-9X]", fullmatch=True)
WORDS = st.sampled_from(["", "送货车 ", "联系", "产地演示村，", "（演示）"])


@given(WORDS, st.one_of(PHONES, LANDLINES, PLATES, IDENTITIES), WORDS)
def test_no_number_of_a_person_or_a_car_is_told(before: str, number: str, after: str) -> None:
    assert number not in masked(before + number + after)


@pytest.mark.parametrize("text", ["DEMO-L1", "HGZ202607245D4E3F2A", "（01）09520123456788", "演示镇 12 村"])
def test_numbers_of_goods_and_papers_stay(text: str) -> None:
    assert masked(text) == text


@pytest.mark.parametrize(
    ("name", "licensed", "told"),
    [
        ("张三丰", False, "张某（个人）"),
        ("张三丰", True, "张三丰"),
        ("李四水果摊", False, "李四水果摊"),
        ("演示合作社（虚构）", False, "演示合作社（虚构）"),
        ("阿依古丽·买买提", False, "阿某（个人）"),
    ],
)
def test_a_person_who_sells_without_a_licence_is_not_named(name: str, licensed: bool, told: str) -> None:
    assert public_name(name, licensed=licensed) == told


@given(st.sampled_from(CodeKind), st.booleans())
def test_of_a_lot_of_which_nothing_is_recorded_nothing_is_taken_for_passed(kind: CodeKind, exact: bool) -> None:
    said = missing(Known(kind, exact))
    if kind in (CodeKind.LOT, CodeKind.ITEM, CodeKind.LOGISTIC_UNIT):
        assert any("不等于合格" in one for one in said)
        assert len(said) == (4 if exact else 5)
    assert not any(re.search(r"(?<!等于)合格$", one) for one in said)
