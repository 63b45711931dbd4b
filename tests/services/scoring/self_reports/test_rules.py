"""A report says each number as it was read, each quantity once with one value, and what nothing proves as such."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scoring.indicators.approximations import FARTHEST
from services.scoring.self_reports.composing import Material, Proof, compose, contradictions, filled
from services.scoring.self_reports.content import CitedFile, TemplateContent
from services.scoring.self_reports.document import document_of
from services.scoring.self_reports.language import faults_of, sentences
from services.scoring.self_reports.printing import Read, printed
from services.scoring.self_reports.seed import shipped_templates
from shared.contracts.evaluations import ReadingState
from shared.documents.blocks import Text

PLACES = {"region": "演示区", "period": "2026年"}


def quoted(label: str, **more: Any) -> dict[str, Any]:
    return {"label": label, "source": "registered", "service": "inspection", "figure": f"demo-{label}"} | more


def template(*paragraphs: str, **more: Any) -> TemplateContent:
    names = ("kitchens", "others", "total")
    used = {name for name in names if any(f"{{{name}}}" in one for one in paragraphs)} | set(more.pop("also", ()))
    content = {
        "title": "{region}自评报告（演示）",
        "source": "演示",
        "readings": {name: quoted(name) for name in sorted(used)} | more.pop("readings", {}),
        "sections": [{"heading": "一、情况", "paragraphs": paragraphs}],
    }
    return TemplateContent.model_validate(content | more)


def read(value: str | None, label: str = "kitchens", **more: Any) -> Read:
    number = None if value is None else Decimal(value)
    state = ReadingState.MISSING if number is None else ReadingState.VALUE if number else ReadingState.ZERO
    fields = {"label": label, "state": state, "unit": "家", "service": "inspection", "reference": label}
    return Read(**fields | {"period": "2026", "value": number} | more)


def faults(content: TemplateContent) -> list[tuple[str, str]]:
    return [(fault.pointer, fault.message) for fault in faults_of(content)]


def test_the_shipped_templates_quote_no_number_without_a_reading() -> None:
    found = dict(shipped_templates())
    assert set(found) == {"self-report-haishu-shape"}
    assert [fault for content in found.values() for fault in faults_of(content)] == []
    assert not any(content.official for content in found.values())


@pytest.mark.parametrize(
    ("paragraph", "message"),
    [
        ("建成55家。{kitchens}。", "“55”没有出处"),
        ("建成５５家。{kitchens}。", "没有出处"),
        ("建成②家。{kitchens}。", "“②”没有出处"),
        ("建成Ⅻ家。{kitchens}。", "“Ⅻ”没有出处"),
        ("占{kitchens}，即90.24%。", "“90.24”没有出处"),
        ("建成{kitchen}。{kitchens}。", "{kitchen} 不是指标"),
        ("建成{kitchens。{kitchens}", "花括号不成对"),
        ("见{clause:../x}。{kitchens}。", "不是指标"),
    ],
)
def test_what_no_report_could_be_made_of_is_refused_with_its_place(paragraph: str, message: str) -> None:
    [(pointer, told)] = faults(template(paragraph, also=["kitchens"]))
    assert (pointer, message in told) == ("/sections/0/paragraphs/0", True), told


def test_names_with_digits_are_no_data_once_they_are_listed() -> None:
    assert faults(template("推行5S管理，2020年以来建成{kitchens}。", terms=["5S", "2020年以来"])) == []
    assert [pointer for pointer, _ in faults(template("推行15S管理。", terms=["5S"]))] == ["/sections/0/paragraphs/0"]


def test_what_is_read_and_not_quoted_or_tied_to_nothing_is_refused() -> None:
    assert faults(template("没有数。", also=["kitchens"]))[0][0] == "/readings/kitchens"
    tied = template("建成{a}。", readings={"a": quoted("a", same_as="b")})
    assert faults(tied) == [("/readings/a/same_as", "没有名为 b 的指标")]
    summed = template("建成{kitchens}。", sums=[{"total": "kitchens", "parts": ["x", "kitchens"]}])
    assert faults(summed) == [("/sums/0", "没有名为 x 的指标")]


@given(st.text(st.sampled_from("建成家。！？”』；，{}ab"), max_size=60))
def test_sentences_are_the_paragraph_and_no_sentence_is_two(paragraph: str) -> None:
    found = sentences(paragraph)
    assert "".join(found) == paragraph
    assert all(one for one in found)
    assert all(not (set(one.rstrip("。！？”』")) & set("。！？")) or one[0] in "”』" for one in found)


@pytest.mark.parametrize(
    ("value", "low", "high", "words"),
    [
        ("55", None, None, "55家"),
        ("0", None, None, "0家"),
        ("4.5", "4.5", str(FARTHEST), "4.5家以上"),
        ("2", str(-FARTHEST), "2", "2家以下"),
        ("1000", "1000", "2000", "1000余家"),
        ("1500", "1400", "1500", "近1500家"),
        ("2500", "2450", "2550", "约2500家"),
        ("1E+3", None, None, "1000家"),
    ],
)
def test_a_number_is_printed_with_what_its_document_leaves_open(
    value: str, low: str | None, high: str | None, words: str
) -> None:
    least, most = (None if bound is None else Decimal(bound) for bound in (low, high))
    assert printed(read(value, low=least, high=most)) == words


def test_a_number_has_the_decimals_of_its_figure() -> None:
    assert printed(read("90.2439", unit="%", decimals=2)) == "90.24%"
    assert printed(read("1400.6", decimals=2)) == "1400.60家"


@pytest.mark.parametrize("state", [one for one in ReadingState if one not in (ReadingState.VALUE, ReadingState.ZERO)])
def test_what_is_not_known_is_no_number_and_no_evidence(state: ReadingState) -> None:
    content = template("建成{kitchens}。")
    sections, [note] = compose(content, Material({"kitchens": read(None, state=state)}, PLACES))
    [sentence] = sections[0].paragraphs[0]
    assert (sentence.plain, sentence.evidenced) == (f"建成（{state.label}）。", False)
    assert (note.value, note.state) == (None, state)


def test_notes_are_numbered_as_they_are_first_cited_and_one_number_has_one_note() -> None:
    content = template("建成{others}和{kitchens}。", "又说{kitchens}。没有数字的一句。")
    reads = {"kitchens": read("55"), "others": read("28", "others")}
    sections, notes = compose(content, Material(reads, PLACES))
    assert [(note.number, note.name) for note in notes] == [(1, "others"), (2, "kitchens")]
    cited = [[word.note for word in one.words if word.note] for part in sections[0].paragraphs for one in part]
    assert cited == [[1, 2], [2], []]
    assert [one.evidenced for part in sections[0].paragraphs for one in part] == [True, True, False]


def test_evidence_of_a_clause_proves_a_sentence_once_it_was_accepted() -> None:
    content = template("责任制已落实{clause:A1}。应急预案已修订{clause:A2}。")
    proofs = {
        "A1": Proof("责任制", [CitedFile(name="责任书.pdf", sha256="ab" * 32)], "/api"),
        "A2": Proof("预案", [], "/"),
    }
    sections, notes = compose(content, Material({}, PLACES, proofs))
    [proved, unproved] = sections[0].paragraphs[0]
    assert (proved.plain, proved.evidenced, unproved.evidenced) == ("责任制已落实。", True, False)
    assert [file.name for file in notes[0].files] == ["责任书.pdf"]


def test_one_quantity_with_two_values_is_refused_with_both_places() -> None:
    readings = {"a": quoted("农村家宴阳光厨房"), "b": quoted("农村家宴阳光厨房"), "c": quoted("其他", same_as="a")}
    content = template("完成{a}。", "建成{b}。另有{c}。", readings=readings)
    same = {name: read("55") for name in "abc"}
    assert contradictions(content, same) == []
    [fault] = contradictions(content, same | {"b": read("56")})
    assert fault.pointer == "/sections/0/paragraphs/1"
    assert "56家" in fault.message and "55家" in fault.message and "/sections/0/paragraphs/0 第1句" in fault.message
    [tied] = contradictions(content, same | {"c": read("54")})
    assert "第2句" in tied.message
    assert contradictions(content, same | {"b": read(None)}) == [], "what is not known contradicts nothing"
    roughly = read("55", low=Decimal(50), high=Decimal(60))
    assert contradictions(content, same | {"b": roughly}), "about 55 is not 55"


def test_parts_have_to_add_up_to_their_total_where_all_are_known_exactly() -> None:
    content = template(
        "共{total}，其中{kitchens}、{others}。", sums=[{"total": "total", "parts": ["kitchens", "others"]}]
    )
    reads = {"total": read("83", "total"), "kitchens": read("55"), "others": read("28", "others")}
    assert contradictions(content, reads) == []
    [fault] = contradictions(content, reads | {"total": read("84", "total")})
    assert (fault.pointer, "55家＋28家 为 83" in fault.message) == ("/sums/0", True)
    assert contradictions(content, reads | {"total": read("84", "total"), "others": read(None)}) == []


def test_title_and_headings_name_region_and_period() -> None:
    assert filled("{region}{period}报告", PLACES) == "演示区2026年报告"


def test_text_from_outside_makes_no_notes_of_its_own() -> None:
    from tests.services.scoring.self_reports.making import report_of  # noqa: PLC0415 (needs what stands above)

    forged = report_of("\ue0001\ue002演示一句。")
    texts = [block.text for block in document_of(forged, "0" * 64) if isinstance(block, Text)]
    assert not any("\ue000" in text for text in texts)
