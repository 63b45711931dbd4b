"""Preparing, approving, serving and answering letters.

An issued letter is a link of its issuer's chain: its content is never written again. Whoever prepared it does not
approve it. It is withdrawn only by issuing another one in its place.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.timeline.service import tell
from services.inspection.corrections.letters import note_letter
from services.inspection.corrections.problems import refused_at
from services.inspection.corrections.rules import ImpossibleMoment, moment_of
from services.inspection.supervision_letters import repository
from services.inspection.supervision_letters.counting import CLOCK_OBJECT, count_letter
from services.inspection.supervision_letters.kinds import LetterKind, LetterState, LetterStep
from services.inspection.supervision_letters.models import Letter
from services.inspection.supervision_letters.problems import (
    IssuerNotFound,
    LetterNotFound,
    LetterStepRefused,
    NoTemplate,
)
from services.inspection.supervision_letters.rules import day_in_words, digest, fill, hidden_in, number_of, read_fields
from services.inspection.supervision_letters.schemas import LetterWrite, ReplyStep, ServiceStep
from shared.clocks import rules as clock_rules
from shared.clocks.models import ClockRow
from shared.clocks.repository import rules_in_force
from shared.clocks.rules import ClockRule
from shared.clocks.service import Opening, cancel_clock, clocks_of, meet_clock, open_clocks
from shared.contracts.clocks import Authority
from shared.contracts.inspection import TimelineKind
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.http.problems import FieldError, InvalidRequest
from shared.ids import uuid7
from shared.regions.scope import ensure_in_scope
from shared.times import day_of, now


async def letter_for(session: AsyncSession, letter_id: UUID, actor: Actor, *, lock: bool = False) -> Letter:
    """The letter with issuer, form and timeline, if the actor may see it. Raises LetterNotFound."""
    letter = await repository.visible_letter(session, letter_id, actor, lock=lock)
    if letter is None:
        raise LetterNotFound("请核对编号；只能查看辖区内的，或已送达自己的文书")
    return letter


async def draft(session: AsyncSession, body: LetterWrite, actor: Actor) -> Letter:
    """Begin a letter. What it lacks may be filled in later; what is there must be right. Raises InvalidRequest."""
    letter = Letter(
        id=uuid7(),
        version=1,
        state=LetterState.DRAFT,
        prepared_by=actor.id,
        prepared_by_name=actor.name,
        entries=[],
    )
    await _write(session, letter, body, actor)
    letter.log(LetterStep.DRAFTED, now(), **_by(actor))
    session.add(letter)
    await session.flush()
    return await letter_for(session, letter.id, actor)


async def change(session: AsyncSession, letter_id: UUID, body: LetterWrite, version: int, actor: Actor) -> Letter:
    """Write another content into a draft; whoever does has prepared it from then on."""
    letter = await _held(session, letter_id, version, actor)
    letter.change()
    await _write(session, letter, body, actor)
    letter.prepared_by, letter.prepared_by_name = actor.id, actor.name
    await _logged(session, letter, LetterStep.CHANGED, now(), actor)
    return await letter_for(session, letter.id, actor)


async def submit(session: AsyncSession, letter_id: UUID, note: str, version: int, actor: Actor) -> Letter:
    """Hand a draft in; everything required must be filled in now. Raises InvalidRequest."""
    letter = await _held(session, letter_id, version, actor)
    letter.submit()
    _printed_fields(letter, whole=True)
    return await _logged(session, letter, LetterStep.SUBMITTED, now(), actor, note=note)


async def send_back(session: AsyncSession, letter_id: UUID, note: str, version: int, actor: Actor) -> Letter:
    """It is not approved, and why."""
    letter = await _held(session, letter_id, version, actor)
    letter.send_back()
    return await _logged(session, letter, LetterStep.RETURNED, now(), actor, note=note)


async def issue(session: AsyncSession, letter_id: UUID, note: str, version: int, actor: Actor) -> Letter:
    """Approve a letter: it gets its number and its place in the chain, and the corrections it concerns are told.

    Numbers have no gaps: the issuer is held, and whatever fails takes the number back with it.
    """
    letter = await _held(session, letter_id, version, actor)
    letter.ensure_may_issue(actor.id)
    issuer = await repository.hold_issuer(session, letter.issuer_id)
    at, superseded = now(), None
    if letter.supersedes_id is not None:
        superseded = await letter_for(session, letter.supersedes_id, actor, lock=True)
        superseded.ensure_may_be_superseded()
    rule = await _reply_rule(session, letter.kind, at)
    letter.reply_length, letter.reply_unit = letter.reply_length or rule.length, rule.unit
    letter.year = day_of(at).year
    letter.sequence = await repository.last_sequence(session, issuer.id, letter.kind, letter.year) + 1
    letter.number = number_of(issuer.abbreviation, letter.kind, letter.year, letter.sequence)
    letter.approved_by, letter.approved_by_name = actor.id, actor.name
    content = _content(letter, at, superseded.number if superseded else None)
    letter.issue(content, digest(content), at)
    corrections = [UUID(value) for value in letter.correction_ids]
    await note_letter(session, corrections, letter.kind.value, f"{letter.kind.label} {letter.number}", at, actor)
    await _logged(session, letter, LetterStep.ISSUED, at, actor, note=note)
    await _tell(session, letter, TimelineKind.LETTER_ISSUED, at, actor)
    await count_letter(session, letter)
    if superseded is not None:
        superseded.supersede(letter.id)
        await _end_clock(session, superseded, actor, f"由 {letter.number} 取代")
        await count_letter(session, superseded)
        await _logged(session, superseded, LetterStep.WITHDRAWN, at, actor, note=f"由 {letter.number} 取代")
    return letter


async def serve(session: AsyncSession, letter_id: UUID, body: ServiceStep, version: int, actor: Actor) -> Letter:
    """It reached its addressee: the time for the reply runs, as long as the letter says."""
    letter = await _held(session, letter_id, version, actor)
    at = _moment(letter, body.at)
    letter.serve(at, body.method)
    opening = Opening(
        code=letter.kind.reply_code,
        object_type=CLOCK_OBJECT,
        object_id=letter.id,
        region_code=letter.region_code,
        triggered_at=at,
        title=f"{letter.addressee}：答复{letter.kind.label} {letter.number}",
        in_force_at=letter.issued_at,
        stated_length=letter.reply_length,
    )
    await open_clocks(session, [opening], actor=actor, evidence="、".join(body.evidence))
    return await _logged(session, letter, LetterStep.SERVED, at, actor, note=body.note, evidence=body.evidence)


async def reply(session: AsyncSession, letter_id: UUID, body: ReplyStep, version: int, actor: Actor) -> Letter:
    """The addressee answered. A business's own word counts when it is recorded; officers enter what came on paper."""
    if actor.business_id is not None and body.at is not None:
        raise refused_at("/at", "答复以登记时为准，请不要填写时间；书面答复更早递交的，请检查人员补记", "moment")
    letter = await _held(session, letter_id, version, actor)
    at = _moment(letter, body.at)
    letter.reply(at)
    clock = await clock_of(session, letter.id)
    if clock is not None and clock.is_open:
        await meet_clock(session, clock.id, actor=actor, at=at, evidence=body.note)
    await count_letter(session, letter)
    await _tell(session, letter, TimelineKind.LETTER_REPLIED, at, actor)
    return await _logged(session, letter, LetterStep.REPLIED, at, actor, note=body.note, evidence=body.evidence)


