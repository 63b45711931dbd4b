"""What the bureau does with reports: accepting them, which concludes the sample, or returning them for correction."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.disposals.service import end_cases, open_cases
from services.sampling.figures import reports as figures
from services.sampling.laboratory_desk.reading import trade_names_in
from services.sampling.laboratory_desk.rules import without_names
from services.sampling.publications.reexamination import REPORT_RETURNED, mark_for_reexamination
from services.sampling.reports import repository
from services.sampling.reports.findings import NOT_STATED, finding_of, told
from services.sampling.reports.models import Report
from services.sampling.reports.problems import ReportNotFound, report_refused
from services.sampling.reports.rules import FAILURES, ReportEntryKind, ReportState
from services.sampling.reports.schemas import AcceptanceStep, ReturnStep
from services.sampling.samples import service as samples
from services.sampling.samples.models import Sample
from services.sampling.samples.repository import lock_sample
from services.sampling.separation.service import take_part
from shared.contracts.disposals import CaseEnd
from shared.contracts.statutory_sampling import Conclusion, Duty, SampleConcluded
from shared.events.outbox import publish
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.times import now


async def report_for(session: AsyncSession, report_id: UUID, actor: Actor) -> Report:
    """The report, whole, if it has reached the bureau and the actor may see it. Raises `ReportNotFound`."""
    report = await repository.visible_report(session, report_id, actor)
    if report is None:
        raise ReportNotFound("请核对编号；只能查看辖区内已经报送的检验报告")
    return report


async def accept(session: AsyncSession, report_id: UUID, body: AcceptanceStep, version: int, actor: Actor) -> Report:
    """Take a report over: the sample is concluded, everybody is told, and what failed is put to disposal.

    Raises `ReportInDoubt` where somebody must decide first, `ReportStepRefused`, `NotApart` for one who sampled it or
    tested it.
    """
    report, sample = await _begin(session, report_id, version, actor)
    at = now()
    decision, note = body.decision, body.note
    if decision is None:
        conclusion = report.accept(at, None, None)
    else:
        conclusion = report.accept(at, decision.conclusion, decision.reason)
        note = f"决定：{conclusion.label}。{decision.reason} {note}".strip()
    report.log(ReportEntryKind.ACCEPTED, at, recorded_at=at, actor_id=actor.id, actor_name=actor.name, note=note)
    report.advance()
    await samples.conclude(session, sample, conclusion, at, actor, report_id=str(report.id))
    await samples.keep_backup(session, sample, actor)
    await figures.record_concluded(session, report, 1)
    await _tell(session, sample, report)
    if conclusion in FAILURES:
        await open_cases(session, sample, finding_of(report), at)
    elif conclusion is Conclusion.QUALIFIED:
        # Cases may stand from the issue of a serious finding, or from an earlier edition; only a pass ends them.
        note = f"检验报告 {report.number or NOT_STATED}：{conclusion.label}"
        await end_cases(session, sample, CaseEnd.REPORT_CORRECTED, conclusion, at, note, actor=actor)
    return report


async def return_for_correction(
    session: AsyncSession, report_id: UUID, body: ReturnStep, version: int, actor: Actor
) -> Report:
    """Send a report back to its laboratory. Nothing is deleted: a conclusion drawn from it is taken back in the figures
    and stands in the histories; where the sample is published, its row is marked. Raises `NotApart` like `accept`.
    """
    report, sample = await _begin(session, report_id, version, actor)
    await _ensure_blind(session, body.reason, sample)
    at = now()
    was_accepted = report.state is ReportState.ACCEPTED
    report.return_for_correction(at, body.reason)
    report.log(ReportEntryKind.RETURNED, at, recorded_at=at, actor_id=actor.id, actor_name=actor.name, note=body.reason)
    report.advance()
    await samples.return_to_laboratory(session, sample, body.reason, at, actor, report_id=str(report.id))
    if was_accepted:
        await figures.record_concluded(session, report, -1)
        await mark_for_reexamination(session, sample, REPORT_RETURNED, at, actor)
    return report


async def record_overturned(session: AsyncSession, sample: Sample, conclusion: Conclusion, at: datetime) -> None:
    """A re-test has replaced the sample's conclusion: the figures follow, the report says so. `sample` is locked."""
    editions = await repository.editions_of(session, sample.id)
    report = next((edition for edition in editions if edition.state is ReportState.ACCEPTED), None)
    if report is None:  # its report came before there were reports here
        return
    await figures.record_concluded(session, report, -1)
    report.overturn(conclusion, at)
    report.advance()
    await figures.record_concluded(session, report, 1)
    await session.flush()


async def _begin(session: AsyncSession, report_id: UUID, version: int, actor: Actor) -> tuple[Report, Sample]:
    """Lock sample and report, in the order in which the laboratory does, for somebody who neither sampled nor tested.

    Who decides on a report decides whether there is a case: that is the first duty of its handler.
    """
    report = await report_for(session, report_id, actor)
    sample = await lock_sample(session, report.sample_id)
    locked = await repository.visible_report(session, report_id, actor, lock=True)
    assert sample is not None and locked is not None
    ensure_version(locked, version)
    await take_part(session, sample.id, Duty.CASE_HANDLER, actor)
    return locked, sample


async def _ensure_blind(session: AsyncSession, reason: str, sample: Sample) -> None:
    """The laboratory reads the reason: it must not learn from it whose food it tests."""
    trade_names = (await trade_names_in(session, [sample]))[sample.id]
    hidden = (
        ("抽样单编号", sample.number),
        ("被抽样单位名称", sample.sampled_party_name),
        ("被抽样单位的统一社会信用代码", sample.sampled_party_uscc),
        ("生产者名称", sample.producer_name),
        ("生产者的统一社会信用代码", sample.producer_uscc),
        *(("被抽样单位或生产者的字号", name) for name in sorted(trade_names)),
    )
    for label, text in hidden:
        if text and without_names(reason, [text]) != reason:
            raise report_refused("/reason", f"检验机构会看到这段文字，请删去其中的{label}", "blind")


async def _tell(session: AsyncSession, sample: Sample, report: Report) -> None:
    assert sample.conclusion is not None and sample.concluded_at is not None and report.report_class is not None
    event = SampleConcluded(
        **samples.facts_of(sample),
        conclusion=sample.conclusion,
        report_class=report.report_class,
        report_number=report.number or NOT_STATED,
        unqualified_items=told(report.failed_items),
        concluded_at=sample.concluded_at,
    )
    await publish(session, event, sample.id)
