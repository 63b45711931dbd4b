"""What the laboratory does with the report of a sample, which it knows by its blind code only."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.disposals.service import open_cases
from services.sampling.laboratory_desk.service import assigned_sample
from services.sampling.reports import clocks, repository
from services.sampling.reports.findings import finding_of
from services.sampling.reports.judging import Judge, apply
from services.sampling.reports.models import Report, ReportItem
from services.sampling.reports.problems import ReportNotFound, ReportStepRefused, report_refused
from services.sampling.reports.rules import ReportEntryKind, ReportState
from services.sampling.reports.schemas import ConclusionStep, LaboratoryStep, ReportWrite, SendBackStep
from services.sampling.reports.stated import content_hash
from services.sampling.samples import service as samples
from services.sampling.samples.models import Sample
from services.sampling.separation.service import take_part
from shared.contracts.statutory_sampling import Duty, ReportClass, SampleState
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.http.problems import FieldError, InvalidRequest, PreconditionFailed, PreconditionRequired
from shared.times import day_of, in_words, now


async def editions_for(session: AsyncSession, blind_code: str, actor: Actor) -> tuple[Sample, Sequence[Report]]:
    """The sample and all editions of its report. Raises `ReportNotFound` when there is none yet."""
    sample = await assigned_sample(session, blind_code, actor)
    editions = await repository.editions_of(session, sample.id)
    if not editions:
        raise ReportNotFound("这份样品还没有填报检验报告")
    return sample, editions


async def save_draft(
    session: AsyncSession, blind_code: str, body: ReportWrite, version: int | None, actor: Actor
) -> Report:
    """Write the draft whole, and judge it; the same again changes nothing. After a return it is the next edition.

    Raises `BlindSampleNotFound`, `ReportStepRefused`, `NotApart`, and 428/412 for a change without the present version.
    """
    sample = await assigned_sample(session, blind_code, actor, lock=True)
    await take_part(session, sample.id, Duty.LABORATORY, actor)
    editions = await repository.editions_of(session, sample.id)
    judge = await Judge.open(session)
    stated = [item.stated() for item in body.items]
    hashed = content_hash(body.model_dump(exclude={"items"}), stated)
    if editions and editions[-1].state is not ReportState.RETURNED:
        report = editions[-1]
        if report.content_hash == hashed:
            return report
        report.must_be_draft()
        if version is None:
            raise PreconditionRequired("已有填报中的报告：请先读取，把答复中的 ETag 放进 If-Match 再提交")
        ensure_version(report, version)
        report.advance()
    else:
        if version is not None:
            raise PreconditionFailed("还没有填报中的报告，请去掉 If-Match 再提交")
        if sample.state is SampleState.TAKEN:
            raise ReportStepRefused("检验机构还没有接收这份样品，先接收再填报")
        if sample.state is not SampleState.RECEIVED:
            raise ReportStepRefused(f"样品{sample.state.label}，不能再填报检验报告")
        report = _new_edition(sample, len(editions) + 1)
        session.add(report)
    for name in ("number", "report_date", "tested_by", "approved_by", "stated_conclusion", "stated_class", "remark"):
        setattr(report, name, getattr(body, name))
    report.content_hash, report.drafted_by = hashed, actor.id
    report.items = [
        ReportItem(number=number, **{**item._asdict(), "stated_limits": dict(item.stated_limits)})
        for number, item in enumerate(stated, start=1)
    ]
    apply(report, judge.assess(sample, stated, report.stated_conclusion, report.stated_class))
    _log(report, ReportEntryKind.DRAFTED, now(), actor, f"{len(stated)} 项")
    await session.flush()
    return report


async def conclude(session: AsyncSession, blind_code: str, body: ConclusionStep, version: int, actor: Actor) -> Report:
    """The laboratory's conclusion is made, and goes to its reviewer; from here the terms to tell it are counted."""
    sample, report = await _begin(session, blind_code, version, actor)
    at = _moment_of_conclusion(body.concluded_at, sample)
    report.submit(at)
    _ensure_written_by_rule(report.items)
    judge = await Judge.open(session)
    apply(
        report,
        judge.assess(sample, [item.stated() for item in report.items], report.stated_conclusion, report.stated_class),
    )
    await clocks.start_reporting(session, report, sample, at, actor)
    return await _finish(session, report, ReportEntryKind.SUBMITTED, at, body.note, actor)


