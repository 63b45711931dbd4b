"""Working out a plan run, and keeping the rules it follows."""

import asyncio
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.checklists.coverage import add_months
from services.inspection.inspection_frequency import repository
from services.inspection.inspection_frequency.codes import PlanningRule
from services.inspection.inspection_frequency.models import InspectionPlan, PlanningRuleRow
from services.inspection.inspection_frequency.preparation import Prepared, prepare
from services.inspection.inspection_frequency.rules import Officer, Shortage, TeamPlan, plan_team
from services.inspection.inspection_frequency.schemas import (
    MOST_BUSINESSES,
    MonthRead,
    PlanningRuleWrite,
    PlanRequest,
    PlanResult,
    ShortageRead,
    TeamRead,
)
from services.inspection.risk_grades.grades.problems import TooManyBusinesses
from services.inspection.risk_grades.grades.repository import businesses_on_file
from services.inspection.risk_grades.rules import fingerprint
from shared.calendar.rules import ONE_DAY
from shared.http.auth import Actor
from shared.http.problems import Conflict, FieldError, InvalidRequest, NotFound
from shared.ids import uuid7
from shared.regions.scope import ensure_in_scope
from shared.times import day_of, now


class UnknownPlan(NotFound):
    slug, title = "unknown-inspection-plan", "没有这份检查计划"


class RuleStated(Conflict):
    """There is a row of this rule from this day on; a correction begins on another day."""

    slug, title = "planning-rule-stated", "这条规则自这一天起已有数值"


async def run(session: AsyncSession, actor: Actor, asked: PlanRequest) -> InspectionPlan:
    """Plan the inspections of a region and store the plan with the hash of its inputs.

    Raises `OutsideRegion`, `InvalidRequest` for a start in the past, `TooManyBusinesses`.
    """
    for region in sorted({asked.region_code, *(officer.region_code for officer in asked.officers)}):
        await ensure_in_scope(session, actor, region)
    if asked.start < day_of(now()).replace(day=1):
        error = FieldError(pointer="/start", message="过去的月份不能再安排，应为本月或以后", code="date")
        raise InvalidRequest("有 1 处需要改正", errors=[error])
    businesses = await businesses_on_file(
        session, region_code=asked.region_code, kinds=asked.kinds, business_ids=(), limit=MOST_BUSINESSES + 1
    )
    if len(businesses) > MOST_BUSINESSES:
        raise TooManyBusinesses(f"区划内超过 {MOST_BUSINESSES} 户，请按镇街或业态分批计划")
    prepared = await prepare(session, asked, businesses)
    plans = await asyncio.to_thread(plan_all, prepared)  # seconds of work, during which others are answered
    inputs = prepared.as_json()
    plan = InspectionPlan(
        id=uuid7(),
        region_code=asked.region_code,
        start=asked.start,
        months=asked.months,
        inputs=inputs,
        inputs_sha256=fingerprint(inputs),
        result=_result(prepared, plans).model_dump(mode="json"),
        created_at=now(),
        created_by=actor.id,
    )
    session.add(plan)
    await session.flush()
    await repository.add_inspections(
        session,
        [
            {
                "id": uuid7(),
                "plan_id": plan.id,
                "business_id": visit.business_id,
                "team": team.team,
                "month": add_months(asked.start, visit.month),
                "by": visit.by,
                "for_coverage": visit.for_coverage,
                "late": visit.late,
            }
            for team in plans
            for visit in team.visits
        ],
    )
    return plan


def plan_all(prepared: Prepared) -> list[TeamPlan]:
    """The plan of every team, by the code of its region. Pure."""
    teams = sorted({subject.team for subject in prepared.subjects} | prepared.officers.keys())
    return [
        plan_team(
            team,
            [subject for subject in prepared.subjects if subject.team == team],
            prepared.officers.get(team, []),
            start=prepared.start,
            months=prepared.months,
            officers_a_visit=prepared.rules[PlanningRule.OFFICERS_A_VISIT].value,
            covered=prepared.covered,
        )
        for team in teams
    ]


