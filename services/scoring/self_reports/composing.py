"""Making a report of a template and what was read: sentences with notes, and numbers that contradict. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from services.scoring.self_reports.content import (
    CitedFile,
    Note,
    Section,
    SectionText,
    Sentence,
    TableKind,
    TableText,
    TemplateContent,
    Words,
)
from services.scoring.self_reports.language import CLAUSE, Fault, names_in, paragraphs_of, sentences, stretches
from services.scoring.self_reports.printing import Read, printed
from shared.contracts.evaluations import ReadingState


@dataclass(frozen=True, slots=True)
class Proof:
    """The accepted evidence of a clause."""

    title: str
    files: Sequence[CitedFile]
    rows: str


@dataclass(frozen=True, slots=True)
class Material:
    """What a report is made from. `places`: what `{region}` and `{period}` say; `proofs` by the clause's code."""

    reads: Mapping[str, Read]
    places: Mapping[str, str]
    proofs: Mapping[str, Proof] = field(default_factory=dict)
    tables: Mapping[TableKind, TableText] = field(default_factory=dict)


def contradictions(template: TemplateContent, reads: Mapping[str, Read]) -> list[Fault]:
    """Where the text would quote one quantity with two values, or parts that are not their total."""
    return [*_unequal(template, reads), *_unsummed(template, reads)]


def _unequal(template: TemplateContent, reads: Mapping[str, Read]) -> Iterator[Fault]:
    quantities: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for pointer, paragraph in paragraphs_of(template):
        for number, sentence in enumerate(sentences(paragraph), 1):
            for name in names_in(sentence):
                if name in reads and reads[name].is_known:
                    quantities[_quantity(template, name)].append((name, f"{pointer} 第{number}句"))
    for quantity, quoted in quantities.items():
        first, place = quoted[0]
        for name, other in quoted[1:]:
            if reads[name].said != reads[first].said:
                here, there = (_with_reference(reads[one]) for one in (name, first))
                message = f"“{quantity}”在 {other} 是{here}，在 {place} 是{there}；同一个数前后要一致，请更正来源"
                yield Fault(other.partition(" ")[0], message)


def _quantity(template: TemplateContent, name: str) -> str:
    """The label that all quotations of one quantity share."""
    seen = {name}
    while (tied := template.readings[name].same_as) is not None and tied not in seen:
        name = tied
        seen.add(tied)
    return template.readings[name].label


def _with_reference(read: Read) -> str:
    return f" {printed(read)}（{read.reference}）"


def _unsummed(template: TemplateContent, reads: Mapping[str, Read]) -> Iterator[Fault]:
    for place, one in enumerate(template.sums):
        total, parts = reads[one.total], [reads[name] for name in one.parts]
        exact = [read.value for read in (total, *parts) if read.is_known and read.low is None]
        values = [value for value in exact if value is not None]
        if len(values) == len(parts) + 1 and sum(values[1:]) != values[0]:
            listed = "＋".join(printed(read) for read in parts)
            message = f"“{total.label}”{printed(total)}，各项之和 {listed} 为 {sum(values[1:]):f}，请更正来源"
            yield Fault(f"/sums/{place}", message)


def compose(template: TemplateContent, material: Material) -> tuple[list[SectionText], list[Note]]:
    """The sections as they are printed, and their notes in the order in which they are first cited."""
    notes: dict[str, Note] = {}
    sections = [_section(one, material, notes) for one in template.sections]
    return sections, list(notes.values())


def filled(text: str, places: Mapping[str, str]) -> str:
    """A heading or title with region and period."""
    return "".join(places[one.text] if one.is_name else one.text for one in stretches(text))


def _section(section: Section, material: Material, notes: dict[str, Note]) -> SectionText:
    return SectionText(
        heading=filled(section.heading, material.places),
        level=section.level,
        paragraphs=[
            [_sentence(one, material, notes) for one in sentences(paragraph)] for paragraph in section.paragraphs
        ],
        table=material.tables.get(section.table) if section.table else None,
    )


def _sentence(text: str, material: Material, notes: dict[str, Note]) -> Sentence:
    words: list[Words] = []
    evidenced = False
    for one in stretches(text):
        if not one.is_name:
            words.append(Words(text=one.text))
        elif one.text in material.places:
            words.append(Words(text=material.places[one.text]))
        else:
            note = notes.get(one.text) or _note(one.text, len(notes) + 1, material)
            notes[one.text] = note
            words.append(Words(text=note.printed, note=note.number))
            evidenced |= note.state in (ReadingState.VALUE, ReadingState.ZERO)
    return Sentence(words=words, evidenced=evidenced)


def _note(name: str, number: int, material: Material) -> Note:
    if name.startswith(CLAUSE):
        return _evidence(name.removeprefix(CLAUSE), number, material)
    read = material.reads[name]
    return Note(
        number=number,
        kind="reading",
        name=name,
        printed=printed(read),
        **{each: getattr(read, each) for each in _OF_READ},
    )


_OF_READ = (
    *("label", "state", "value", "low", "high", "unit", "service", "reference", "period", "as_of", "source"),
    *("rows", "reason"),
)


def _evidence(code: str, number: int, material: Material) -> Note:
    proof = material.proofs.get(code)
    files = list(proof.files) if proof else []
    return Note(
        number=number,
        kind="evidence",
        name=code,
        label=f"{code} {proof.title}" if proof else code,
        printed="",
        state=ReadingState.VALUE if files else ReadingState.MISSING,
        value=None,
        low=None,
        high=None,
        unit="",
        service="scoring",
        reference=code,
        period="",
        as_of=None,
        source="",
        rows=proof.rows if proof else None,
        reason="" if files else "这一条还没有审核采用的材料",
        files=files,
    )
