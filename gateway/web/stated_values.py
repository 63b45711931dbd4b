"""Stated values (登记数据) as pages show them: what a document says, apart from computed figures. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.dashboards.schemas import RegisteredFigures
from gateway.web import words
from shared.contracts.figures import RegisteredFigureRead

KINDS = {"fact": "事实", "target": "目标"}


@dataclass(frozen=True)
class Stated:
    """One stated value: `value` reads `≥4.5`, or is empty where the document has words only."""

    section: str
    name: str
    value: str
    unit: str
    kind: str
    period: str
    quote: str
    source: str


def all_stated(registered: RegisteredFigures, kind: str = "") -> list[Stated]:
    """Every value, by unit and then by code; with `kind`, facts or targets only."""
    return [
        stated(section.title, figure)
        for section in registered.sections
        for figure in section.figures
        if kind in ("", figure.kind)
    ]


def stated(section: str, figure: RegisteredFigureRead) -> Stated:
    comparison = figure.comparison.replace("=", "")
    dated = f"（{words.day_words(figure.source_date)}）" if figure.source_date else ""
    return Stated(
        section=section,
        name=figure.name,
        value="" if figure.value is None else comparison + words.number(figure.value),
        unit=figure.unit,
        kind=KINDS[figure.kind],
        period=figure.period,
        quote=figure.quote,
        source=f"{figure.source}{dated}",
    )


def first_few(registered: RegisteredFigures, each: int) -> Sequence[tuple[str, list[Stated]]]:
    """For the board: a few values of each unit that has any."""
    return [
        (section.title, [stated(section.title, figure) for figure in section.figures[:each]])
        for section in registered.sections
        if section.figures
    ]
