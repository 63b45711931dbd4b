"""Planning a week of visits, and saying what cannot be done."""

import asyncio
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.grid.cells.problems import wrong
from services.inspection.risk_grades.grades.problems import TooManyBusinesses
from services.inspection.risk_grades.grades.repository import businesses_on_file
from services.inspection.risk_grades.rules import fingerprint
from services.inspection.visit_plans import repository
from services.inspection.visit_plans.codes import Undone
from services.inspection.visit_plans.gathering import Gathered, gather
from services.inspection.visit_plans.models import VisitPlan
from services.inspection.visit_plans.rules import LeftOut, Stop, WeekPlan, plan_week, stops_of
from services.inspection.visit_plans.schemas import (
    DutyRead,
    KeptAwayRead,
    LeftOutRead,
    WeekOfficerRead,
    WeekRequest,
    WeekResult,
    WeekVisitRead,
)
from shared.http.auth import Actor
from shared.http.problems import NotFound
from shared.ids import uuid7
from shared.regions.scope import ensure_in_scope
from shared.times import day_of, now

MOST_BUSINESSES = 20_000
A_WEEK, A_YEAR = timedelta(days=7), timedelta(days=366)


class UnknownWeekPlan(NotFound):
    slug, title = "unknown-visit-plan", "没有这份一周安排"


async def plan(session: AsyncSession, actor: Actor, asked: WeekRequest) -> VisitPlan:
    """Plan a week and keep the plan with the hash of what it was worked out from.

    Raises `OutsideRegion`, `InvalidRequest` for a week that is over, `TooManyBusinesses`.
    """
    await ensure_in_scope(session, actor, asked.region_code)
    if asked.monday <= day_of(now()) - A_WEEK:
        raise wrong("/monday", "过去的一周不能再安排，请用本周或以后的星期一", "date")
    if asked.monday > day_of(now()) + A_YEAR:
        raise wrong("/monday", "最多提前一年安排，请核对年份", "date")
    businesses = await businesses_on_file(
        session, region_code=asked.region_code, kinds=asked.kinds, business_ids=(), limit=MOST_BUSINESSES + 1
    )
    if len(businesses) > MOST_BUSINESSES:
        raise TooManyBusinesses(f"区划内超过 {MOST_BUSINESSES} 户，请按镇街或业态分批安排")
    gathered = await gather(session, asked, businesses)
    worked_out = await asyncio.to_thread(_work_out, gathered)  # others are answered meanwhile
    inputs = gathered.as_json()
    made = VisitPlan(
        id=uuid7(),
        region_code=asked.region_code,
        monday=asked.monday,
        inputs=inputs,
        inputs_sha256=fingerprint(inputs),
        result=_result(gathered, worked_out).model_dump(mode="json"),
        created_at=now(),
        created_by=actor.id,
    )
    session.add(made)
    await session.flush()
    return made


async def plan_for(session: AsyncSession, actor: Actor, plan_id: UUID) -> VisitPlan:
    """A plan of the actor's regions. Raises `UnknownWeekPlan`."""
    found = await repository.visible_plan(session, actor, plan_id)
    if found is None:
        raise UnknownWeekPlan("请核对编号；只能查看辖区内的")
    return found


def _work_out(gathered: Gathered) -> WeekPlan:
    stops = stops_of(gathered.places, gathered.duties, week_end=gathered.week_end, ahead_until=gathered.ahead_until)
    return plan_week(
        stops,
        gathered.officers,
        gathered.days,
        officers_a_visit=gathered.rule.value,
        visits_a_day=gathered.asked.visits_a_day,
    )


def _result(gathered: Gathered, week: WeekPlan) -> WeekResult:
    visits = [
        WeekVisitRead(**_stop(gathered, one.stop), day=one.day, officers=list(one.officers), late=one.late)
        for one in week.visits
    ]
    left_out = [
        LeftOutRead(**_stop(gathered, one.stop), why=one.why, words=_why(one, gathered)) for one in week.left_out
    ]
    matters = sum(len(one.duties) for one in (*visits, *left_out))
    rule = gathered.rule
    return WeekResult(
        days=gathered.days,
        matters=matters,
        visits=visits,
        left_out=left_out,
        kept_away=[
            KeptAwayRead(
                business_id=one.business.id, name=one.business.name, checked_on=one.checked_on, free_on=one.free_on
            )
            for one in gathered.kept_away
        ],
        officers=[
            WeekOfficerRead(
                id=one.id, name=one.name, days=len(one.days), visits=sum(week.loads.get(one.id, {}).values())
            )
            for one in gathered.officers
        ],
        possible=week.possible,
        more_officers=_more_officers(gathered, week),
        words=_words(gathered, week, matters),
        rules=[f"{rule.code.label}：{rule.value}（{rule.source}{'' if rule.verified else '，未核实'}）"],
    )


def _stop(gathered: Gathered, stop: Stop) -> dict[str, object]:
    return {
        "place_id": stop.place.id,
        "business_id": gathered.businesses.get(stop.place.id),
        "name": stop.place.name,
        "town": stop.place.town,
        "due": stop.due,
        "duties": [
            DutyRead(kind=one.kind, label=one.kind.label, due=one.due, source_id=one.source) for one in stop.duties
        ],
    }


def _why(left: LeftOut, gathered: Gathered) -> str:
    match left.why:
        case Undone.NOBODY_MAY:
            return (
                f"每户要 {gathered.rule.value} 名，能去的只有 {left.able} 名：其余的不能检查这一类别、"
                "须回避或不管这一片；请上级机关调派"
            )
        case Undone.DRAWN_BUSY:
            return "抽中的检查人员本周不能同去；改在下周，或按抽查的规则办理回避"
        case Undone.ALL_BUSY:
            return f"能去的 {left.able} 名本周排不出同去的一天"


def _more_officers(gathered: Gathered, week: WeekPlan) -> int:
    """How many more who may go everywhere would do for what was left out because nobody was free."""
    undone = sum(left.why is Undone.ALL_BUSY for left in week.left_out)
    each = len(gathered.days) * gathered.asked.visits_a_day
    if not undone or not each:
        return 0
    return -(-undone * gathered.rule.value // each)


def _words(gathered: Gathered, week: WeekPlan, matters: int) -> str:
    if not matters:
        return "本周没有到期要办的事，无事不扰"
    visits = len(week.visits) + len(week.left_out)
    told = f"要办的事 {matters} 件，并成 {visits} 户次"
    if not week.left_out:
        return f"{told}，都排上了"
    more = _more_officers(gathered, week)
    help_needed = f"；照每人每天 {gathered.asked.visits_a_day} 户，至少再有 {more} 名能去的人员" if more else ""
    return f"{told}：排上 {len(week.visits)} 户次，{len(week.left_out)} 户次去不成{help_needed}"
