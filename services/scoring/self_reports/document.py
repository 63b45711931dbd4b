"""A report as the blocks of a printed document: the text with its notes, and what stands behind each. Pure."""

from collections.abc import Iterator

from services.scoring.self_reports.content import NO_EVIDENCE, Note, ReportContent, SectionText, Sentence, TableText
from shared.contracts.codes import Unit
from shared.documents.blocks import Block, Table, Text
from shared.documents.marks import refer_to, target_of, unmarked
from shared.times import in_words

SMALL = 9.0


def document_of(report: ReportContent, sha256: str) -> list[Block]:
    """The report whole; its hash stands at the end."""
    return [
        Text(unmarked(report.title), size=22, align="C"),
        Text("", size=SMALL),
        *(block for section in report.sections for block in _section(section)),
        *_sources(report),
        *_colophon(report, sha256),
    ]


def _section(section: SectionText) -> Iterator[Block]:
    if section.heading:
        outline = section.level - 1
        yield Text(unmarked(section.heading), indent=2, sans=section.level == 1, level=outline)
    for paragraph in section.paragraphs:
        yield Text("".join(_sentence(one) for one in paragraph), indent=2)
    if section.table is not None:
        yield _table(section.table)


def _sentence(sentence: Sentence) -> str:
    printed = [unmarked(one.text) + (refer_to(one.note) if one.note is not None else "") for one in sentence.words]
    return "".join(printed) + ("" if sentence.evidenced else NO_EVIDENCE)


def _table(table: TableText) -> Table:
    rows = [[unmarked(cell) for cell in row] for row in table.rows] or [["（无）", *[""] * (len(table.head) - 1)]]
    return Table(table.head, rows, table.shares, numbers=frozenset(table.numbers))


def _sources(report: ReportContent) -> Iterator[Block]:
    if not report.notes:
        return
    yield Text("附：数据与材料出处", indent=2, sans=True, level=0, before=1)
    rows = [
        [
            target_of(note.number),
            unmarked(note.label),
            unmarked(note.printed) or "材料",
            note.period,
            unmarked(_source(note)),
        ]
        for note in report.notes
    ]
    yield Table(["注", "名称", "正文所引", "期间", "出处"], rows, [6, 22, 16, 12, 54], size=SMALL)


def _source(note: Note) -> str:
    if note.kind == "evidence":
        return "；".join(f"{one.name}（SHA-256 {one.sha256[:12]}）" for one in note.files) or note.reason
    service = Unit(note.service).label if note.service else ""
    return "；".join(part for part in (f"{service} {note.reference}", note.source, note.reason) if part)


def _colophon(report: ReportContent, sha256: str) -> Iterator[Block]:
    scoring = (
        f"；得分出自第 {report.scoring_number} 次计分（依据的哈希 {(report.scoring_input_sha256 or '')[:12]}）"
        if report.scoring_number
        else ""
    )
    template = f"{report.template_code} 第 {report.template_number} 版"
    example = "" if report.official else f"；格式为示例：{unmarked(report.source)}"
    unproved = sum(not one.evidenced for one in report.sentences)
    yield Text(f"数据截至 {in_words(report.as_of)}{scoring}。格式 {template}{example}。", size=SMALL, before=1)
    yield Text(f"共 {len(report.sentences)} 句，其中 {unproved} 句没有系统证据。", size=SMALL)
    yield Text(f"内容哈希（SHA-256）：{sha256}", size=SMALL)
