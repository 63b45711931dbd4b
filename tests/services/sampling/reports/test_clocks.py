"""By when a conclusion must be told: by its class, in the State Council's working days, one year being unpublished."""

from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest

from services.sampling.reports.clocks import INSPECTION_REPORT, reporting_from
from services.sampling.reports.models import Report
from shared.calendar.rules import CalendarDay
from shared.calendar.service import Notice
from shared.clocks.administration import publish_year
from shared.clocks.models import ClockRow
from shared.clocks.service import Opening, extend_clock, open_clocks
from shared.contracts.clocks import ClockState
from shared.contracts.codes import Role
from shared.contracts.statutory_sampling import ReportClass
from shared.times import SHANGHAI, now, start_of_day
from tests.services.sampling.apart import person, taken_sample
from tests.services.sampling.factories import HAISHU
from tests.services.sampling.reports.making import LEAD, PASSED, Bench

GREEN = LEAD | {"item": "孔雀石绿", "result": "2.35", "unit": "μg/kg", "requirement": "不得检出", "lod_value": "0.5",
                "lod_unit": "μg/kg"}  # fmt: skip
NOTICE_2027 = Notice(
    2027,
    "（虚构）2027 年放假通知",
    "演示〔2026〕1 号",
    date(2026, 12, 30),
    [CalendarDay(date(2027, 1, 1), False, "元旦")],
)


def at(year: int, month: int, day: int, hour: int = 10) -> datetime:
    return datetime(year, month, day, hour, tzinfo=SHANGHAI)


def end_of(year: int, month: int, day: int) -> datetime:
    """The end of a day, at 24:00."""
    return start_of_day(date(year, month, day) + timedelta(days=1))


async def opened(bench: Bench, report_class: ReportClass | None, moment: datetime) -> ClockRow:
    """The clock of a conclusion of this class made at that moment; without a class, of a sample received then."""
    sample = await taken_sample(bench.session)
    if report_class is None:
        opening = Opening(
            code=INSPECTION_REPORT,
            object_type="sample",
            object_id=sample.id,
            region_code=HAISHU,
            triggered_at=moment,
            title="演示",
        )
    else:
        opening = reporting_from(Report(id=uuid4(), report_class=report_class), sample, moment)
    [clock] = await open_clocks(bench.session, [opening])
    return clock


@pytest.mark.parametrize(
    ("report_class", "moment", "due"),
    [
        # 2026-02-14 and 02-28 are Saturdays on which is worked; Spring Festival is 02-15 to 02-23.
        (ReportClass.UNQUALIFIED, at(2026, 2, 12), end_of(2026, 2, 14)),
        (ReportClass.UNQUALIFIED, at(2026, 2, 13), end_of(2026, 2, 24)),
        (ReportClass.UNQUALIFIED, at(2026, 7, 24), end_of(2026, 7, 28)),
        (ReportClass.QUALIFIED, at(2026, 2, 12), end_of(2026, 2, 28)),
        (ReportClass.QUALIFIED, at(2026, 7, 24), end_of(2026, 8, 4)),
        # Twenty-four hours are hours, in the Spring Festival too.
        (ReportClass.SERIOUS, at(2026, 2, 17, 9), at(2026, 2, 18, 9)),
        (ReportClass.SERIOUS, at(2026, 7, 25, 23), at(2026, 7, 26, 23)),
        # 2026-09-20 and 10-10 are worked; 09-25 to 09-27 and 10-01 to 10-07 are holidays.
        (None, at(2026, 9, 18), end_of(2026, 10, 22)),
        (None, at(2026, 7, 1), end_of(2026, 7, 29)),
    ],
)
async def test_what_is_due_when(
    bench: Bench, report_class: ReportClass | None, moment: datetime, due: datetime
) -> None:
    clock = await opened(bench, report_class, moment)
    assert (clock.due_at.astimezone(SHANGHAI), clock.provisional) == (due, False)
    assert not clock.rule.verified, "what nobody has read in the rule is shown so"


