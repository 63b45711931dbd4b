"""The clocks of a report: how fast a conclusion must reach the bureau, and the report itself.

The laboratory's term for the report (inspection_report) was opened when it received the sample. The term to tell the
conclusion begins when it is made, by the report's class, and ends when the report reaches the bureau.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.reports.models import Report
from services.sampling.samples.models import Sample
from services.sampling.samples.service import CLOCK_OBJECT as SAMPLE_CLOCK
from services.sampling.samples.service import clock_title
from shared.clocks.models import ClockRow
from shared.clocks.service import Opening, cancel_clock, clocks_of, meet_clock, open_clocks
from shared.contracts.statutory_sampling import ReportClass
from shared.http.auth import Actor

CLOCK_OBJECT = "report"
INSPECTION_REPORT = "inspection_report"
REPORTING = {
    ReportClass.SERIOUS: "serious_finding_reporting",
    ReportClass.UNQUALIFIED: "unqualified_result_reporting",
    ReportClass.QUALIFIED: "qualified_result_reporting",
}


def reporting_from(report: Report, sample: Sample, at: datetime) -> Opening:
    """The clock by which a conclusion made at `at` must be told. It names the county's bureau and the blind code:
    the laboratory reads it.
    """
    assert report.report_class is not None
    return Opening(
        code=REPORTING[report.report_class],
        object_type=CLOCK_OBJECT,
        object_id=report.id,
        region_code=sample.bureau_code,
        triggered_at=at,
        title=clock_title(sample),
    )


async def start_reporting(session: AsyncSession, report: Report, sample: Sample, at: datetime, actor: Actor) -> None:
    """The conclusion is made. Made anew after the reviewer sent it back, its clock runs on from the first time, unless
    it is now of another class: then that one's begins.
    """
    opening = reporting_from(report, sample, at)
    running = [clock for clock in await clocks_of(session, CLOCK_OBJECT, report.id) if clock.is_open]
    for clock in running:
        if clock.code != opening.code:
            await cancel_clock(session, clock.id, reason="机构审核退回后结论改属另一类", actor=actor)
    if not any(clock.code == opening.code for clock in running):
        await open_clocks(session, [opening], actor=actor)


async def meet_reporting(session: AsyncSession, report: Report, sample: Sample, at: datetime, actor: Actor) -> None:
    """The report has reached the bureau: both terms end, in time or late."""
    evidence = f"检验报告 {report.number}"
    clocks = [
        *await clocks_of(session, CLOCK_OBJECT, report.id),
        *(clock for clock in await clocks_of(session, SAMPLE_CLOCK, sample.id) if clock.code == INSPECTION_REPORT),
    ]
    for clock in clocks:
        if clock.is_open:
            await meet_clock(session, clock.id, evidence=evidence, actor=actor, at=at)


async def report_clocks(session: AsyncSession, report: Report) -> Sequence[ClockRow]:
    return await clocks_of(session, CLOCK_OBJECT, report.id)
