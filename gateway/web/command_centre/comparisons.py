"""Chosen regions side by side on one page: the same figures, ranked among those that were chosen."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from gateway.clients import ServicesHere
from gateway.dashboards.comparison import MOST_REGIONS, read_comparison
from gateway.dashboards.region import NOT_REWOUND
from gateway.dashboards.router import ChosenMoment, ChosenPeriod, KeptAnswers, RegionInPath, this_month
from gateway.dashboards.schemas import ComparedFigure, ComparedSection, Comparison
from gateway.web import boards, csv_export, words
from gateway.web.command_centre.board_pages import looking_back, moment_parameter
from gateway.web.pages import render
from gateway.web.regions import crumbs_to, places_below, region_name
from gateway.web.visitors import CanReadBoards
from shared.contracts.regions import RegionCode
from shared.database import Session
from shared.regions import repository as regions

router = APIRouter(include_in_schema=False)

Against = Annotated[list[RegionCode], Query(max_length=MOST_REGIONS - 1)]


@dataclass(frozen=True)
class Cell:
    """One region's figure: its place among the compared, how it reads, and the way to its rows."""

    rank: int | None
    reading: words.Reading
    note: str
    address: str


@router.get("/regions/{code}/comparison")
async def comparison_page(
    request: Request,
    visitor: CanReadBoards,
    code: RegionInPath,
    period: ChosenPeriod,
    moment: ChosenMoment,
    services: ServicesHere,
    kept: KeptAnswers,
    session: Session,
    against: Against = [],  # noqa: B006 (FastAPI copies it)
) -> Response:
    """Without a choice yet, only the choice. The places offered are the region's neighbours within reach and below."""
    chosen = list(dict.fromkeys([code, *against]))
    compared = (
        await read_comparison(services, kept, chosen, period, visitor.caller, moment) if len(chosen) > 1 else None
    )
    above = await regions.ancestors_of(session, code)
    beside = (
        [above[-1].code] if above and await regions.is_within(session, above[-1].code, visitor.actor.regions) else []
    )
    places = [
        place for place in await places_below(session, [*beside, code, *visitor.actor.regions]) if place[0] != code
    ]
    return render(
        request,
        "command_centre/comparison.html",
        region_code=code,
        region_name=await region_name(session, code),
        period=period,
        periods=boards.period_choices(this_month()),
        moment=moment_parameter(moment),
        moment_words=words.full_time(moment) if moment else "",
        not_rewound=NOT_REWOUND,
        crumbs=[*await crumbs_to(session, visitor, code, period, link_last=True), ("几个地方比", "")],
        places=list(dict.fromkeys(places)),
        chosen=chosen[1:],
        most=MOST_REGIONS - 1,
        compared=compared,
        compared_query=urlencode(
            {"period": str(period), "against": chosen[1:]} | looking_back(moment),
            doseq=True,
        ),
        tables=[(section, rows_of(section, compared)) for section in compared.sections] if compared else [],
    )


@router.get("/regions/{code}/comparison.csv")
async def export_comparison(
    visitor: CanReadBoards,
    code: RegionInPath,
    period: ChosenPeriod,
    moment: ChosenMoment,
    services: ServicesHere,
    kept: KeptAnswers,
    against: Against,
) -> Response:
    chosen = list(dict.fromkeys([code, *against]))
    compared = await read_comparison(services, kept, chosen, period, visitor.caller, moment)
    header = [
        "服务",
        "指标",
        "单位",
        "区划代码",
        "地方",
        "名次",
        "数值",
        "状态",
        "分子",
        "分母",
        "区间下限",
        "区间上限",
        "截至",
    ]
    rows = [
        [
            section.title,
            item.definition.name,
            item.definition.unit,
            place.region_code,
            place.region_name,
            place.rank,
            place.figure.value,
            place.figure.state.label,
            place.figure.numerator,
            place.figure.denominator,
            place.figure.low,
            place.figure.high,
            words.full_time(place.figure.as_of),
        ]
        for section in compared.sections
        for item in section.figures
        for place in item.places
    ]
    rows += [[section.title, "", section.note] for section in compared.sections if section.note]
    return csv_export.download(f"几个地方比较{period.label}.csv", header, rows)


def rows_of(section: ComparedSection, compared: Comparison) -> Sequence[tuple[ComparedFigure, Sequence[Cell | None]]]:
    """Figures with a cell for each region, in the order of the columns; those without any number stand last."""
    rows = [
        (item, [_cell(item, region.region_code, compared.period) for region in compared.regions])
        for item in section.figures
    ]
    return sorted(rows, key=lambda row: not any(cell and cell.reading.is_number for cell in row[1]))


def _cell(item: ComparedFigure, region: str, period: str) -> Cell | None:
    for place in item.places:
        if place.region_code == region:
            figure = place.figure
            return Cell(
                place.rank,
                boards.reading_of(item.definition, figure),
                words.share_note(figure.numerator, figure.denominator, figure.low, figure.high),
                boards.figure_address(region, figure.code, period),
            )
    return None
