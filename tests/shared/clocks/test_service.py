"""Clocks on objects: opened once, stopped and extended by the rule, told once when they end."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.calendar.rules import CalendarDay
from shared.calendar.service import Notice
from shared.clocks import service
from shared.clocks.administration import correct_rule, publish_year
from shared.clocks.bulk import Passed, open_met_clocks
from shared.clocks.models import ClockRow, ClockRuleRow
from shared.clocks.problems import ClockClosed, ClockNotFound, ClockStepRefused, NoClockRule
from shared.clocks.repository import rules_in_force
from shared.clocks.seed import seed, shipped_rules
from shared.clocks.sweep import sweep_overdue
from shared.contracts.clocks import Authority, ClockState
from shared.contracts.codes import Role, Unit
from shared.database import create_engine, create_sessions
from shared.events.models import OutboxEvent
from shared.http.auth import Actor
from shared.times import SHANGHAI
from tests.conftest import SessionOf, settings_of

REGION = "330203000000"
OFFICER = Actor(
    id=uuid4(),
    name="演示人员",
    kind="user",
    roles=frozenset({Role.FOOD_SAFETY_OFFICE}),
    regions=(REGION,),
    organisation_id=None,
    business_id=None,
    scopes=frozenset(),
)


@pytest.fixture
async def session(session_of: SessionOf) -> AsyncSession:
    return await session_of(Unit.SCORING)


def at(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=SHANGHAI)


async def open_on(
    session: AsyncSession,
    code: str,
    triggered_at: datetime,
    object_id: UUID | None = None,
    authority: Authority = Authority.MARKET,
) -> ClockRow:
    return await service.open_clock(
        session,
        code=code,
        object_type="sample",
        object_id=object_id or uuid4(),
        region_code=REGION,
        triggered_at=triggered_at,
        title="（演示）豇豆抽检",
        authority=authority,
    )


async def events_of(session: AsyncSession, clock: ClockRow) -> Sequence[str]:
    statement = select(OutboxEvent.type).where(OutboxEvent.subject == str(clock.id)).order_by(OutboxEvent.time)
    return (await session.scalars(statement)).all()


async def sweep(session: AsyncSession, moment: datetime) -> int:
    return await sweep_overdue(session, Unit.SCORING, moment)


def history(clock: ClockRow) -> list[str]:
    return [entry.kind.value for entry in clock.entries]


async def test_a_clock_is_due_by_the_rule_of_its_authority(session: AsyncSession) -> None:
    market = await open_on(session, "retest_application", at(2026, 9, 21, 9))
    agriculture = await open_on(session, "retest_application", at(2026, 9, 21, 9), authority=Authority.AGRICULTURE)
    assert market.due_at == at(2026, 10, 9)  # 7 working days over 中秋 and 国庆
    assert agriculture.due_at == at(2026, 9, 30)
    assert [entry.due_at for entry in market.entries] == [market.due_at]


async def test_the_same_trigger_opens_one_clock_however_often_it_is_reported(session: AsyncSession) -> None:
    sample = uuid4()
    first = await open_on(session, "retest_application", at(2026, 9, 21, 9), sample)
    again = await open_on(session, "retest_application", at(2026, 9, 21, 9), sample)
    other = await open_on(session, "retest_application", at(2026, 9, 22, 9), sample)
    assert first.id == again.id
    assert [clock.id for clock in await service.clocks_of(session, "sample", sample)] == [first.id, other.id]


async def test_a_trigger_that_no_rule_covers_is_refused_and_says_so(session: AsyncSession) -> None:
    with pytest.raises(NoClockRule, match="2001-01-01"):
        await open_on(session, "retest_application", at(2001, 1, 1, 9))
    with pytest.raises(NoClockRule, match="no_such_clock"):
        await open_on(session, "no_such_clock", at(2026, 1, 5, 9))


async def test_a_complaint_accepted_later_keeps_the_rule_of_the_day_it_was_received(session: AsyncSession) -> None:
    clock = await service.open_clock(
        session,
        code="complaint_mediation",
        object_type="complaint",
        object_id=uuid4(),
        region_code=REGION,
        triggered_at=at(2026, 4, 17, 9),
        in_force_at=at(2026, 4, 13, 9),
        title="（演示）投诉",
    )
    assert clock.rule.length == 45


async def test_pauses_and_extensions_move_the_end_and_stand_in_the_history(session: AsyncSession) -> None:
    clock = await open_on(session, "case_decision", at(2026, 3, 2, 9))
    assert clock.due_at == at(2026, 6, 1)
    await service.pause_clock(session, clock.id, reason="testing", at=at(2026, 3, 10), actor=OFFICER, evidence="委托书")
    assert clock.state is ClockState.PAUSED
    assert clock.entries[-1].due_at is None
    await service.resume_clock(session, clock.id, at=at(2026, 3, 20), actor=OFFICER)
    assert (clock.state, clock.due_at) == (ClockState.RUNNING, at(2026, 6, 11))
    await service.extend_clock(session, clock.id, length=30, reason="案情复杂", at=at(2026, 6, 1), actor=OFFICER)
    assert clock.due_at == at(2026, 7, 11)
    assert history(clock) == ["opened", "paused", "resumed", "extended"]
    assert [entry.number for entry in clock.entries] == [1, 2, 3, 4] and clock.version == 4
    assert (clock.entries[1].actor_name, clock.entries[1].evidence) == ("演示人员", "委托书")


async def test_a_clock_read_again_reckons_the_same_end(session: AsyncSession) -> None:
    clock = await open_on(session, "case_decision", at(2026, 3, 2, 9))
    await service.pause_clock(session, clock.id, reason="testing", at=at(2026, 3, 10, 11))
    await service.resume_clock(session, clock.id, at=at(2026, 3, 20, 15))
    end, clock_id = clock.due_at, clock.id
    session.expunge_all()
    assert await service.recompute_clocks(session, at(2026, 1, 1)) == 0
    await service.extend_clock(session, clock_id, length=30, reason="案情复杂", at=at(2026, 4, 1))
    (again,) = [row for row in await service.clocks_of(session, "sample", clock.object_id) if row.id == clock_id]
    assert (again.due_at - end).days == 30


async def test_a_step_the_rule_does_not_know_is_refused(session: AsyncSession) -> None:
    clock = await open_on(session, "retest_application", at(2026, 9, 21, 9))
    with pytest.raises(ClockStepRefused, match="规则允许的事由：无"):
        await service.pause_clock(session, clock.id, reason="testing", at=at(2026, 9, 22))
    with pytest.raises(ClockStepRefused, match="可延长 0 次"):
        await service.extend_clock(session, clock.id, length=1, reason="忙", at=at(2026, 9, 22))
    with pytest.raises(ClockNotFound):
        await service.meet_clock(session, uuid4())


async def test_a_duty_left_undone_is_told_once(session: AsyncSession) -> None:
    clock = await open_on(session, "inspection_report", at(2026, 3, 2, 9))
    await sweep(session, clock.due_at)
    assert await events_of(session, clock) == []
    for _ in range(3):
        await sweep(session, at(2026, 5, 1))
    assert clock.state is ClockState.BREACHED
    assert await events_of(session, clock) == ["scoring.clock.breached.v1"]
    assert history(clock) == ["opened", "breached"]


async def test_a_duty_done_late_between_two_sweeps_is_told_all_the_same(session: AsyncSession) -> None:
    clock = await open_on(session, "inspection_report", at(2026, 3, 2, 9))
    await service.meet_clock(session, clock.id, at=at(2026, 5, 1))
    await sweep(session, at(2026, 5, 2))
    await sweep(session, at(2026, 5, 3))
    assert (clock.state, clock.late) == (ClockState.MET, True)
    assert await events_of(session, clock) == ["scoring.clock.breached.v1"]


async def test_a_duty_done_in_time_is_never_told(session: AsyncSession) -> None:
    clock = await open_on(session, "inspection_report", at(2026, 3, 2, 9))
    await service.meet_clock(session, clock.id, at=clock.due_at, actor=OFFICER)
    await sweep(session, at(2026, 5, 2))
    assert (clock.state, clock.late) == (ClockState.MET, False)
    assert await events_of(session, clock) == []
    with pytest.raises(ClockClosed):
        await service.cancel_clock(session, clock.id, reason="重复")


async def test_a_duty_done_in_time_but_recorded_late_takes_the_breach_back(session: AsyncSession) -> None:
    clock = await open_on(session, "inspection_report", at(2026, 3, 2, 9))
    await sweep(session, at(2026, 5, 1))
    await service.meet_clock(session, clock.id, at=at(2026, 3, 20), evidence="纸质报告")
    await sweep(session, at(2026, 5, 2))
    await sweep(session, at(2026, 5, 3))
    assert await events_of(session, clock) == ["scoring.clock.breached.v1", "scoring.clock.end_withdrawn.v1"]
    assert history(clock) == ["opened", "breached", "met", "end_withdrawn"]


async def test_a_paused_clock_is_never_told_however_long_it_stands_still(session: AsyncSession) -> None:
    clock = await open_on(session, "case_decision", at(2026, 3, 2, 9))
    await service.pause_clock(session, clock.id, reason="hearing", at=at(2026, 3, 10))
    await sweep(session, at(2030, 1, 1))
    assert (clock.state, await events_of(session, clock)) == (ClockState.PAUSED, [])
    await service.meet_clock(session, clock.id, at=at(2026, 10, 1))
    assert not clock.late


async def test_a_right_not_used_lapses_and_cannot_be_used_afterwards(session: AsyncSession) -> None:
    clock = await open_on(session, "rapid_test_objection", at(2026, 3, 2, 9))
    await sweep(session, at(2026, 3, 2, 14))
    assert (clock.state, clock.closed_at) == (ClockState.ELAPSED, at(2026, 3, 2, 13))
    assert await events_of(session, clock) == ["scoring.clock.elapsed.v1"]
    with pytest.raises(ClockStepRefused, match="失权"):
        await service.meet_clock(session, clock.id, at=at(2026, 3, 2, 13, 1))


async def test_a_right_used_in_time_but_recorded_after_the_lapse_stands(session: AsyncSession) -> None:
    clock = await open_on(session, "rapid_test_objection", at(2026, 3, 2, 9))
    await sweep(session, at(2026, 3, 2, 14))
    await service.meet_clock(session, clock.id, at=at(2026, 3, 2, 12, 59))
    await sweep(session, at(2026, 3, 2, 15))
    assert clock.state is ClockState.MET
    assert await events_of(session, clock) == ["scoring.clock.elapsed.v1", "scoring.clock.end_withdrawn.v1"]


async def test_a_minimum_cannot_be_met_early_and_runs_out_by_itself(session: AsyncSession) -> None:
    clock = await open_on(session, "backup_sample_qualified_retention", at(2026, 1, 15, 9))
    with pytest.raises(ClockStepRefused, match="须满 3 个月"):
        await service.meet_clock(session, clock.id, at=at(2026, 2, 1))
    await sweep(session, at(2026, 4, 16, 1))
    assert (clock.state, clock.closed_at) == (ClockState.ELAPSED, at(2026, 4, 16))


async def test_a_cancelled_clock_is_silent(session: AsyncSession) -> None:
    clock = await open_on(session, "inspection_report", at(2026, 3, 2, 9))
    await service.cancel_clock(session, clock.id, reason="任务撤销", at=at(2026, 3, 5), actor=OFFICER)
    await sweep(session, at(2030, 1, 1))
    assert (clock.state, await events_of(session, clock)) == (ClockState.CANCELLED, [])


NOTICE_2027 = Notice(
    2027,
    "（虚构）2027 年放假通知",
    "",
    None,
    [CalendarDay(date(2027, 1, 1), False, "元旦"), CalendarDay(date(2027, 1, 4), False, "元旦")],
)


async def test_loading_a_years_notice_settles_its_provisional_ends(session: AsyncSession) -> None:
    clock = await open_on(session, "inspection_report", at(2026, 12, 10, 9))
    assert (clock.due_at, clock.provisional) == (at(2027, 1, 8), True)
    untouched = await open_on(session, "inspection_report", at(2026, 3, 2, 9))
    _, moved = await publish_year(session, NOTICE_2027, expected_version=0, actor=OFFICER)
    assert moved == 1
    assert (clock.due_at, clock.provisional) == (at(2027, 1, 12), False)
    assert history(clock) == ["opened", "recomputed"]
    assert history(untouched) == ["opened"]


async def test_a_breach_that_a_holiday_undoes_is_taken_back_and_the_clock_runs_on(session: AsyncSession) -> None:
    clock = await open_on(session, "retest_acceptance", at(2028, 1, 3, 9))
    assert clock.due_at == at(2028, 1, 11)
    clock_id = clock.id
    await sweep(session, at(2028, 1, 11, 1))
    assert clock.state is ClockState.BREACHED
    off = [CalendarDay(date(2028, 1, day), False, "（虚构）假日") for day in (4, 5, 6, 7)]
    await publish_year(session, Notice(2028, "（虚构）", "", None, off), expected_version=0, actor=OFFICER)
    assert (clock.state, clock.due_at) == (ClockState.RUNNING, at(2028, 1, 15))
    await sweep(session, at(2028, 1, 12))
    assert history(clock) == ["opened", "breached", "recomputed", "end_withdrawn"]
    await sweep(session, at(2028, 1, 16))
    assert (clock.id, clock.state) == (clock_id, ClockState.BREACHED)
    assert [kind.split(".")[2] for kind in await events_of(session, clock)] == ["breached", "end_withdrawn", "breached"]


async def test_loading_the_seed_again_changes_nothing(session: AsyncSession) -> None:
    before = {row.id for row in await rules_in_force(session)}
    await seed(session)
    assert {row.id for row in await rules_in_force(session)} == before
    assert len(before) == len(list(shipped_rules()))


async def test_a_bureaus_own_rule_survives_the_seed_and_leaves_running_clocks_alone(session: AsyncSession) -> None:
    running = await open_on(session, "disposal_start", at(2026, 3, 2, 9))
    shipped = running.rule.to_rule()
    own = replace(shipped, length=3)
    await correct_rule(session, own, reason="本区规程", expected_version=running.rule.version, actor=OFFICER)
    await seed(session)
    later = await open_on(session, "disposal_start", at(2026, 3, 2, 9))
    assert (running.rule.length, later.rule.length, later.rule.origin) == (5, 3, "bureau")


async def test_a_shipped_rule_that_has_changed_becomes_the_next_version(session: AsyncSession) -> None:
    row = (await rules_in_force(session, "disposal_start"))[0]
    outdated = row.to_rule()
    session.add(
        ClockRuleRow.of(
            type(outdated)(**{name: getattr(outdated, name) for name in outdated.__dataclass_fields__} | {"length": 9}),
            id=uuid4(),
            version=row.version + 1,
            origin="seed",
            reason="",
            recorded_at=row.recorded_at,
            recorded_by=None,
        )
    )
    await session.flush()
    await seed(session)
    (renewed,) = await rules_in_force(session, "disposal_start")
    assert (renewed.version, renewed.length) == (row.version + 2, 5)


async def test_two_sweeps_at_once_tell_each_end_once(fresh_database: str) -> None:
    engine = create_engine(settings_of(Unit.SCORING, fresh_database))
    try:
        sessions = create_sessions(engine)
        async with sessions() as session, session.begin():
            for _ in range(40):
                await open_on(session, "inspection_report", at(2026, 3, 2, 9))

        async def one() -> int:
            swept = 0
            async with sessions() as session:
                for _ in range(10):
                    async with session.begin():
                        swept += await sweep_overdue(session, Unit.SCORING, at(2026, 5, 1), limit=7)
            return swept

        assert sum(await asyncio.gather(one(), one(), one())) == 40
        async with sessions() as session:
            told = (await session.scalars(select(OutboxEvent.subject))).all()
            assert len(told) == len(set(told)) == 40
    finally:
        await engine.dispose()


async def test_clocks_opened_and_met_by_the_thousand_are_what_they_are_one_by_one(session: AsyncSession) -> None:
    """Two of one rule and moments, one that is done late, one of another rule: objects keep their own words."""
    cases = [
        ("qualified_result_reporting", at(2026, 9, 21, 9), at(2026, 9, 23, 9)),
        ("qualified_result_reporting", at(2026, 9, 21, 9), at(2026, 9, 23, 9)),
        ("qualified_result_reporting", at(2026, 9, 21, 9), at(2027, 3, 1)),
        ("unqualified_result_reporting", at(2026, 9, 21, 9), at(2026, 9, 21, 9)),
    ]
    one_by_one, together = [uuid4() for _ in cases], [uuid4() for _ in cases]
    passed = [
        Passed(
            service.Opening(
                code=code,
                object_type="sample",
                object_id=together[number],
                region_code=REGION,
                triggered_at=opened,
                title=f"（演示）第 {number} 份",
            ),
            met,
            f"报告 {number}",
        )
        for number, (code, opened, met) in enumerate(cases)
    ]
    await open_met_clocks(session, passed, actor=OFFICER)
    for number, (code, opened, met) in enumerate(cases):
        clock = await open_on(session, code, opened, one_by_one[number])
        await service.meet_clock(session, clock.id, evidence=f"报告 {number}", actor=OFFICER, at=met)
        [single] = await service.clocks_of(session, "sample", one_by_one[number])
        [copied] = await service.clocks_of(session, "sample", together[number])
        assert copied.title == f"（演示）第 {number} 份"
        for name in ("code", "rule_id", "region_code", "triggered_at", "due_at", "provisional", "state", "closed_at"):
            assert getattr(copied, name) == getattr(single, name), name
        assert (copied.sweep_after, copied.version) == (single.sweep_after, single.version)
        said = [(entry.number, entry.kind, entry.at, entry.due_at, entry.evidence) for entry in copied.entries]
        assert said == [(entry.number, entry.kind, entry.at, entry.due_at, entry.evidence) for entry in single.entries]
        assert copied.entries[-1].actor_id == OFFICER.id
    assert await sweep(session, at(2027, 4, 1)) == 2  # the late one, both ways of writing it