async def clock_of(session: AsyncSession, letter_id: UUID) -> ClockRow | None:
    """The clock of the reply."""
    found = await clocks_of(session, CLOCK_OBJECT, letter_id)
    return found[0] if found else None


def preview(letter: Letter) -> list[str]:
    """The text of a draft with what is filled in now, or of the letter as it was issued."""
    if letter.content is not None:
        return list(letter.content["paragraphs"])
    printed, _ = read_fields(letter.template.typed_fields, letter.fields, whole=False)
    return fill(letter.template.paragraphs, printed | {"reply_limit": "（签发时填）"})


async def _write(session: AsyncSession, letter: Letter, body: LetterWrite, actor: Actor) -> None:
    issuer = await repository.visible_issuer(session, body.issuer_id, actor)
    if issuer is None:
        raise IssuerNotFound("请核对编号；只能用辖区内的发文机关")
    template = await repository.template_on(session, body.kind, day_of(now()))
    if template is None:
        raise NoTemplate(f"请先登记{body.kind.label}的格式")
    letter.kind, letter.issuer, letter.template = body.kind, issuer, template
    letter.issuer_id, letter.template_id = issuer.id, template.id
    letter.business_id, addressee, region_code = body.business_id, body.addressee, body.region_code
    if body.business_id is not None:
        business = await repository.business_on_file(session, body.business_id)
        if business is None:
            raise refused_at("/business_id", "没有这个主体，请核对编号；没有登记的填收件单位和区划", "business")
        addressee, region_code = business.name, business.region_code
    assert addressee is not None and region_code is not None  # the schema has seen to it
    if hidden := hidden_in(addressee):
        pointer = "/business_id" if body.business_id else "/addressee"
        raise refused_at(pointer, f"收件单位的名称里有印不出来的字符 {hidden}，请先改正", "characters")
    await ensure_in_scope(session, actor, region_code)
    letter.addressee, letter.region_code = addressee, region_code
    letter.fields, letter.reply_length = dict(body.fields), body.reply_length
    letter.correction_ids = [str(value) for value in dict.fromkeys(body.correction_ids)]
    if body.supersedes_id is not None:
        await _ensure_may_supersede(session, body, actor)
    letter.supersedes_id = body.supersedes_id
    _printed_fields(letter, whole=False)


