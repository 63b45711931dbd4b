"""What the versions of a record settle to, and what follows once all of it is there: verdict, clock, timeline, task."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.models import Business, TimelineEntry
from services.inspection.businesses.repository import get_business
from services.inspection.checklists.content import Answer, Subject
from services.inspection.checklists.rules import judge
from services.inspection.checklists.schemas import JudgementRead, TallyRead
from services.inspection.corrections.opening import CompletedVisit, open_corrections
from services.inspection.corrections.visit_findings import problems_of
from services.inspection.figures.terminal_use import count_visit
from services.inspection.risk_grades.facts.judged_visits import record_judged_visit
from services.inspection.visit_records import repository
from services.inspection.visit_records.content import VisitFacts, named_files
from services.inspection.visit_records.faults import faults_of
from services.inspection.visit_records.kinds import EntryKind, RecordState
from services.inspection.visit_records.merging import Dispute, Settled, Side, Version, settle, shown
from services.inspection.visit_records.models import VisitEntry, VisitJudgement, VisitRecord, VisitVersion
from services.inspection.visit_records.rules import Skew, corrected
from services.inspection.visits import service as follow_ups
from services.inspection.visits.repository import get_visit
from services.inspection.visits.schemas import VisitCompletion
from shared.clocks.service import open_clock
from shared.contracts.inspection import TimelineKind, VisitState
from shared.http.auth import Actor
from shared.regions.repository import is_within
from shared.times import day_of

CLOCK_CODE = "inspection_result_publication"
OBJECT_TYPE = "visit_record"


async def settle_anew(session: AsyncSession, record: VisitRecord, actor: Actor) -> None:
    """Bring a locked record up to what has arrived; without anything new nothing changes."""
    versions = {version.sha256: version for version in await repository.versions_of(session, record.id)}
    admitted = [_as_version(version) for version in versions.values() if version.admitted]
    before = _face(record)
    settled = settle(admitted)
    if settled is None:
        record.state = RecordState.WAITING if admitted else RecordState.QUARANTINED
        record.waiting = sorted(version.sha256 for version in admitted)
    else:
        content = VisitFacts.model_validate(settled.record)
        await _take_over(session, record, settled, content, versions)
        if record.state is RecordState.COMPLETE:
            await _conclude(session, record, content, actor)
    if _face(record) != before:
        record.advance()
    await session.flush()


def log(
    session: AsyncSession, record: VisitRecord, kind: EntryKind, actor: Actor, note: str = "", **details: Any
) -> None:
    """Append to the history of a record; `details` must be JSON."""
    entry = VisitEntry(
        record_id=record.id, kind=kind, actor_id=actor.id, actor_name=actor.name, note=note, details=details
    )
    session.add(entry)


def without_saved(document: dict[str, Any]) -> dict[str, Any]:
    """The part of a content that is merged."""
    return {name: value for name, value in document.items() if name != "saved"}


def skew_of(version: VisitVersion) -> Skew | None:
    """What its device's clock was off when it was received."""
    if version.skew_ms is None:
        return None
    error = None if version.skew_error_ms is None else timedelta(milliseconds=version.skew_error_ms)
    return Skew(timedelta(milliseconds=version.skew_ms), error, version.clock_moved)


def _as_version(version: VisitVersion) -> Version:
    side = Side(without_saved(version.content), version.author_id, version.device, version.saved_at)
    return Version(version.sha256, tuple(version.base), side)


async def _take_over(
    session: AsyncSession,
    record: VisitRecord,
    settled: Settled,
    content: VisitFacts,
    versions: dict[str, VisitVersion],
) -> None:
    record.content, record.created_by = settled.record, versions[settled.first].author_id
    record.heads, record.aside, record.waiting = list(settled.heads), list(settled.aside), list(settled.waiting)
    record.disputes = [_told(dispute) for dispute in settled.disputes]
    for name in ("region_code", "authority_code", "business_id", "unregistered_place", "kind"):
        setattr(record, name, getattr(content, name))
    for name in ("began_at", "ended_at"):
        source = versions.get(settled.sources.get(f"/{name}", ""))
        stated = getattr(content, name)
        setattr(record, name, corrected(stated, skew_of(source), source.received_at) if source and stated else None)
    named = {sha256 for _, sha256 in named_files(content)}
    record.missing_files = sorted(named - await repository.files_in(session, record.id))
    record.faults = [asdict(fault) for fault in faults_of(content)] if content.finished else []
    record.state = _state(record, content)


