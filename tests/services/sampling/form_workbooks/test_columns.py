"""The national workbook: what is written comes back as it was, whatever stands in the cells."""

import io
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from services.sampling.form_workbooks.columns import COLUMNS, FORM_COLUMNS, SHEET, cells_of, form_from, written
from services.sampling.samples.form import SampleForm
from shared.contracts.statutory_sampling import Link, Stream
from shared.tabular.cells import CellReader
from shared.tabular.files import open_table
from shared.tabular.headers import map_headers
from shared.tabular.writing import xlsx_file

PLAIN = st.characters(min_codepoint=32, max_codepoint=0x9FFF, exclude_categories=("Cc", "Cs", "Cf", "Cn", "Co"))
TEXTS = st.one_of(
    st.text(PLAIN, max_size=30),
    st.sampled_from(["=1+1", "'=1", "''", "+8", "-18℃", "@甲", "'", " 两 侧 ", "/", "—", "=HYPERLINK(1)", "′'=x"]),
)
CODES = st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", max_size=20)
NAMES = st.text(PLAIN.filter(lambda sign: sign not in "、,，;；/\\"), max_size=8)
AMOUNTS = st.decimals(0, 10**8, places=4, allow_nan=False)
DAYS = st.dates(date(2015, 10, 1), date(2026, 12, 31))


def _values(annotation: str) -> st.SearchStrategy[Any]:
    for word, values in (("Decimal", AMOUNTS), ("bool", st.booleans()), ("date", DAYS)):
        if word in annotation:
            return values
    return TEXTS


def _block(name: str, column_names: Sequence[str]) -> st.SearchStrategy[dict[str, Any]]:
    fields = SampleForm.model_fields[name].default.__class__.model_fields
    special: dict[str, st.SearchStrategy[Any]] = {
        "number": st.from_regex(r"[A-Z]{2,4}[0-9]{8,22}[A-Z]{0,4}", fullmatch=True),
        "stream": st.sampled_from(Stream),
        "link": st.sampled_from(Link),
        "licence_number": CODES,
        "permit_number": CODES,
        "producer_permit": CODES,
        "barcode": CODES,
    }
    return st.fixed_dictionaries(
        {},
        optional={
            field: special[field] if field in special else _values(str(fields[field].annotation))
            for field in column_names
        },
    )


BLOCKS = {
    name: [column.path[1] for column in FORM_COLUMNS if column.path[0] == name and len(column.path) == 2]
    for name in ("basics", "sampled_party", "goods", "producer", "sampling_body")
}
SAMPLERS = st.lists(
    st.fixed_dictionaries({"name": NAMES.filter(lambda name: name.strip() != "")}, optional={"phone": CODES}),
    max_size=4,
)
FORMS = st.fixed_dictionaries(
    {
        **{name: _block(name, columns) for name, columns in BLOCKS.items()},
        "samplers": SAMPLERS,
        "remark": st.lists(TEXTS, max_size=3).map("\n".join),
    }
).map(SampleForm.model_validate)


def written_and_read(forms: list[SampleForm], path: Path) -> list[SampleForm]:
    header = [column.label for column in FORM_COLUMNS]
    path.write_bytes(xlsx_file(SHEET, header, ([written(cell) for cell in cells_of(form)] for form in forms)))
    return read(path)


def read(path: Path) -> list[SampleForm]:
    table = open_table(path, COLUMNS)
    mapping = map_headers(table.header, COLUMNS)
    mapping.ensure_usable()
    reader, forms = CellReader(mapping), []
    for chunk in table.chunks(100):
        parsed = reader.read(chunk)
        for index in range(len(chunk)):
            forms.append(form_from({name: values[index] for name, values in parsed.values.items()}))
    return forms


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(form=FORMS)
def test_a_form_that_was_written_is_read_as_it_was(form: SampleForm, tmp_path: Path) -> None:
    if any(cells_of(form)):
        assert [back.content() for back in written_and_read([form], tmp_path / "forms.xlsx")] == [form.content()]


def test_the_workbook_has_the_seventy_one_columns_in_their_order_and_no_cell_that_runs(tmp_path: Path) -> None:
    form = SampleForm.model_validate({"goods": {"name": "=HYPERLINK(1)"}, "remark": "@演示"})
    path = tmp_path / "forms.xlsx"
    assert written_and_read([form], path) == [form]
    workbook = load_workbook(io.BytesIO(path.read_bytes()))
    assert workbook.sheetnames == [SHEET]
    header, row = list(workbook[SHEET].rows)
    labels = [cell.value for cell in header]
    assert (len(labels), labels[0], labels[10], labels[24], labels[57], labels[70]) == (
        71,
        "抽样单编号",
        "被抽样单位名称",
        "样品名称",
        "标示生产者名称",
        "备注",
    )
    assert {cell.data_type for cell in row if cell.value is not None} == {"s"}


def test_headers_are_known_by_other_names_and_dates_by_their_serial_day(tmp_path: Path) -> None:
    path = tmp_path / "forms.xlsx"
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.append(["监督抽检抽样单（演示）"])
    sheet.append(
        ["抽样编号*", "任务类别", "抽样环节", "任务来源", "抽样人员", "抽样日期", "经营者名称", "食品名称", "备样数量"]
    )
    sheet.append(["ZX26330203 00000001", "市级监督抽查", "经营", "演示", "甲，乙", 46227, "演示店", "豇豆", "1.50"])
    workbook.save(path)
    [form] = read(path)
    assert (form.basics.number, form.basics.stream, form.basics.link) == (
        "ZX2633020300000001",
        Stream.SUPERVISION,
        Link.CIRCULATION,
    )
    assert form.basics.sampled_on == date(2026, 7, 24)
    assert [sampler.name for sampler in form.samplers] == ["甲", "乙"]
    assert (form.sampled_party.name, form.goods.name, form.goods.backup_quantity) == ("演示店", "豇豆", Decimal("1.50"))


@pytest.mark.parametrize(
    ("label", "text", "said"),
    [
        ("任务类型", "专项监督抽检", "应写明是"),
        ("任务类型", "抽检", "应写明是"),
        ("抽样日期", "昨天", "日期应写成"),
        ("抽样数量", "三斤", "应为数字"),
        ("抽样数量", "-1", "不能是负数"),
        ("是否补样", "也许", "是”或“否"),
        ("抽样单编号", "第一份", "抽样单编号应为"),
        ("营业执照号", "9.13302E+17", "科学计数法"),
    ],
)
def test_a_cell_that_cannot_be_read_says_how_to_mend_it(label: str, text: str, said: str) -> None:
    column = next(column for column in FORM_COLUMNS if column.label == label)
    with pytest.raises(ValueError, match=said):
        column.parse(text)
