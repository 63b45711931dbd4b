"""How rows make up samples, and cells findings; a generated file brings exactly the model it was made from."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.sampling.result_imports.cells import (
    Combined,
    combined_of,
    conclusion_of,
    limit_first_of,
    lod_of,
    verdict_of,
)
from services.sampling.result_imports.grouping import UNREADABLE, Group, Row, grouped, scattered
from services.sampling.result_imports.statements import statement_of
from shared.contracts.statutory_sampling import Conclusion, ItemVerdict, LodKind
from shared.http.problems import FieldError
from tests.services.sampling.result_imports.making import yesterday

KEYS = st.sampled_from(["A", "B", "C", "D"])
MODELS = st.lists(st.lists(st.sampled_from(["铅", "镉", "汞"]), min_size=1, max_size=4), min_size=1, max_size=6)


def rows_of(model: Sequence[Sequence[str]], *, says_always: bool) -> list[Row]:
    """The rows of samples S1, S2, …, each with these items; continuation rows blank unless said always."""
    rows: list[Row] = []
    for index, items in enumerate(model, start=1):
        for place, item in enumerate(items):
            key = f"S{index}" if says_always or place == 0 else None
            values = {"sample": key, "item": item, "result": f"0.{len(rows)}"}
            rows.append(Row(len(rows) + 2, values, [], []))
    return rows


@given(model=MODELS, says_always=st.booleans())
def test_the_reports_of_a_generated_file_equal_its_model(model: list[list[str]], says_always: bool) -> None:
    groups = list(grouped(rows_of(model, says_always=says_always)))
    assert [group.key for group in groups] == [f"S{index}" for index in range(1, len(model) + 1)]
    count = 0
    for group, items in zip(groups, model, strict=True):
        assert group.start == count
        statement = statement_of(group, None, yesterday(), yesterday(), "方法检出限")
        assert statement is not None and [item.item for item in statement.items] == items
        assert [item.result for item in statement.items] == [f"0.{count + place}" for place in range(len(items))]
        count += len(items)


@given(keys=st.lists(st.none() | KEYS | st.just(UNREADABLE), max_size=25))
def test_no_sample_is_ever_half_a_group(keys: list[str | None]) -> None:
    """Whatever stands where: of a key that is not refused, all rows are in one group without fault."""
    apart = scattered(keys)
    rows = []
    for number, key in enumerate(keys, start=2):
        errors = [FieldError(pointer="/sample", message="读不出", code="cell", row=number)] if key == UNREADABLE else []
        rows.append(Row(number, {"sample": key or None}, errors, []))
    groups = list(grouped(rows))
    assert [row.number for group in groups for row in group.rows] == [row.number for row in rows]
    for key in set(filter(None, keys)) - apart:
        own = [group for group in groups if group.key == key]
        assert len(own) == 1
        named = [row.number for row in rows if row.values["sample"] == key]
        assert set(named) <= {row.number for row in own[0].rows}
        neighbours = [number - 2 for number in (named[0] - 1, named[-1] + 1) if 0 <= number - 2 < len(keys)]
        if any(keys[index] == UNREADABLE for index in neighbours):
            assert own[0].errors, "a row that nobody can read may have been its own"


def test_rows_that_say_otherwise_of_their_report_are_at_fault() -> None:
    group = Group("S1", 0)
    for number, report in ((2, "R1"), (3, None), (4, "R2")):
        group.rows.append(Row(number, {"sample": "S1", "number": report, "item": "铅", "result": "1"}, [], []))
    assert statement_of(group, None, yesterday(), yesterday(), "") is None
    assert [(error.row, error.column, error.code) for error in group.errors] == [(4, "报告书编号", "differs")]


@pytest.mark.parametrize(
    ("text", "method", "bound"),
    [
        ("0.02", None, ("0.02", None)),
        ("0.02 mg/kg", None, ("0.02", "mg/kg")),
        ("第一法0.2；第二法1", "GB 5009.12-2023 第二法", ("1", None)),
        ("第一法0.2；第二法1", "GB 5009.12-2023", None),
        ("第1法 0.2mg/kg；第2法 1mg/kg", "第一法", ("0.2", "mg/kg")),
        ("第一法0.2；第二法0", "第二法", None),
    ],
)
def test_lower_bounds_of_methods(text: str, method: str | None, bound: tuple[str, str | None] | None) -> None:
    read = lod_of(text)
    assert read is not None and read.of(method) == bound


@pytest.mark.parametrize("text", ["0.0", "0", "-", "/", "—", "－", "_", "无"])
def test_what_is_written_for_no_lower_bound_is_none(text: str) -> None:
    assert lod_of(text) is None


def test_a_lower_bound_says_its_kind_and_nonsense_is_refused() -> None:
    read = lod_of("定量限：0.05mg/kg")
    assert read is not None and read.kind is LodKind.QUANTITATION
    with pytest.raises(ValueError, match="第一法"):
        lod_of("约0.02")


@given(
    parts=st.lists(
        st.tuples(*[st.text("铅镉0123456789.≤ mg", min_size=1, max_size=8).map(str.strip).filter(bool)] * 3),
        min_size=1,
        max_size=4,
    ),
    sign=st.sampled_from(["║", "||", "‖", "|", "丨", "｜"]),
)
def test_a_combined_cell_is_read_back_with_every_separator(parts: list[tuple[str, str, str]], sign: str) -> None:
    assert combined_of("\n".join(sign.join(part) for part in parts)) == tuple(Combined(*part) for part in parts)


def test_a_combined_cell_with_the_limit_first() -> None:
    assert limit_first_of("菌落总数（≤10000CFU/g/23000CFU/g）\n铅（≤0.3mg/kg/0.52mg/kg）") == (
        Combined("菌落总数", "23000CFU/g", "≤10000CFU/g"),
        Combined("铅", "0.52mg/kg", "≤0.3mg/kg"),
    )
    with pytest.raises(ValueError, match="标准值/实测值"):
        limit_first_of("菌落总数")


@pytest.mark.parametrize(
    ("text", "meant"),
    [("合格项", "qualified"), ("不符合", "unqualified"), ("问题项", "problem"), ("未检验", "not_tested"), ("/", None)],
)
def test_stated_verdicts(text: str, meant: str | None) -> None:
    assert verdict_of(text) == (ItemVerdict(meant) if meant else None)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("合格", Conclusion.QUALIFIED),
        ("纯抽检合格样品", Conclusion.QUALIFIED),
        ("经抽样检验，所检项目符合 GB 2762 要求，检验结论为合格。", Conclusion.QUALIFIED),
        ("经抽样检验，铅项目不符合 GB 2762 要求，检验结论为不合格。", Conclusion.UNQUALIFIED),
        ("经抽样检验，所检项目符合 GB 2762-2022《食品安全国家标准 食品中污染物限量》要求。", Conclusion.QUALIFIED),
        ("所检项目符合要求", Conclusion.QUALIFIED),
        ("所检项目未发现问题", Conclusion.QUALIFIED),
    ],
)
def test_stated_conclusions(text: str, meant: Conclusion) -> None:
    assert conclusion_of(text) is meant


@pytest.mark.parametrize(
    "text", ["大概合格", "经检验，各项目见附页，结论另行出具。", "经抽样检验，铅项目不符合要求，其余所检项目符合要求。"]
)
def test_a_word_that_is_not_known_is_no_verdict(text: str) -> None:
    with pytest.raises(ValueError, match="合格"):
        conclusion_of(text)
