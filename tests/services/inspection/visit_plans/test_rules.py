"""A week's plan breaks no rule of who may go where, visits nobody twice, and leaves nothing out that could be added."""

from collections import Counter
from datetime import date, timedelta
from itertools import combinations
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.inspection.visit_plans.codes import DutyKind, Undone
from services.inspection.visit_plans.rules import Duty, Officer, Place, Stop, WeekPlan, plan_week, stops_of

MONDAY = date(2026, 11, 23)
DAYS = [MONDAY + timedelta(days=number) for number in range(5)]
FRIDAY, AHEAD = DAYS[-1], MONDAY + timedelta(days=60)
DISTRICT = "演示区"


def place(number: int, **change: Any) -> Place:
    town = f"演示镇{number % 3}"
    facts: dict[str, Any] = {"id": f"主体{number:02d}", "name": "演示（虚构）", "kind": "sales", "town": town}
    return Place(**(facts | {"regions": frozenset({town, DISTRICT})} | change))


def officer(number: int, **change: Any) -> Officer:
    facts: dict[str, Any] = {"id": f"人员{number}", "name": "演示（虚构）", "region": DISTRICT}
    return Officer(**(facts | {"skills": frozenset({"sales"}), "days": frozenset(DAYS)} | change))


def duty(number: int, kind: DutyKind = DutyKind.FREQUENCY, due: date | None = FRIDAY, **change: Any) -> Duty:
    return Duty(kind, f"主体{number:02d}", f"{kind}{number}{due}", due, **change)


def planned(
    duties: list[Duty], officers: list[Officer], *, a_day: int = 2, places: list[Place] | None = None
) -> WeekPlan:
    known = {one.id: one for one in places or [place(number) for number in range(20)]}
    stops = stops_of(known, duties, week_end=FRIDAY, ahead_until=AHEAD)
    return plan_week(stops, officers, DAYS, officers_a_visit=2, visits_a_day=a_day)


def test_two_matters_at_one_place_are_one_visit_and_what_comes_next_month_is_done_along_with_it() -> None:
    duties = [
        duty(1, DutyKind.RECHECK, DAYS[1]),
        duty(1, DutyKind.CLUE, FRIDAY),
        duty(1, DutyKind.FREQUENCY, MONDAY + timedelta(days=40)),
        duty(1, DutyKind.COVERAGE, MONDAY + timedelta(days=400)),
    ]
    [visit] = planned(duties, [officer(1), officer(2)]).visits
    assert [one.kind for one in visit.stop.duties] == [DutyKind.RECHECK, DutyKind.CLUE, DutyKind.FREQUENCY]
    assert visit.day <= DAYS[1]


def test_where_nothing_is_due_nobody_goes() -> None:
    plan = planned([duty(1, due=FRIDAY + timedelta(days=1))], [officer(1), officer(2)])
    assert (plan.visits, plan.left_out) == ((), ())


