"""What a report says otherwise than an earlier one: numbers by name, sentences by section. Pure."""

from collections.abc import Iterator
from decimal import Decimal
from difflib import SequenceMatcher

from services.scoring.self_reports.content import Note, ReportContent, SectionText
from services.scoring.self_reports.schemas import ChangedNumber, ChangedSentence, DifferencesRead


def differences(before: ReportContent, after: ReportContent) -> DifferencesRead:
    """Every number and every sentence that is not as it was."""
    return DifferencesRead(numbers=list(_numbers(before, after)), sentences=list(_sentences(before, after)))


def _numbers(before: ReportContent, after: ReportContent) -> Iterator[ChangedNumber]:
    olds = {note.name: note for note in before.notes if note.kind == "reading"}
    news = {note.name: note for note in after.notes if note.kind == "reading"}
    for name in dict.fromkeys((*news, *olds)):
        old, new = olds.get(name), news.get(name)
        if old is None or new is None or old.printed != new.printed or old.value != new.value:
            known = new or old
            assert known is not None
            yield ChangedNumber(
                name=name,
                label=known.label,
                before=old.printed if old else None,
                after=new.printed if new else None,
                change=_change(old, new),
            )


def _change(old: Note | None, new: Note | None) -> Decimal | None:
    if old is None or new is None or old.value is None or new.value is None or old.unit != new.unit:
        return None
    return new.value - old.value


def _sentences(before: ReportContent, after: ReportContent) -> Iterator[ChangedSentence]:
    olds = {section.heading: _plain(section) for section in before.sections}
    news = {section.heading: _plain(section) for section in after.sections}
    for heading in dict.fromkeys((*news, *olds)):
        old, new = olds.get(heading, []), news.get(heading, [])
        for tag, first, last, start, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            if tag != "equal":
                yield ChangedSentence(heading=heading, before=old[first:last], after=new[start:end])


def _plain(section: SectionText) -> list[str]:
    return [sentence.plain for paragraph in section.paragraphs for sentence in paragraph]
