"""Figures over HTTP: definitions, values, the rows behind them, and stated values. Stands in every unit."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Query, Request, Response
from pydantic import AwareDatetime

from shared.contracts.codes import OFFICIALS, Role
from shared.contracts.figures import (
    FigureDefinition,
    FigureRow,
    FigureSheet,
    FigureValue,
    Period,
    RegisteredFigureRead,
)
from shared.contracts.regions import RegionCode
from shared.database import Session
from shared.figures import repository, service
from shared.figures.definition import Figure
from shared.figures.schemas import RegisteredFigureCreate
from shared.http.auth import Actor, Allow
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.problems import FieldError, InvalidRequest
from shared.http.routing import Router
from shared.regions.scope import ensure_in_scope

router = Router(tag="指标")

CanReadFigures = Annotated[Actor, Depends(Allow(*OFFICIALS, Role.REVIEWER, Role.ADMINISTRATOR, Role.EXTERNAL_SYSTEM))]
CanRegisterFigures = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE, Role.ADMINISTRATOR))]


def _figures_of_this_unit(request: Request) -> Sequence[Figure]:
    figures: Sequence[Figure] = request.app.state.service.figures
    return figures


def _as_of(
    as_of: Annotated[
        AwareDatetime | None,
        Query(description="按当时已知的记录重算（较慢）；缺省为现在", examples=["2026-07-24T09:30:00+08:00"]),
    ] = None,
) -> datetime | None:
    if as_of is not None and not 1949 <= as_of.year <= 2199:
        raise InvalidRequest(
            "有 1 处需要改正",
            errors=[FieldError(pointer="#query/as_of", message="年份应在 1949 至 2199 之间", code="as_of")],
        )
    return as_of


def _period(
    period: Annotated[
        str, Query(max_length=10, description="2026、2026-Q3、2026-07 或 2026-07-24", examples=["2026-07"])
    ],
) -> Period:
    try:
        return Period.parse(period)
    except ValueError as error:
        raise InvalidRequest(
            "有 1 处需要改正", errors=[FieldError(pointer="#query/period", message=str(error), code="period")]
        ) from None


Figures = Annotated[Sequence[Figure], Depends(_figures_of_this_unit)]
PeriodQuery = Annotated[Period, Depends(_period)]
AsOfQuery = Annotated[datetime | None, Depends(_as_of)]
RegionQuery = Annotated[RegionCode, Query(description="区划代码", examples=["330203000000"])]


@router.get("/v1/figures", summary="本服务的指标及其口径")
async def list_figures(_: CanReadFigures, figures: Figures) -> list[FigureDefinition]:
    return [figure.definition for figure in figures]


@router.get("/v1/figures/values", summary="一个地区（及其下级）一个期间的全部指标")
async def read_figure_values(
    actor: CanReadFigures,
    session: Session,
    figures: Figures,
    region: RegionQuery,
    period: PeriodQuery,
    as_of: AsOfQuery,
    children: Annotated[bool, Query(description="是否连同直接下级")] = False,
) -> FigureSheet:
    return await service.read_sheet(session, actor, figures, region, period, children=children, as_of=as_of)


@router.get("/v1/figures/{code}", summary="一个指标")
async def read_figure(
    actor: CanReadFigures,
    session: Session,
    figures: Figures,
    code: str,
    region: RegionQuery,
    period: PeriodQuery,
    as_of: AsOfQuery,
) -> FigureValue:
    chosen = [service.choose(figures, code)]
    sheet = await service.read_sheet(session, actor, chosen, region, period, children=False, as_of=as_of)
    return sheet.region.figures[0]


@router.get("/v1/figures/{code}/series", summary="一个指标历期的数值，最早的在前")
async def read_figure_series(
    actor: CanReadFigures,
    session: Session,
    figures: Figures,
    code: str,
    region: RegionQuery,
    period: PeriodQuery,
    as_of: AsOfQuery,
    periods: Annotated[int, Query(ge=2, le=36, description="连同 period 一共几期")] = 12,
) -> list[FigureValue]:
    figure = service.choose(figures, code)
    return await service.read_series(session, actor, figure, region, period, periods, as_of=as_of)


@router.get("/v1/figures/{code}/rows", summary="数字背后的记录")
async def list_figure_rows(
    actor: CanReadFigures,
    session: Session,
    figures: Figures,
    code: str,
    region: RegionQuery,
    period: PeriodQuery,
    page: PageParameters,
    as_of: AsOfQuery,
    numerator_only: Annotated[bool, Query(description="只列计入分子的")] = False,
) -> Page[FigureRow]:
    await ensure_in_scope(session, actor, region)
    figure = service.choose(figures, code)
    rows, cursor = await repository.rows_behind(
        session, figure, region, period, as_of, page, numerator_only=numerator_only
    )
    return Page(items=[FigureRow.model_validate(row) for row in rows], next_cursor=cursor)


@router.get("/v1/registered-figures", summary="登记数据：文件中写明的数值及其出处")
async def list_registered_figures(
    actor: CanReadFigures,
    session: Session,
    region: RegionQuery,
    page: PageParameters,
    code: Annotated[str | None, Query(max_length=60, description="登记项代码")] = None,
    superseded: Annotated[bool, Query(description="是否包括已被更正的")] = False,
) -> Page[RegisteredFigureRead]:
    await ensure_in_scope(session, actor, region)
    rows, cursor = await repository.list_registered(session, region, page, code=code, superseded=superseded)
    return Page(items=[RegisteredFigureRead.model_validate(row) for row in rows], next_cursor=cursor)


@router.post("/v1/registered-figures", status_code=201, summary="登记一个数值及其出处")
async def register_figure(
    actor: CanRegisterFigures, session: Session, stated: RegisteredFigureCreate, response: Response, _: Idempotent
) -> RegisteredFigureRead:
    row = await service.register(session, actor, stated)
    return RegisteredFigureRead.model_validate(row)