def _state(record: VisitRecord, content: VisitFacts) -> RecordState:
    if not content.finished:
        return RecordState.DRAFT
    if record.faults:
        return RecordState.INCOMPLETE
    return RecordState.AWAITING_FILES if record.missing_files else RecordState.COMPLETE


async def _conclude(session: AsyncSession, record: VisitRecord, content: VisitFacts, actor: Actor) -> None:
    """The result is formed: judged, its publication due. Changed afterwards, it is judged anew beside the old one."""
    judged = await _judged(session, content)
    business = await get_business(session, record.business_id) if record.business_id else None
    latest = await repository.get_judgement(session, record.judgement_id) if record.judgement_id else None
    if latest is None or latest.judgement != judged:
        judgement = VisitJudgement(
            record_id=record.id,
            heads=record.heads,
            checklist_version_id=content.checklist.version_id if content.checklist else None,
            verdict=judged["verdict"],
            judgement=judged,
        )
        session.add(judgement)
        await session.flush()
        record.judgement_id = judgement.id
        kind = EntryKind.COMPLETED if record.formed_at is None else EntryKind.JUDGED_ANEW
        log(session, record, kind, actor, verdict=judged["verdict"])
        if business is not None:
            session.add(_told_of(business, record, judged, actor))
            await _grade_by(session, record, business, content, judged)
    if record.formed_at is None:
        await _form(session, record, business.name if business else record.unregistered_place, actor)
    await count_visit(session, record)
    await _hand_over(session, record, content, judged, business.name if business else record.unregistered_place, actor)
    if content.follow_up is not None and not record.follow_up_settled:
        await _answer_task(session, record, content, actor)


async def _grade_by(
    session: AsyncSession, record: VisitRecord, business: Business, content: VisitFacts, judged: dict[str, Any]
) -> None:
    """The result counts for the risk grade and the coverage of the business; one without a list does not."""
    version = content.checklist.version_id if content.checklist else None
    checklist = await repository.checklist_content(session, version) if version else None
    if checklist is not None and record.ended_at is not None:
        await record_judged_visit(
            session,
            business_id=business.id,
            record_id=record.id,
            record_version=record.version,
            on=day_of(record.ended_at),
            judgement=JudgementRead.model_validate(judged),
            whole_list=checklist.complete,
        )


async def _hand_over(
    session: AsyncSession,
    record: VisitRecord,
    content: VisitFacts,
    judged: dict[str, Any],
    whom: str,
    actor: Actor,
) -> None:
    """What was found is to be corrected."""
    version = content.checklist.version_id if content.checklist else None
    checklist = await repository.checklist_content(session, version) if version else None
    problems = problems_of(content, checklist, judged["failed"])
    if problems is None:
        return
    assert record.ended_at is not None  # a complete record has one
    visit = CompletedVisit(
        visit_id=record.id,
        region_code=record.region_code,
        business_id=record.business_id,
        party_name=whom,
        ended_at=record.ended_at,
        problems=problems,
    )
    await open_corrections(session, visit, actor)


async def _form(session: AsyncSession, record: VisitRecord, whom: str, actor: Actor) -> None:
    """The duty to publish arises once, when the visit ended; later corrections do not put it off."""
    assert record.ended_at is not None  # a complete record has one
    clock = await open_clock(
        session,
        code=CLOCK_CODE,
        object_type=OBJECT_TYPE,
        object_id=record.id,
        region_code=record.region_code,
        triggered_at=record.ended_at,
        title=f"{whom}：{record.kind.label}结果",
        actor=actor,
    )
    record.formed_at, record.clock_id = record.ended_at, clock.id