async def plan_for(session: AsyncSession, actor: Actor, plan_id: UUID) -> InspectionPlan:
    """A plan of the actor's regions. Raises `UnknownPlan`."""
    plan = await repository.visible_plan(session, actor, plan_id)
    if plan is None:
        raise UnknownPlan("请核对编号；只能查看辖区内的")
    return plan


async def state_rule(session: AsyncSession, actor: Actor, body: PlanningRuleWrite) -> PlanningRuleRow:
    """Append a number from a day on. Raises `RuleStated`."""
    if await repository.rule_from(session, body.code, body.valid_from):
        raise RuleStated("请改用另一天起的数值；已有的不改动")
    row = PlanningRuleRow(**body.model_dump(), id=uuid7(), recorded_at=now(), recorded_by=actor.id)
    session.add(row)
    await session.flush()
    return row


def _result(prepared: Prepared, plans: Sequence[TeamPlan]) -> PlanResult:
    businesses = len(prepared.subjects)
    interrupted = {business_id for team in plans for business_id in (*team.missed, *team.overdue)}
    return PlanResult(
        businesses=businesses,
        inspections=sum(len(team.visits) for team in plans),
        covered=businesses - len(interrupted),
        proof=_proof(businesses, plans),
        teams=[_team(prepared, team) for team in plans],
        rules=_rules(prepared),
    )


def _proof(businesses: int, plans: Sequence[TeamPlan]) -> str:
    missed = sum(len(team.missed) for team in plans)
    overdue = sum(len(team.overdue) for team in plans)
    words = f"在档 {businesses} 户，"
    words += f"{missed} 户在期限内安排不上全项目检查" if missed else "计划期内每一户的全项目检查都排在期限以内"
    return words + (f"；另有 {overdue} 户在计划开始前已经超期，排在最前" if overdue else "")


def _team(prepared: Prepared, plan: TeamPlan) -> TeamRead:
    officers = prepared.officers.get(plan.team, [])
    return TeamRead(
        team=plan.team,
        businesses=sum(subject.team == plan.team for subject in prepared.subjects),
        inspections=len(plan.visits),
        missed=list(plan.missed),
        overdue=list(plan.overdue),
        months=[
            MonthRead(
                month=add_months(prepared.start, load.month),
                capacity=load.capacity,
                planned=load.planned,
                undone=load.undone,
                officers=dict(load.officers),
            )
            for load in plan.months
        ],
        shortages=[_shortage(prepared, one, officers) for one in plan.shortages],
    )


def _shortage(prepared: Prepared, short: Shortage, officers: Sequence[Officer]) -> ShortageRead:
    until = _last_day(prepared.start, short.until)
    what = "两年全项目覆盖" if short.coverage else "等级规定的频次"
    a_visit = prepared.rules[PlanningRule.OFFICERS_A_VISIT].value
    each = max(sum(officer.visits for officer in officers) // len(officers), 1) if officers else None
    people = f"，照现有人员的平均次数约 {-(-short.more_visits * a_visit // each)} 人" if each else ""
    return ShortageRead(
        coverage=short.coverage,
        until=until,
        due=short.due,
        possible=short.possible,
        more_visits_a_month=short.more_visits,
        words=(
            f"{what}：到 {until} 应检查 {short.due} 次，现有人力能检查 {short.possible} 次，"
            f"缺 {short.due - short.possible} 次；每月至少再多 {short.more_visits} 次（每次 {a_visit} 人{people}）"
        ),
    )


def _rules(prepared: Prepared) -> list[str]:
    rows = [
        f"{code.label}：{row.value}（{row.source}{'' if row.verified else '，未核实'}）"
        for code, row in sorted(prepared.rules.items())
    ]
    return rows + [
        f"{rule.name}：{rule.length_in_words}（{rule.article}，自 {rule.valid_from} 起"
        f"{'' if rule.verified else '，未核实'}）"
        for rule in prepared.coverage.rules
    ]


def _last_day(start: date, month: int) -> date:
    return add_months(start, month + 1) - ONE_DAY