async def _ensure_may_supersede(session: AsyncSession, body: LetterWrite, actor: Actor) -> None:
    assert body.supersedes_id is not None
    old = await letter_for(session, body.supersedes_id, actor)
    old.ensure_may_be_superseded()
    if (old.kind, old.issuer_id) != (body.kind, body.issuer_id):
        raise refused_at("/supersedes_id", "只能取代同一发文机关的同种文书", "supersedes")


def _printed_fields(letter: Letter, *, whole: bool) -> dict[str, str]:
    printed, faults = read_fields(letter.template.typed_fields, letter.fields, whole=whole)
    if faults:
        errors = [FieldError(pointer=fault.pointer, message=fault.message, code="field") for fault in faults]
        raise InvalidRequest(f"有 {len(errors)} 处需要改正", errors=errors)
    return printed


def _content(letter: Letter, at: datetime, supersedes: str | None) -> dict[str, Any]:
    """Everything the letter says."""
    assert letter.reply_length is not None and letter.reply_unit is not None
    limit = f"{letter.reply_length}{letter.reply_unit.label}"
    values = _printed_fields(letter, whole=True) | {"reply_limit": limit, "supersedes": supersedes or ""}
    return {
        "kind": letter.kind.value,
        "title": letter.kind.label,
        "number": letter.number,
        "position": letter.issuer.issued_count + 1,
        "issuer": letter.issuer.name,
        "addressee": letter.addressee,
        "business_id": str(letter.business_id) if letter.business_id else None,
        "paragraphs": fill(letter.template.paragraphs, values),
        "issued_on": day_in_words(day_of(at)),
        "issued_at": at.isoformat(),
        "approved_by": letter.approved_by_name,
        "form": {"kind": letter.kind.value, "number": letter.template.number},
        "reply_length": letter.reply_length,
        "reply_unit": letter.reply_unit.value,
        "supersedes": supersedes,
        "corrections": letter.correction_ids,
    }


async def _reply_rule(session: AsyncSession, kind: LetterKind, at: datetime) -> ClockRule:
    known = [row.to_rule() for row in await rules_in_force(session, kind.reply_code)]
    rule = clock_rules.applicable(known, kind.reply_code, Authority.MARKET, at)
    if rule is None:
        raise LetterStepRefused(f"没有适用的期限规则 {kind.reply_code}，请先补录")
    return rule


async def _end_clock(session: AsyncSession, letter: Letter, actor: Actor, reason: str) -> None:
    clock = await clock_of(session, letter.id)
    if clock is not None and clock.is_open:
        await cancel_clock(session, clock.id, reason=reason, actor=actor)


def _moment(letter: Letter, given: datetime | None) -> datetime:
    last = letter.last_entry
    try:
        return moment_of(given, now(), last.at, last.kind.label)
    except ImpossibleMoment as impossible:
        raise refused_at("/at", str(impossible), "moment") from None


async def _tell(session: AsyncSession, letter: Letter, kind: TimelineKind, at: datetime, actor: Actor) -> None:
    await tell(
        session,
        kind=kind,
        source=f"letter/{letter.id}/{kind.value}",
        business_id=letter.business_id,
        summary=f"{kind.label}：{letter.kind.label} {letter.number}",
        details={"letter_id": str(letter.id)},
        happened_at=at,
        link=f"/v1/supervision-letters/{letter.id}",
        actor_id=actor.id,
    )


def _by(actor: Actor) -> dict[str, Any]:
    return {"actor_id": actor.id, "actor_name": actor.name}


async def _held(session: AsyncSession, letter_id: UUID, version: int, actor: Actor) -> Letter:
    letter = await letter_for(session, letter_id, actor, lock=True)
    ensure_version(letter, version)
    return letter


async def _logged(
    session: AsyncSession, letter: Letter, step: LetterStep, at: datetime, actor: Actor, **details: Any
) -> Letter:
    letter.log(step, at, **_by(actor), **details)
    letter.advance()
    await session.flush()
    return letter
