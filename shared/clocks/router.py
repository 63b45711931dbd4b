"""Clocks, their rules and the calendar over HTTP; the same in every service."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Query, Response

from shared.calendar.repository import load_calendar
from shared.calendar.rules import CalendarDay
from shared.calendar.service import Notice, current_notice
from shared.clocks import administration, repository
from shared.clocks.problems import ClockNotFound
from shared.clocks.reading import show_clock, show_clock_in_full, show_rule, show_year
from shared.clocks.repository import ClockFilter, ClockFilterState
from shared.clocks.schemas import (
    CalendarYearLoaded,
    CalendarYearRead,
    CalendarYearWrite,
    ClockDetail,
    ClockRead,
    ClockRuleRead,
    ClockRuleWrite,
    RuleCode,
)
from shared.contracts.clocks import Authority
from shared.contracts.codes import OFFICIALS, Role
from shared.contracts.regions import RegionCode
from shared.database import Session
from shared.http.auth import Actor, Allow, AnyActor
from shared.http.etags import IfMatchWhenPresent, set_etag
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router
from shared.regions.common_rules import keeper_of_common_rules
from shared.regions.repository import is_within
from shared.times import now

router = Router(tag="期限与工作日")

CanReadClocks = Annotated[Actor, Depends(Allow(*OFFICIALS, Role.ADMINISTRATOR))]
CanSetClockRules = Annotated[Actor, Depends(keeper_of_common_rules(Role.LEADER, Role.FOOD_SAFETY_OFFICE))]
Year = Annotated[int, Path(ge=2004, le=2100, description="年份")]
ValidFrom = Annotated[date, Path(description="规则的生效日期")]


@router.get("/v1/clocks")
async def list_clocks(
    session: Session,
    actor: CanReadClocks,
    page: PageParameters,
    state: Annotated[ClockFilterState | None, Query(description="如 overdue 只看超期未办")] = None,
    region: Annotated[RegionCode | None, Query(description="区划代码，含其下级")] = None,
    code: Annotated[str | None, Query(max_length=64, description="期限代码")] = None,
    object_type: Annotated[str | None, Query(max_length=64, description="对象种类")] = None,
    object_id: Annotated[UUID | None, Query(description="对象编号")] = None,
) -> Page[ClockRead]:
    """期限列表，最早到期的在前"""
    wanted = ClockFilter(state, region, code, object_type, object_id)
    moment, calendar = now(), await load_calendar(session)
    rows, next_cursor = await repository.list_clocks(session, wanted, actor, moment, page)
    return Page(items=[show_clock(row, calendar, moment) for row in rows], next_cursor=next_cursor)


@router.get("/v1/clocks/{clock_id}")
async def get_clock(session: Session, actor: CanReadClocks, clock_id: UUID, response: Response) -> ClockDetail:
    """一个期限：依据、剩余时间、全部经过"""
    row = await repository.get_clock(session, clock_id)
    if row is None or not await is_within(session, row.region_code, actor.regions):
        raise ClockNotFound(f"没有编号为 {clock_id} 的期限，或不在您的管辖区域内，请核对编号")
    set_etag(response, row)
    return show_clock_in_full(row, await load_calendar(session), now())


@router.get("/v1/clock-rules")
async def list_clock_rules(
    session: Session,
    actor: AnyActor,
    code: Annotated[str | None, Query(max_length=64, description="期限代码")] = None,
) -> list[ClockRuleRead]:
    """期限规则：长度、起算、中止、延长、依据、是否核对"""
    return [show_rule(row) for row in await repository.rules_in_force(session, code)]


@router.get("/v1/clock-rules/{code}/{authority}/{valid_from}")
async def get_clock_rule(
    session: Session, actor: AnyActor, code: RuleCode, authority: Authority, valid_from: ValidFrom, response: Response
) -> ClockRuleRead:
    """一条期限规则"""
    row = await administration.read_rule(session, code, authority, valid_from)
    set_etag(response, row)
    return show_rule(row)


@router.put("/v1/clock-rules/{code}/{authority}/{valid_from}")
async def put_clock_rule(
    session: Session,
    actor: CanSetClockRules,
    code: RuleCode,
    authority: Authority,
    valid_from: ValidFrom,
    expected_version: IfMatchWhenPresent,
    body: ClockRuleWrite,
    response: Response,
) -> ClockRuleRead:
    """更正或新增期限规则（只影响此后触发的期限）"""
    rule = body.to_rule(code, authority, valid_from)
    row = await administration.correct_rule(
        session, rule, reason=body.reason, expected_version=expected_version or 0, actor=actor
    )
    set_etag(response, row)
    return show_rule(row)


@router.get("/v1/calendar/{year}")
async def get_calendar_year(session: Session, actor: AnyActor, year: Year, response: Response) -> CalendarYearRead:
    """一年的放假与调休"""
    notice = await current_notice(session, year)
    set_etag(response, notice)
    return show_year(notice, await load_calendar(session))


@router.put("/v1/calendar/{year}")
async def put_calendar_year(
    session: Session,
    actor: CanSetClockRules,
    year: Year,
    expected_version: IfMatchWhenPresent,
    body: CalendarYearWrite,
    response: Response,
) -> CalendarYearLoaded:
    """装入一年的放假通知，并重算受影响的期限"""
    days = [CalendarDay(row.day, row.working, row.name) for row in body.days]
    notice = Notice(year, body.source, body.document_number, body.issued_on, days)
    stored, moved = await administration.publish_year(
        session, notice, expected_version=expected_version or 0, actor=actor
    )
    set_etag(response, stored)
    shown = show_year(stored, await load_calendar(session))
    return CalendarYearLoaded(**shown.model_dump(), moved_clocks=moved)
