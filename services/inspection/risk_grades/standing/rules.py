"""What a business adds to the figures, day by day, worked out from its whole history. Pure.

The history is read anew each time and the difference to what was recorded is appended, so that nothing depends on the
order in which inspections, grades and moves become known.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.inspection.checklists.coverage import add_months
from services.inspection.risk_grades.codes import Grade

COVERED = "inspection.two_year_coverage"
GRADED = "inspection.risk_graded_rate"
SELLERS_GRADED = "inspection.sales_risk_graded_rate"
FREQUENCY_KEPT = "inspection.frequency_kept_rate"
SHARES_OF_ALL_ON_FILE = (COVERED, GRADED)
"""Figures whose denominator is every business on file; the register records it with its own figures."""


def figure_of_grade(grade: Grade) -> str:
    """The code of the figure that says which share of the graded has this grade."""
    return f"inspection.risk_grade_{grade.value.lower()}_share"


@dataclass(frozen=True, slots=True)
class Span:
    """From a day on, until before another; None: for good. `label`: a region, or a grade."""

    label: str
    since: date
    until: date | None


Contributions = dict[tuple[str, str, date], tuple[Decimal, Decimal]]
"""(figure, region, day) → numerator and denominator that begin or end on that day."""


def on_file_spans(movements: Iterable[tuple[date, str, int]]) -> list[Span]:
    """Where a business was on file when, from its comings (+1) and goings (−1): day, region, change, in any order."""
    net: Counter[tuple[str, date]] = Counter()
    for day, region, change in movements:
        net[region, day] += change
    spans: list[Span] = []
    open_since: dict[str, date] = {}
    for (region, day), change in sorted(net.items()):
        if change > 0:
            open_since.setdefault(region, day)
        elif change < 0 and region in open_since:
            spans.append(Span(region, open_since.pop(region), day))
    return spans + [Span(region, since, None) for region, since in open_since.items()]


def merged(spans: Iterable[Span]) -> list[Span]:
    """Spans that touch or overlap made one, whatever their order; all are of one label."""
    found: list[Span] = []
    for span in sorted(spans, key=lambda one: one.since):
        last = found[-1] if found else None
        if last is None or (last.until is not None and span.since > last.until):
            found.append(span)
        elif last.until is not None and (span.until is None or span.until > last.until):
            found[-1] = Span(last.label, last.since, span.until)
    return found


def in_turn(grades: Iterable[Span], inspected: Iterable[date], months_of: Mapping[str, int]) -> list[Span]:
    """When the last inspection was no longer ago than its grade of the time allows; `months_of`: by grade."""
    days = list(inspected)
    return [
        Span(grade.label, max(grade.since, span.since), _earlier(grade.until, span.until))
        for grade in grades
        if grade.label in months_of
        for span in merged(Span("", day, add_months(day, months_of[grade.label])) for day in days)
        if (span.until is None or grade.since < span.until) and (grade.until is None or span.since < grade.until)
    ]


def contributions(
    on_file: Sequence[Span],
    covered: Sequence[Span],
    grades: Sequence[Span],
    *,
    selling: Sequence[Span] = (),
    inspected: Sequence[Span] = (),
) -> Contributions:
    """All that a business adds. The businesses on file themselves are the denominators that the register records.

    `selling`: where and when it was on file as a food seller. `inspected`: when it was as often as its grade asks.
    """
    sums: Counter[tuple[str, str, date, int]] = Counter()

    def add(code: str, span: Span, *, numerator: int, denominator: int) -> None:
        for place, amount in enumerate((numerator, denominator)):
            sums[code, span.label, span.since, place] += amount
            if span.until is not None:
                sums[code, span.label, span.until, place] -= amount

    for span in _common(on_file, covered):
        add(COVERED, span, numerator=1, denominator=0)
    for span in _common(on_file, merged(grades)):
        add(GRADED, span, numerator=1, denominator=0)
    for span in _common(selling, merged(grades)):
        add(SELLERS_GRADED, span, numerator=1, denominator=0)
    for span in _common(on_file, inspected):
        add(FREQUENCY_KEPT, span, numerator=1, denominator=0)
    for span in _common(on_file, merged(grades)):
        add(FREQUENCY_KEPT, span, numerator=0, denominator=1)
    for grade in Grade:
        for span in _common(on_file, [one for one in grades if one.label == grade.value]):
            add(figure_of_grade(grade), span, numerator=1, denominator=0)
        for span in _common(on_file, merged(grades)):
            add(figure_of_grade(grade), span, numerator=0, denominator=1)
    keys = {key[:3] for key in sums}
    found = {key: (Decimal(sums[*key, 0]), Decimal(sums[*key, 1])) for key in keys}
    return {key: pair for key, pair in found.items() if any(pair)}


def difference(wanted: Contributions, recorded: Contributions) -> Contributions:
    """What is to be appended so that the recorded sums become the wanted ones."""
    nothing = (Decimal(0), Decimal(0))
    found = {}
    for key in wanted.keys() | recorded.keys():
        (want, want_of), (have, have_of) = wanted.get(key, nothing), recorded.get(key, nothing)
        if (want, want_of) != (have, have_of):
            found[key] = (want - have, want_of - have_of)
    return found


def _earlier(one: date | None, other: date | None) -> date | None:
    return min((day for day in (one, other) if day is not None), default=None)


def _common(on_file: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """The parts of the spans on file that lie in one of the others, with the region."""
    found = []
    for here in on_file:
        for other in others:
            since = max(here.since, other.since)
            ends = [span.until for span in (here, other) if span.until is not None]
            until = min(ends, default=None)
            if until is None or since < until:
                found.append(Span(here.label, since, until))
    return found
