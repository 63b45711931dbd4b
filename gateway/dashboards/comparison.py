"""Chosen regions side by side, each asked for by itself: a service refuses whoever may not see one of them."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from gateway.clients import Caller, Services, ServiceSilent
from gateway.dashboards.last_good import LastGood
from gateway.dashboards.ranking import ranked
from gateway.dashboards.region import NothingToShow
from gateway.dashboards.schemas import (
    ComparedFigure,
    ComparedRegion,
    ComparedSection,
    Comparison,
    SectionStatus,
)
from gateway.dashboards.section import read_sheet
from shared.contracts.codes import SERVICES, Unit
from shared.contracts.figures import FigureSheet, Period

MOST_REGIONS = 6
"""A table of more columns is read by nobody."""


async def read_comparison(
    services: Services,
    last_good: LastGood,
    regions: Sequence[str],
    period: Period,
    caller: Caller,
    as_of: datetime | None = None,
) -> Comparison:
    """All figures of `regions`. Raises `Refused` for a region that is not the caller's; all silent: `NothingToShow`."""
    told = await asyncio.gather(
        *(_told_by(services, last_good, unit, regions, period, caller, as_of) for unit in SERVICES)
    )
    names = {sheet.region.region_code: sheet.region.region_name for sheets in told for sheet in sheets if sheet}
    if not names:
        raise NothingToShow("四个服务都没有回答，请过一会儿再刷新", headers={"Retry-After": "5"})
    return Comparison(
        period=str(period),
        regions=[ComparedRegion(region_code=code, region_name=names.get(code, code)) for code in regions],
        sections=[_section(unit, regions, sheets, names) for unit, sheets in zip(SERVICES, told, strict=True)],
    )


async def _told_by(
    services: Services,
    last_good: LastGood,
    unit: Unit,
    regions: Sequence[str],
    period: Period,
    caller: Caller,
    as_of: datetime | None,
) -> list[FigureSheet | None]:
    """What a service tells of each region; None where it was silent."""
    answers = await asyncio.gather(
        *(read_sheet(services, last_good, unit, code, period, caller, children=False, as_of=as_of) for code in regions),
        return_exceptions=True,
    )
    sheets: list[FigureSheet | None] = []
    for answer in answers:
        if isinstance(answer, BaseException) and not isinstance(answer, ServiceSilent):
            raise answer
        sheets.append(answer if isinstance(answer, FigureSheet) else None)
    return sheets


def _section(
    unit: Unit, regions: Sequence[str], sheets: Sequence[FigureSheet | None], names: dict[str, str]
) -> ComparedSection:
    told = [sheet for sheet in sheets if sheet is not None]
    untold = [names.get(code, code) for code, sheet in zip(regions, sheets, strict=True) if sheet is None]
    status = SectionStatus.OK if not untold else SectionStatus.PARTIAL if told else SectionStatus.UNAVAILABLE
    return ComparedSection(
        service=unit,
        title=unit.label,
        status=status,
        note=f"{unit.label}服务暂不可用，没有取到{'、'.join(untold)}的数" if untold else "",
        figures=[
            ComparedFigure(
                definition=definition,
                places=ranked(
                    definition,
                    (
                        (sheet.region.region_name, figure)
                        for sheet in told
                        for figure in sheet.region.figures
                        if figure.code == definition.code
                    ),
                ),
            )
            for definition in (told[0].definitions if told else [])
        ],
    )