def test_what_the_staff_cannot_do_falls_last_due_first_and_is_named() -> None:
    duties = [duty(number, due=DAYS[number // 4]) for number in range(8)]
    plan = planned(duties, [officer(1, days=frozenset({MONDAY})), officer(2)], a_day=3)
    assert plan.possible == 3
    assert {visit.stop.place.id for visit in plan.visits} == {f"主体{number:02d}" for number in (0, 1, 2)}
    assert {left.stop.place.id for left in plan.left_out} == {f"主体{number:02d}" for number in range(3, 8)}
    assert {(left.why, left.able) for left in plan.left_out} == {(Undone.ALL_BUSY, 2)}


def test_nobody_may_is_told_apart_from_nobody_is_free() -> None:
    recused = officer(1, recused_from=frozenset({"主体01"}))
    assert planned([duty(1)], [recused, officer(2)]).left_out[0].why is Undone.NOBODY_MAY
    unskilled = officer(1, skills=frozenset({"catering"}))
    assert planned([duty(1)], [unskilled, officer(2)]).left_out[0].why is Undone.NOBODY_MAY
    elsewhere = officer(1, region="演示镇2")
    assert planned([duty(1)], [elsewhere, officer(2)]).left_out[0].why is Undone.NOBODY_MAY
    assert planned([duty(2)], [elsewhere, officer(2)]).left_out == ()
    away = officer(1, days=frozenset())
    assert planned([duty(1)], [away, officer(2)]).left_out[0].why is Undone.ALL_BUSY


def test_whom_a_draw_sent_goes_and_takes_along_what_else_is_due_there() -> None:
    pair = frozenset({"人员3", "人员4"})
    duties = [duty(1, DutyKind.DRAWN, None, sent=pair), duty(1, DutyKind.FREQUENCY, FRIDAY)]
    [visit] = planned(duties, [officer(number) for number in range(6)]).visits
    assert set(visit.officers) == pair
    busy = planned(duties, [officer(3, days=frozenset()), officer(4), officer(5)])
    assert [left.why for left in busy.left_out] == [Undone.DRAWN_BUSY]


def test_whom_a_joint_draw_sent_from_another_department_goes_there_and_nowhere_else() -> None:
    sent = frozenset({"人员1", "人员2", "人员3"})
    people = [officer(1), officer(2), officer(3, only_drawn=True)]
    plan = planned([duty(1, DutyKind.DRAWN, None, sent=sent), duty(2), duty(3)], people)
    by_place = {visit.stop.place.id: set(visit.officers) for visit in plan.visits}
    assert by_place == {"主体01": sent, "主体02": {"人员1", "人员2"}, "主体03": {"人员1", "人员2"}}


def test_those_who_are_in_a_town_anyway_do_what_is_due_there() -> None:
    duties = [duty(0, due=MONDAY), *(duty(number, due=FRIDAY) for number in (3, 6, 9))]
    plan = planned(duties, [officer(number) for number in range(6)], a_day=4)
    assert {(visit.day, visit.officers) for visit in plan.visits} == {(MONDAY, plan.visits[0].officers)}


def test_an_overdue_visit_is_made_at_once_and_is_called_late() -> None:
    [visit] = planned([duty(1, due=MONDAY - timedelta(days=9))], [officer(1), officer(2)]).visits
    assert (visit.day, visit.late) == (MONDAY, 9)


DUTIES = st.lists(
    st.builds(
        duty,
        st.integers(0, 11),
        st.sampled_from([kind for kind in DutyKind if kind is not DutyKind.DRAWN]),
        st.integers(-5, 70).map(lambda days: MONDAY + timedelta(days=days)),
    ),
    max_size=25,
    unique_by=lambda one: one.source,
)
OFFICERS = st.lists(
    st.fixed_dictionaries(
        {
            "days": st.sets(st.sampled_from(DAYS)).map(frozenset),
            "region": st.sampled_from([DISTRICT, "演示镇0", "演示镇1"]),
            "recused_from": st.sets(st.sampled_from([f"主体{number:02d}" for number in range(12)]), max_size=4).map(
                frozenset
            ),
        }
    ),
    max_size=6,
).map(lambda rows: [officer(number, **row) for number, row in enumerate(rows)])


@settings(max_examples=60)
@given(DUTIES, OFFICERS, st.integers(1, 3), st.randoms())
def test_every_plan_keeps_the_rules(duties: list[Duty], officers: list[Officer], a_day: int, random: Any) -> None:
    plan = planned(duties, officers, a_day=a_day)
    people = {one.id: one for one in officers}
    visited = Counter(visit.stop.place.id for visit in plan.visits)
    assert not visited or max(visited.values()) == 1
    called = {one.place for one in duties if one.due is not None and one.due <= FRIDAY}
    assert visited.keys() | {left.stop.place.id for left in plan.left_out} == called
    load: Counter[tuple[str, date]] = Counter()
    for visit in plan.visits:
        assert len(visit.officers) == len(set(visit.officers)) == 2
        for one in visit.officers:
            assert people[one].may_visit(visit.stop.place)
            assert visit.day in people[one].days
            load[one, visit.day] += 1
    assert not load or max(load.values()) <= a_day
    assert len(plan.visits) <= plan.possible
    for left in plan.left_out:
        assert not can_be_added(left.stop, officers, load, a_day)
    shuffled_duties, shuffled_officers = list(duties), list(officers)
    random.shuffle(shuffled_duties)
    random.shuffle(shuffled_officers)
    assert planned(shuffled_duties, shuffled_officers, a_day=a_day) == plan


def can_be_added(stop: Stop, officers: list[Officer], load: Counter[tuple[str, date]], a_day: int) -> bool:
    return any(
        all(one.may_visit(stop.place) and day in one.days and load[one.id, day] < a_day for one in pair)
        for day in DAYS
        for pair in combinations(officers, 2)
    )
