"""Dashboards over HTTP."""

from typing import Annotated

from fastapi import Depends, Path, Query, Request

from gateway.clients import ServicesHere, caller_of
from gateway.dashboards.last_good import LastGood
from gateway.dashboards.region import read_dashboard
from gateway.dashboards.registered import read_registered
from gateway.dashboards.schemas import Dashboard, RegisteredFigures
from shared import times
from shared.contracts.codes import OFFICIALS, Role
from shared.contracts.figures import Period, PeriodKind
from shared.contracts.regions import RegionCode
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.problems import FieldError, InvalidRequest
from shared.http.routing import Router

router = Router(prefix="/api/v1/regions", tag="看板")

READERS = (*sorted(OFFICIALS), Role.REVIEWER, Role.ADMINISTRATOR, Role.EXTERNAL_SYSTEM)
CanReadDashboards = Annotated[Actor, Depends(Allow(*READERS))]

_last_good = LastGood()


def kept_answers() -> LastGood:
    """This process's memory of good answers; the page and the API share it."""
    return _last_good


KeptAnswers = Annotated[LastGood, Depends(kept_answers)]


def this_month() -> Period:
    return Period.containing(times.day_of(times.now()), PeriodKind.MONTH)


def chosen_period(
    period: Annotated[
        str | None,
        Query(max_length=10, description="2026、2026-Q3 或 2026-07；缺省为本月", examples=["2026-07"]),
    ] = None,
) -> Period:
    if not period:
        return this_month()
    try:
        return Period.parse(period)
    except ValueError as error:
        raise InvalidRequest(
            "有 1 处需要改正", errors=[FieldError(pointer="#query/period", message=str(error), code="period")]
        ) from None


ChosenPeriod = Annotated[Period, Depends(chosen_period)]
RegionInPath = Annotated[RegionCode, Path(description="区划代码，6、9 或 12 位", examples=["330203000000"])]


@router.get("/{code}/dashboard", summary="一个地区的看板")
async def get_region_dashboard(
    request: Request,
    actor: CanReadDashboards,
    code: RegionInPath,
    period: ChosenPeriod,
    services: ServicesHere,
    kept: KeptAnswers,
) -> Dashboard:
    """合并四个服务的指标与下级排名。每一部分有自己的时限与状态；缺了一部分仍答 200，四个服务都没有回答才答 503。"""
    return await read_dashboard(services, kept, code, period, actor, caller_of(request))


@router.get("/{code}/registered-figures", summary="一个地区的登记数据")
async def get_region_registered_figures(
    request: Request, actor: CanReadDashboards, code: RegionInPath, services: ServicesHere, session: Session
) -> RegisteredFigures:
    """文件中写明的数值及其出处，按所属领域分组；未经本系统计算。取不到的部分注明，其余照答。"""
    return await read_registered(services, session, code, actor, caller_of(request))