def _told_of(business: Business, record: VisitRecord, judged: dict[str, Any], actor: Actor) -> TimelineEntry:
    anew = "" if record.formed_at is None else "（更正）"
    return TimelineEntry(
        business_id=business.id,
        kind=TimelineKind.INSPECTED,
        summary=f"{record.kind.label}{anew}：{judged['verdict'] or '未作结论'}",
        details={"visit_record_id": str(record.id), "failed": judged["failed"]},
        actor_id=actor.id,
    )


async def _judged(session: AsyncSession, content: VisitFacts) -> dict[str, Any]:
    if content.checklist is None:
        return _unjudged("跟进检查，未使用要点表")
    checklist = await repository.checklist_content(session, content.checklist.version_id)
    if checklist is None:
        return _unjudged("平台上没有所用的要点表版本，不能判定")
    judgement = judge(
        [
            Answer(number=number, finding=answer.finding, reason=answer.reason, photos=len(answer.photos))
            for number, answer in content.answers.items()
        ],
        checklist,
        Subject(
            kind=content.business_kind,
            scopes=None if content.business_scopes is None else tuple(content.business_scopes),
            profile=content.profile,
        ),
        kind=content.kind.inspection,
        required=content.required,
        extras=content.extras,
    )
    return JudgementRead.model_validate(asdict(judgement)).model_dump(mode="json")


def _unjudged(step: str) -> dict[str, Any]:
    none = TallyRead(passed=0, failed=0, not_applicable=0, open=0)
    return JudgementRead(
        verdict=None,
        at_best=None,
        handling="",
        key=none,
        general=none,
        failed=[],
        open=[],
        score=None,
        steps=[step],
        faults=[],
    ).model_dump(mode="json")


async def _answer_task(session: AsyncSession, record: VisitRecord, content: VisitFacts, actor: Actor) -> None:
    """Complete the follow-up visit that the record answers, or say in the history why it could not be."""
    assert content.follow_up is not None and record.began_at is not None
    visit = await get_visit(session, content.follow_up.visit_id, for_update=True)
    record.follow_up_settled = True
    why = ""
    if visit is None:
        why = "没有这项任务"
    elif visit.state is VisitState.COMPLETED:
        why = "任务已由别的记录了结"
    elif not await is_within(session, visit.region_code, actor.regions):
        why = "任务不在上传人的管辖区域内"
    elif record.began_at < visit.scheduled_at - follow_ups.CLOCK_SKEW:
        why = "检查开始于任务安排之前"
    if why:
        log(session, record, EntryKind.FOLLOW_UP_LEFT, actor, note=why, visit_id=str(content.follow_up.visit_id))
        return
    found = VisitCompletion(
        visited_at=record.began_at, outcome=content.follow_up.outcome, notes=content.follow_up.notes
    )
    await follow_ups.complete(session, actor, content.follow_up.visit_id, found)
    log(session, record, EntryKind.FOLLOW_UP_ANSWERED, actor, visit_id=str(content.follow_up.visit_id))


def _told(dispute: Dispute) -> dict[str, Any]:
    def told(claim: Any) -> dict[str, Any]:
        return {
            "value": shown(claim.value),
            "by": str(claim.by),
            "device": claim.device,
            "at": claim.at.isoformat(),
        }

    return {
        "pointer": dispute.pointer,
        "base": shown(dispute.base),
        "claims": [told(claim) for claim in dispute.claims],
        "winner": told(dispute.winner),
        "why": dispute.why,
    }


def _face(record: VisitRecord) -> tuple[Any, ...]:
    """What a reader of the record sees of it, to tell whether it has changed."""
    columns = ("state", "content", "heads", "aside", "waiting", "disputes", "faults", "missing_files", "judgement_id")
    return tuple(getattr(record, name) for name in columns)
