"""Serving an unqualified result (送达): on each recipient by himself, with proof; his rights run from then."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.disposals import service
from services.sampling.disposals.models import DisposalCase, ResultNotice
from services.sampling.disposals.problems import CaseStepRefused, ResultNotServed
from services.sampling.disposals.schemas import RecipientCreate, ServiceConfirmation, ServiceStep
from services.sampling.disposals.service import NOTICE_CLOCK_OBJECT, SERVICE
from services.sampling.disposals.steps import begin, finish, hold
from services.sampling.proceedings.clocks import clock_on, correct_met, meet, open_where_ruled
from shared.clocks.rules import ONE_TICK
from shared.clocks.service import cancel_clock
from shared.contracts.clocks import ClockState
from shared.contracts.disposals import CaseState, CaseStep
from shared.http.auth import Actor
from shared.http.problems import FieldError, InvalidRequest
from shared.times import in_words, now

RETEST_WINDOW = "retest_application"
OBJECTION_WINDOW = "result_objection_application"


async def add_recipient(
    session: AsyncSession, case_id: UUID, body: RecipientCreate, version: int, actor: Actor
) -> DisposalCase:
    """The result is also to be served on a market opener, a platform, or a party the form did not name."""
    case, _, at = await begin(session, case_id, body, version, actor, CaseStep.RECIPIENT_ADDED)
    if case.state is CaseState.CLOSED:
        raise CaseStepRefused("已经办结，不能再增加送达对象")
    if any((notice.recipient, notice.name) == (body.recipient, body.name) for notice in case.notices):
        raise CaseStepRefused(f"{body.recipient.label}“{body.name}”已在送达对象之中")
    before = case.count
    await service.add_notice(session, case, body.recipient, body.name)
    details = {"recipient": body.recipient.value, "name": body.name}
    return await finish(session, case, CaseStep.RECIPIENT_ADDED, at, before, body, actor, details=details)


async def serve(
    session: AsyncSession, case_id: UUID, notice_id: UUID, body: ServiceStep, version: int, actor: Actor
) -> DisposalCase:
    """The result reached the recipient: his windows to ask for a re-test and to object are counted from that day.

    A mistaken date is corrected with a reason, until the recipient has used a window that was counted from it.
    """
    case, _, at = await begin(session, case_id, body, version, actor, CaseStep.SERVED)
    notice = _notice_of(case, notice_id)
    before, was = case.count, notice.served_at
    if case.has_fallen_away:
        raise CaseStepRefused("这件核查处置已不再需要，不必送达")
    if was is not None:
        await _withdraw_windows(session, notice, body, actor)
    notice.serve(at, body.method, body.evidence, recorded_at=now(), by=actor.id)
    evidence = "、".join(body.evidence)
    if was is None:
        await meet(session, NOTICE_CLOCK_OBJECT, notice.id, SERVICE, actor=actor, at=at, evidence=evidence)
    else:
        reason = f"更正送达时间：{body.note}"
        await correct_met(
            session, NOTICE_CLOCK_OBJECT, notice.id, SERVICE, actor=actor, at=at, reason=reason, evidence=evidence
        )
    await _open_windows(session, case, notice, at)
    kind = CaseStep.SERVED if was is None else CaseStep.SERVICE_CORRECTED
    details = {"notice_id": str(notice.id), "name": notice.name, "method": body.method.value}
    if was is not None:
        details["was"] = in_words(was)
    return await finish(session, case, kind, at, before, body, actor, details=details)


async def confirm(
    session: AsyncSession, case_id: UUID, notice_id: UUID, body: ServiceConfirmation, version: int, actor: Actor
) -> DisposalCase:
    """A second officer vouches for a day of service that was written down late: publication need not wait for it.

    That is part of publishing, not of handling the case: it takes another person, who may have taken in the results.
    """
    case, _ = await hold(session, case_id, version, actor)
    at = case.moment_of(CaseStep.SERVICE_CONFIRMED, body.at, now())
    notice, before = _notice_of(case, notice_id), case.count
    notice.confirm(at, actor.id)
    details = {"notice_id": str(notice.id), "name": notice.name}
    return await finish(session, case, CaseStep.SERVICE_CONFIRMED, at, before, body, actor, details=details)


def served_on_party(case: DisposalCase) -> tuple[ResultNotice, datetime]:
    """The notice on the case's own party, and when it reached him: from then he may contest the result.

    The windows are counted from receipt (食品安全法 §88), so nothing may be filed before that day is written down with
    its proof. Who holds the result already was served in fact: the officer records that day first. Raises
    CaseStepRefused where there is nothing to contest any more, ResultNotServed.
    """
    notice = next((each for each in case.notices if each.name == case.party_name and each.recipient.may_contest), None)
    if notice is None or case.has_fallen_away:
        raise CaseStepRefused("这件核查处置已不再需要，没有可以申请复检、提出异议的结论")
    if notice.served_at is None:
        raise ResultNotServed(
            f"申请复检、提出异议的期限自{notice.recipient.label}收到结论之日起算，现在还没有这一日。"
            "申请人已经拿到结论的，请先凭证据登记送达，时间填收到的时间，再登记申请"
        )
    return notice, notice.served_at


def _notice_of(case: DisposalCase, notice_id: UUID) -> ResultNotice:
    notice = next((notice for notice in case.notices if notice.id == notice_id), None)
    if notice is None:
        raise CaseStepRefused("这件核查处置没有这个送达对象，请重新读取")
    return notice


async def _open_windows(session: AsyncSession, case: DisposalCase, notice: ResultNotice, served_at: datetime) -> None:
    if not notice.recipient.may_contest:
        return
    # A cancelled window is never opened again, so a day that was corrected away and back has windows of its own.
    corrected = sum(
        entry.kind is CaseStep.SERVICE_CORRECTED and entry.details["notice_id"] == str(notice.id)
        for entry in case.entries
    )
    since = served_at + ONE_TICK * corrected
    for code, what in ((RETEST_WINDOW, "申请复检"), (OBJECTION_WINDOW, "提出异议")):
        title = f"{case.food_name} · {notice.recipient.label}{what}"
        await open_where_ruled(session, service.opening_for(case, code, NOTICE_CLOCK_OBJECT, notice.id, since, title))


async def _withdraw_windows(session: AsyncSession, notice: ResultNotice, body: ServiceStep, actor: Actor) -> None:
    if not body.note:
        error = FieldError(pointer="/note", message="更正送达时间，请写明理由", code="missing")
        raise InvalidRequest("有 1 处需要改正", errors=[error])
    for code in (RETEST_WINDOW, OBJECTION_WINDOW):
        window = await clock_on(session, NOTICE_CLOCK_OBJECT, notice.id, code)
        if window is not None and window.state is ClockState.MET:
            raise CaseStepRefused("收件人已依据原送达时间申请复检或提出异议，送达时间不能再改")
        if window is not None and window.is_open:
            await cancel_clock(session, window.id, reason=f"更正送达时间：{body.note}", actor=actor)
