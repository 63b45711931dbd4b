"""The targets that documents state for figures: a stated target under a figure's own code is that figure's. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from gateway.dashboards.schemas import RegisteredFigures
from gateway.web import words
from shared.contracts.figures import FigureDefinition, Period

AIMS = {"≥": "不低于", "≤": "不高于", "=": "等于", "": "为"}


@dataclass(frozen=True)
class Target:
    """What a figure is to reach, and where that is written."""

    comparison: str
    value: Decimal
    source: str

    def is_met_by(self, value: Decimal) -> bool:
        return {"≥": value >= self.value, "≤": value <= self.value}.get(self.comparison, value == self.value)


def target_of(definition: FigureDefinition, period: Period, registered: RegisteredFigures) -> Target | None:
    """The target of a figure in a period: the one that was registered last among those of the shortest period.

    A target in another unit is not comparable, and is none.
    """
    stated = [
        figure
        for section in registered.sections
        for figure in section.figures
        if figure.kind == "target" and figure.code == definition.code and figure.unit == definition.unit
    ]
    fitting = [figure for figure in stated if figure.value is not None and _covers(figure.period, period)]
    if not fitting:
        return None
    chosen = min(fitting, key=lambda figure: (_days(figure.period), -figure.recorded_at.timestamp()))
    assert chosen.value is not None
    return Target(chosen.comparison, chosen.value, chosen.source)


def as_shown(value: Decimal, decimals: int) -> Decimal:
    """A figure's value as its tile shows it, by which a target is met or missed."""
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN)


def target_words(target: Target, value: Decimal | None, unit: str, decimals: int) -> str:
    """`目标不低于98.5%，还差0.7个百分点`; the difference is of what stands on the tile."""
    wanted = f"目标{AIMS[target.comparison]}{words.number(target.value)}{unit}"
    if value is None:
        return wanted
    shown = as_shown(value, decimals)
    if target.is_met_by(shown):
        return f"{wanted}，已达到"
    points = "个百分点" if unit == "%" else unit
    verb = "超出" if target.comparison == "≤" else "还差" if shown < target.value else "多出"
    return f"{wanted}，{verb}{words.number(abs(target.value - shown))}{points}"


def targets_of(
    definitions: Iterable[FigureDefinition], period: Period, registered: RegisteredFigures
) -> dict[str, Target]:
    """The targets of these figures in a period, by the figure's code."""
    found = {definition.code: target_of(definition, period, registered) for definition in definitions}
    return {code: target for code, target in found.items() if target is not None}


def _span(text: str) -> Period | None:
    try:
        return Period.parse(text)
    except ValueError:
        return None


def _covers(stated: str, period: Period) -> bool:
    """Whether a stated period holds all of `period`; one that names none holds always."""
    if not stated:
        return True
    span = _span(stated)
    return span is not None and span.first <= period.first and period.end <= span.end


def _days(stated: str) -> int:
    span = _span(stated)
    return (span.end - span.first).days if span else 10**6