async def send_back(session: AsyncSession, blind_code: str, body: SendBackStep, version: int, actor: Actor) -> Report:
    """The reviewer wants the data corrected."""
    _, report = await _begin(session, blind_code, version, actor)
    report.send_back()
    return await _finish(session, report, ReportEntryKind.SENT_BACK, now(), body.note, actor)


async def review(session: AsyncSession, blind_code: str, body: LaboratoryStep, version: int, actor: Actor) -> Report:
    """机构审核: another person of the laboratory found the data in order."""
    _, report = await _begin(session, blind_code, version, actor)
    report.review(actor.id, is_person=actor.kind == "user")
    return await _finish(session, report, ReportEntryKind.REVIEWED, now(), body.note, actor)


async def issue(session: AsyncSession, blind_code: str, body: LaboratoryStep, version: int, actor: Actor) -> Report:
    """批准: the report is issued and has reached the bureau. A serious finding opens its disposal at once, before the
    bureau has accepted the report.
    """
    sample, report = await _begin(session, blind_code, version, actor)
    if report.number is None:
        raise report_refused("/number", "批准前请填写报告书编号", "missing")
    at = now()
    report.issue(at)
    report.report_date = report.report_date or day_of(at)
    report.approved_by = report.approved_by or actor.name
    await samples.report(session, sample, report.number, at, actor)
    await clocks.meet_reporting(session, report, sample, at, actor)
    await _finish(session, report, ReportEntryKind.ISSUED, at, body.note, actor)
    if report.report_class is ReportClass.SERIOUS:
        await open_cases(session, sample, finding_of(report), at)
    return report


def _new_edition(sample: Sample, edition: int) -> Report:
    assert sample.laboratory_id is not None  # it has been received
    return Report(
        sample_id=sample.id,
        edition=edition,
        laboratory_id=sample.laboratory_id,
        region_code=sample.region_code,
        stream=sample.stream,
        entries=[],
    )


def _moment_of_conclusion(given: datetime | None, sample: Sample) -> datetime:
    present = now()
    if given is None:
        return present
    if given > present:
        raise report_refused("/concluded_at", "检验结论不能在将来作出", "moment")
    if sample.received_at is not None and given < sample.received_at:
        message = f"检验结论不会早于接收样品（{in_words(sample.received_at)}）"
        raise report_refused("/concluded_at", message, "moment")
    return given


def _ensure_written_by_rule(items: Sequence[ReportItem]) -> None:
    errors = [
        FieldError(pointer=f"/items/{item.number - 1}/result", message=item.format_fault, code="format")
        for item in items
        if item.format_fault
    ]
    if errors:
        raise InvalidRequest(f"有 {len(errors)} 项的结果写法不合格式规则，请改正后再提交", errors=errors)


async def _begin(session: AsyncSession, blind_code: str, version: int, actor: Actor) -> tuple[Sample, Report]:
    """Lock the sample for a step of its present report. Raises for foreign codes, stale versions and other duties."""
    sample = await assigned_sample(session, blind_code, actor, lock=True)
    await take_part(session, sample.id, Duty.LABORATORY, actor)
    editions = await repository.editions_of(session, sample.id)
    if not editions:
        raise ReportNotFound("这份样品还没有填报检验报告")
    ensure_version(editions[-1], version)
    return sample, editions[-1]


async def _finish(
    session: AsyncSession, report: Report, kind: ReportEntryKind, at: datetime, note: str, actor: Actor
) -> Report:
    _log(report, kind, at, actor, note)
    report.advance()
    await session.flush()
    return report


def _log(report: Report, kind: ReportEntryKind, at: datetime, actor: Actor, note: str) -> None:
    report.log(kind, at, recorded_at=now(), actor_id=actor.id, actor_name=actor.name, note=note)
