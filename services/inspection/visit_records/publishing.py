"""Publishing the result of a visit (食品生产经营监督检查管理办法第三十九条), and anew after a correction."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.repository import get_business
from services.inspection.businesses.timeline.service import tell
from services.inspection.visit_records import repository
from services.inspection.visit_records.content import VisitFacts
from services.inspection.visit_records.counting import count_publication
from services.inspection.visit_records.kinds import EntryKind, RecordState
from services.inspection.visit_records.models import VisitJudgement, VisitPublication, VisitRecord
from services.inspection.visit_records.problems import AlreadyPublished, NotYetPublishable
from services.inspection.visit_records.service import record_for
from services.inspection.visit_records.settling import log
from shared.clocks.service import meet_clock
from shared.contracts.inspection import TimelineKind
from shared.contracts.words import personal_number_in
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.http.problems import FieldError, InvalidRequest
from shared.regions.scope import ensure_in_scope
from shared.times import day_of, now


async def publish_result(session: AsyncSession, record_id: UUID, note: str, version: int, actor: Actor) -> VisitRecord:
    """Show the present verdict to everybody; the first time meets the clock, later ones say why they correct.

    Raises `NotYetPublishable` while the record is not complete, `AlreadyPublished` when nothing has changed since.
    """
    record = await record_for(session, record_id, actor, lock=True)
    await ensure_in_scope(session, actor, record.region_code)
    ensure_version(record, version)
    if record.state is not RecordState.COMPLETE or record.judgement_id is None or record.clock_id is None:
        raise NotYetPublishable(f"记录现在是“{record.state.label}”，请先补齐要素和附件")
    earlier = await repository.publications_of(session, record.id)
    if earlier and earlier[-1].judgement_id == record.judgement_id:
        raise AlreadyPublished("公布以后结果没有变化，不必重复公布")
    if earlier and not note:
        raise InvalidRequest(
            "有 1 处需要改正", errors=[FieldError(pointer="/note", message="更正公布请写明原因", code="missing")]
        )
    if found := personal_number_in(note):
        message = f"原因会一并公布，里面像有{found}，请删去"
        raise InvalidRequest("有 1 处需要改正", errors=[FieldError(pointer="/note", message=message, code="personal")])
    judgement = await repository.get_judgement(session, record.judgement_id)
    assert judgement is not None
    await repository.outdate_publications(session, record.id)
    publication = VisitPublication(
        record_id=record.id,
        business_id=record.business_id,
        region_code=record.region_code,
        judgement_id=judgement.id,
        result=_result(record, judgement),
        note=note,
        published_by=actor.id,
        published_by_name=actor.name,
    )
    session.add(publication)
    if not earlier:
        await meet_clock(session, record.clock_id, actor=actor, evidence=f"公布检查结果 {record.id}")
    log(session, record, EntryKind.PUBLISHED, actor, note=note, verdict=judgement.verdict)
    record.advance()
    await session.flush()
    await count_publication(session, record)
    await _tell(session, record, publication, actor)
    return record


async def _tell(session: AsyncSession, record: VisitRecord, publication: VisitPublication, actor: Actor) -> None:
    anew = "（更正）" if publication.note else ""
    # A record may name a business that is not on file; there is no timeline for it.
    on_file = record.business_id is not None and await get_business(session, record.business_id) is not None
    await tell(
        session,
        kind=TimelineKind.RESULT_PUBLISHED,
        source=f"publication/{publication.id}",
        business_id=record.business_id if on_file else None,
        summary=f"公布{record.kind.label}结果{anew}：{publication.result['verdict'] or '未作结论'}",
        details={"visit_record_id": str(record.id)},
        happened_at=now(),
        link=f"/v1/visit-records/{record.id}",
        actor_id=actor.id,
    )


def _result(record: VisitRecord, judgement: VisitJudgement) -> dict[str, Any]:
    """What everybody may know: no names of persons, no photos, no place but the business."""
    content = VisitFacts.model_validate(record.content)
    assert record.began_at is not None  # a complete record has one
    reasons = {number: answer.reason for number, answer in content.answers.items()}
    return {
        "kind": record.kind.value,
        "visited_on": day_of(record.began_at).isoformat(),
        "authority_code": record.authority_code,
        "checklist": content.checklist.model_dump(mode="json") if content.checklist else None,
        "verdict": judgement.verdict,
        "conclusion": content.conclusion,
        "handling": judgement.judgement["handling"],
        "failed": [{"number": number, "reason": reasons.get(number, "")} for number in judgement.judgement["failed"]],
        "score": judgement.judgement["score"],
    }
