"""Reports as small as a test needs them."""

from datetime import UTC, datetime

from services.scoring.self_reports.content import Note, ReportContent, SectionText, Sentence, Words
from shared.contracts.evaluations import ReadingState


def note_of(number: int, name: str, value: str, unit: str = "家") -> Note:
    return Note.model_validate(
        {
            "number": number,
            "kind": "reading",
            "name": name,
            "label": name,
            "printed": f"{value}{unit}",
            "state": ReadingState.VALUE,
            "value": value,
            "low": None,
            "high": None,
            "unit": unit,
            "service": "sampling",
            "reference": "sampling.rapid_tests",
            "period": "2026",
            "as_of": datetime(2026, 11, 1, tzinfo=UTC),
            "source": "",
            "rows": "/api/sampling/v1/figures/sampling.rapid_tests/rows?region=330203000000&period=2026",
            "reason": "",
        }
    )


def report_of(*texts: str, notes: tuple[Note, ...] = (), heading: str = "一、情况") -> ReportContent:
    """A report of one section with one paragraph."""
    sentences = [Sentence(words=[Words(text=text)], evidenced=True) for text in texts]
    return ReportContent(
        title="演示区自评报告",
        region_code="330203000000",
        region_name="演示区",
        period="2026",
        as_of=datetime(2026, 11, 1, tzinfo=UTC),
        template_code="demo",
        template_number=1,
        template_sha256="0" * 64,
        official=False,
        source="演示",
        evaluation_id=None,
        scoring_number=None,
        scoring_input_sha256=None,
        sections=[SectionText(heading=heading, level=1, paragraphs=[sentences], table=None)],
        notes=list(notes),
    )
