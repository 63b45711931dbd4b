"""Dashboards over HTTP."""

from datetime import datetime
from typing import Annotated

from fastapi import Depends, Path, Query, Request, Response

from gateway.clients import ServicesHere, caller_of
from gateway.dashboards.comparison import MOST_REGIONS, read_comparison
from gateway.dashboards.last_good import LastGood
from gateway.dashboards.region import read_dashboard
from gateway.dashboards.registered import read_registered
from gateway.dashboards.schemas import Comparison, Dashboard, RegisteredFigures, Trend
from gateway.dashboards.trend import read_definition, read_trend
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

FIRST_MOMENT = datetime(1949, 10, 1, tzinfo=times.SHANGHAI)


def kept_answers(request: Request) -> LastGood:
    """This gateway's memory of good answers; the page and the API share it."""
    last_good: LastGood = request.app.state.last_good
    return last_good


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


def chosen_moment(
    as_of: Annotated[
        str | None,
        Query(
            max_length=40,
            description="回看：按当时已知的记录重算（较慢）；不写时区的按东八区；缺省为现在",
            examples=["2026-07-24T09:30"],
        ),
    ] = None,
) -> datetime | None:
    if not as_of:
        return None
    try:
        moment = datetime.fromisoformat(as_of)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=times.SHANGHAI)
        if not FIRST_MOMENT <= moment <= times.now():
            raise ValueError(as_of)
    except (ValueError, OverflowError):
        sentence = "回看的时间应写作 2026-07-24T09:30，在 1949 年以后，不晚于现在"
        raise InvalidRequest(
            "有 1 处需要改正", errors=[FieldError(pointer="#query/as_of", message=sentence, code="as_of")]
        ) from None
    return moment


ChosenPeriod = Annotated[Period, Depends(chosen_period)]
ChosenMoment = Annotated[datetime | None, Depends(chosen_moment)]
Against = Annotated[
    list[RegionCode],
    Query(
        min_length=1,
        max_length=MOST_REGIONS - 1,
        description="同哪些地区比，可以写几次",
        examples=[["330203001000", "330203002000"]],
    ),
]
RegionInPath = Annotated[RegionCode, Path(description="区划代码，6、9 或 12 位", examples=["330203000000"])]


@router.get("/{code}/dashboard", summary="一个地区的看板", response_model=Dashboard)
async def get_region_dashboard(
    request: Request,
    actor: CanReadDashboards,
    code: RegionInPath,
    period: ChosenPeriod,
    moment: ChosenMoment,
    services: ServicesHere,
    kept: KeptAnswers,
) -> Response:
    """合并四个服务的指标与下级排名。每一部分有自己的时限与状态；缺了一部分仍答 200，四个服务都没有回答才答 503。

    `as_of` 回看：按当时已知的记录重算；`not_rewound` 写明哪些仍按现在的。
    """
    dashboard = await read_dashboard(services, kept, code, period, actor, caller_of(request), moment)
    return Response(dashboard.body, media_type="application/json")


@router.get("/{code}/trends/{figure}", summary="一个指标的走势")
async def get_region_trend(
    request: Request,
    _: CanReadDashboards,
    code: RegionInPath,
    figure: Annotated[str, Path(max_length=80, description="指标代码", examples=["sampling.rapid_tests"])],
    period: ChosenPeriod,
    moment: ChosenMoment,
    services: ServicesHere,
) -> Trend:
    """最早的在前，最后一个是 `period`：日看 14 天，月看 12 个月，季看 8 季，年看 5 年。"""
    caller = caller_of(request)
    definition = await read_definition(services, figure, caller)
    return await read_trend(services, definition, code, period, caller, moment)


@router.get("/{code}/comparison", summary="几个地区并排比较")
async def get_region_comparison(
    request: Request,
    _: CanReadDashboards,
    code: RegionInPath,
    against: Against,
    period: ChosenPeriod,
    moment: ChosenMoment,
    services: ServicesHere,
    kept: KeptAnswers,
) -> Comparison:
    """各服务的指标，在所选地区之间排名，并列占同一名次。有一个地区不在管辖区域内即答 403。"""
    regions = list(dict.fromkeys([code, *against]))
    return await read_comparison(services, kept, regions, period, caller_of(request), moment)


@router.get("/{code}/registered-figures", summary="一个地区的登记数据")
async def get_region_registered_figures(
    request: Request, actor: CanReadDashboards, code: RegionInPath, services: ServicesHere, session: Session
) -> RegisteredFigures:
    """文件中写明的数值及其出处，按所属领域分组；未经本系统计算。取不到的部分注明，其余照答。"""
    return await read_registered(services, session, code, actor, caller_of(request))