@pytest.mark.parametrize(
    ("report_class", "before", "after"),
    [
        (ReportClass.UNQUALIFIED, end_of(2027, 1, 1), end_of(2027, 1, 4)),
        (ReportClass.QUALIFIED, end_of(2027, 1, 8), end_of(2027, 1, 11)),
        (None, end_of(2027, 1, 27), end_of(2027, 1, 28)),
    ],
)
async def test_in_an_unpublished_year_the_end_is_provisional_and_reckoned_again(
    bench: Bench, report_class: ReportClass | None, before: datetime, after: datetime
) -> None:
    clock = await opened(bench, report_class, at(2026, 12, 30))
    assert (clock.due_at.astimezone(SHANGHAI), clock.provisional) == (before, True)
    officer = person(Role.FOOD_SAFETY_OFFICE)
    await publish_year(bench.session, NOTICE_2027, expected_version=0, actor=officer)
    assert (clock.due_at.astimezone(SHANGHAI), clock.provisional) == (after, False)


async def test_an_agreed_term_lengthens_the_laboratorys_own(bench: Bench) -> None:
    clock = await opened(bench, None, at(2026, 7, 1))
    await extend_clock(
        bench.session, clock.id, length=10, reason="委托双方书面约定 30 个工作日（演示）", at=at(2026, 7, 2)
    )
    assert clock.due_at.astimezone(SHANGHAI) == end_of(2026, 8, 12)


@pytest.mark.parametrize(
    ("item", "code"),
    [
        (PASSED, "qualified_result_reporting"),
        (LEAD, "unqualified_result_reporting"),
        (LEAD | {"stated_verdict": "qualified"}, "unqualified_result_reporting"),
        (GREEN, "serious_finding_reporting"),
        (LEAD | {"result": "3.5"}, "serious_finding_reporting"),
    ],
)
async def test_the_class_by_statement_or_number_decides_which_clock_runs_from_the_conclusion(
    bench: Bench, item: dict[str, str], code: str
) -> None:
    sample = await bench.sample()
    report = await bench.concluded(sample, item, at=now() - timedelta(hours=5))
    [clock] = (await bench.clocks(report["id"])).values()
    assert (clock.code, clock.state) == (code, ClockState.RUNNING)
    assert clock.triggered_at < now() - timedelta(hours=4)
    told = clock.title + clock.region_code
    assert sample.sampled_party_name not in told and sample.region_code not in told


async def test_it_is_met_when_the_report_reaches_the_bureau_and_late_if_that_was_late(bench: Bench) -> None:
    in_time, late = await bench.sample(days_ago=9), await bench.sample(days_ago=9)
    for sample, days, is_late in ((in_time, 0, False), (late, 8, True)):
        report = await bench.issued(sample, LEAD, at=now() - timedelta(days=days, minutes=1))
        clock = (await bench.clocks(report["id"]))["unqualified_result_reporting"]
        assert (clock.state, clock.late) == (ClockState.MET, is_late)
        assert (await bench.clocks(sample.id, "sample"))["inspection_report"].state is ClockState.MET


async def test_a_conclusion_made_anew_after_internal_review_wins_no_time(bench: Bench) -> None:
    sample = await bench.sample()
    first = await bench.concluded(sample, LEAD, at=now() - timedelta(hours=30))
    back = await bench.step(bench.signatory, sample, "review-rejection", first["version"], note="单位请核对")
    again = await bench.step(bench.tester, sample, "conclusion", back.json()["version"])
    [clock] = (await bench.clocks(first["id"])).values()
    assert again.status_code == 200 and clock.triggered_at < now() - timedelta(hours=29)


async def test_a_conclusion_that_turns_serious_starts_its_twenty_four_hours(bench: Bench) -> None:
    sample = await bench.sample()
    first = await bench.concluded(sample, LEAD)
    back = (await bench.step(bench.signatory, sample, "review-rejection", first["version"], note="漏一项")).json()
    changed = {"number": back["number"], "items": [LEAD, GREEN]}
    draft = (await bench.put(sample, changed, back["version"])).json()
    await bench.step(bench.tester, sample, "conclusion", draft["version"])
    clocks = await bench.clocks(first["id"])
    assert clocks["unqualified_result_reporting"].state is ClockState.CANCELLED
    assert clocks["serious_finding_reporting"].state is ClockState.RUNNING


@pytest.mark.parametrize("shift", [timedelta(days=-30), timedelta(days=1)])
async def test_a_conclusion_is_made_neither_before_the_sample_came_nor_in_the_future(
    bench: Bench, shift: timedelta
) -> None:
    sample = await bench.sample()
    report = (await bench.put(sample, {"items": [PASSED]})).json()
    moment = (now() + shift).isoformat()
    refused = await bench.step(bench.tester, sample, "conclusion", report["version"], concluded_at=moment)
    assert refused.status_code == 422 and refused.json()["errors"][0]["pointer"] == "/concluded_at"
