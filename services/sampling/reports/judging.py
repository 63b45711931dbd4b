"""Judging what a report states by the limit book: item by item, then the sample, then how fast it must be told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.limits.rules import RequirementForm
from services.sampling.limits.units import factor_between
from services.sampling.reports import repository
from services.sampling.reports.models import Report, ReportItem
from services.sampling.reports.rules import Finding, SeriousRule, class_of, doubts_of, serious_findings
from services.sampling.reports.stated import StatedItem
from services.sampling.samples.models import Sample
from services.sampling.verdicts.results import ResultKind, read_result
from services.sampling.verdicts.rules import Judgement, Question, conclude
from services.sampling.verdicts.service import LimitBook, open_book
from shared.contracts.statutory_sampling import Conclusion, ReportClass

_REMEMBERED = 20_000
_HAVE_MAXIMUM = (RequirementForm.MAXIMUM, RequirementForm.RANGE)

Subject = tuple[str | None, object, date | None, date]
"""What a verdict needs of a sample: category, link, day of production, day of sampling."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """All that is computed of a report; `judgements` in the order of its items."""

    judgements: Sequence[Judgement]
    conclusion: Conclusion
    doubts: list[str]
    report_class: ReportClass
    serious_because: list[str]


class Judge:
    """Judges the reports of one transaction or upload by one limit book; equal questions are judged once."""

    def __init__(self, book: LimitBook, rules: Sequence[SeriousRule]) -> None:
        self._book, self._rules = book, rules
        self._known: dict[tuple[Subject, StatedItem], tuple[Judgement, Decimal | None]] = {}

    @classmethod
    async def open(cls, session: AsyncSession) -> "Judge":
        return cls(await open_book(session), [row.to_rule() for row in await repository.rules_in_force(session)])

    def assess(
        self,
        sample: Sample,
        items: Sequence[StatedItem],
        stated: Conclusion | None,
        stated_class: ReportClass | None,
    ) -> Assessment:
        """What the items of a report on this sample say. Uses no database, so that it may run in a thread."""
        subject = (sample.category_code, sample.link, sample.production_date, sample.sampled_on)
        judged = [self._judge(sample, subject, item) for item in items]
        judgements = [judgement for judgement, _ in judged]
        conclusion = conclude(judgements)
        findings = [
            Finding(
                number=number,
                item=item.item,
                stated=item.stated_verdict,
                judged=judgement.verdict,
                contradicts=judgement.contradicts,
                reference=item.reference,
                excess=excess,
            )
            for number, (item, (judgement, excess)) in enumerate(zip(items, judged, strict=True), start=1)
        ]
        path = self._book.tree.path(sample.category_code) if sample.category_code else []
        serious = serious_findings(self._rules, findings, [category.code for category in path], sample.sampled_on)
        return Assessment(
            judgements=judgements,
            conclusion=conclusion,
            doubts=doubts_of(findings, stated, conclusion),
            report_class=class_of(findings, (stated, conclusion), stated_class, serious),
            serious_because=serious,
        )

    def _judge(self, sample: Sample, subject: Subject, item: StatedItem) -> tuple[Judgement, Decimal | None]:
        """What an item's number says, and how many times the limit it is."""
        known = self._known.get((subject, item))
        if known is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            judgement = self._book.judge(
                _question(item),
                category_code=sample.category_code,
                link=sample.link,
                produced_on=sample.production_date,
                sampled_on=sample.sampled_on,
            )
            known = self._known[subject, item] = judgement, _excess(item, judgement)
        return known


def apply(report: Report, assessment: Assessment) -> None:
    """Write what was computed beside what is stated."""
    report.conclusion, report.report_class = assessment.conclusion, assessment.report_class
    report.doubts, report.serious_because = assessment.doubts, assessment.serious_because
    for item, judgement in zip(report.items, assessment.judgements, strict=True):
        _write(item, judgement)


def _write(item: ReportItem, judgement: Judgement) -> None:
    item.verdict, item.reason, item.steps = judgement.verdict, judgement.reason, list(judgement.steps)
    item.contradicts, item.format_fault = judgement.contradicts, judgement.format_fault or None
    item.limit = judgement.limit.as_json() if judgement.limit else None


def _question(item: StatedItem) -> Question:
    return Question(
        item=item.item,
        result=item.result,
        unit=item.unit or "",
        lod=item.lod_value or "",
        lod_unit=item.lod_unit or "",
        lod_kind=item.lod_kind,
        method=item.method or "",
        stated_verdict=item.stated_verdict.label if item.stated_verdict else "",
        is_reference=item.reference,
        format_rule=item.format_rule or "",
        printed_limit=item.requirement or "",
        printed_limit_unit=item.requirement_unit or "",
    )


def _excess(item: StatedItem, judgement: Judgement) -> Decimal | None:
    """How many times the upper limit the result is; None where either is no number or they cannot be compared."""
    limit = judgement.limit
    result = read_result(item.result)
    if limit is None or limit.requirement.form not in _HAVE_MAXIMUM or not limit.requirement.maximum:
        return None
    if result.value is None or result.kind not in (ResultKind.NUMBER, ResultKind.ABOVE):
        return None
    factor = factor_between(result.unit or item.unit or limit.unit, limit.unit)
    if factor is None:
        return None
    return result.value * factor.numerator / factor.denominator / limit.requirement.maximum
