"""Opening disposal cases, ending those that have nothing left to dispose of, and keeping count of them.

The steps of a case under way are in `steps`, the results served in `notices`.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.disposals import repository
from services.sampling.disposals.findings import Finding
from services.sampling.disposals.models import Count, DisposalCase, ResultNotice, Standing
from services.sampling.disposals.problems import CaseNotFound
from services.sampling.disposals.rules import handling_of, parties_of
from services.sampling.figures import disposals as figures
from services.sampling.proceedings.clocks import cancel_open, open_where_ruled
from services.sampling.samples.models import Sample
from services.sampling.samples.service import facts_of
from shared.clocks.rules import ONE_TICK
from shared.clocks.service import Opening, clocks_of
from shared.contracts.clocks import ClockState
from shared.contracts.disposals import CaseEnd, CaseStep, Handling, Recipient
from shared.contracts.statutory_sampling import CaseSide, Conclusion, DisposalClosed
from shared.events.outbox import publish
from shared.http.auth import Actor
from shared.ids import uuid7
from shared.times import day_of, now

CLOCK_OBJECT = "disposal_case"
START, COMPLETION = "disposal_start", "disposal_completion"
NOTICE_CLOCK_OBJECT = "result_notice"
SERVICE = "result_service"

NOTHING = Count(0, 0)


async def open_cases(
    session: AsyncSession, sample: Sample, finding: Finding, at: datetime | None = None
) -> Sequence[DisposalCase]:
    """Open the producer's and the seller's case of an unqualified or problem sample; gives all cases of the sample.

    Call it with the sample locked, when the report is accepted, or at its issue for the 24-hour class. One case a
    sample and side, however often it is called; a later finding with other words is taken over into the timeline and
    moves no clock; one that fails again after a correction to a pass reopens them. Disposal is to start and to be
    complete counted from `finding.received_at`; a producer elsewhere is a notice to his bureau instead (its start clock
    is that notice's). On every party, and on the platform of an online purchase, the result is to be served. `at` is
    when the cases are written, by default now. A qualified or undetermined finding opens nothing.
    """
    if finding.conclusion not in (Conclusion.UNQUALIFIED, Conclusion.PROBLEM):
        return await repository.cases_of(session, sample.id)
    moment = at or now()
    rows = await _rows(session, sample, finding, moment)
    new = await repository.add_missing(session, rows)
    cases = await repository.lock_cases_of(session, sample.id)
    for case in cases:
        if case.id in new:
            await _begin(session, case, sample)
        elif case.ended_because is CaseEnd.REPORT_CORRECTED:
            await _reopen(session, case, finding, moment)
        elif case.replace_finding(
            finding.report_number, finding.report_class, finding.conclusion, list(finding.unqualified_items)
        ):
            case.log(CaseStep.FINDING_REPLACED, moment, case.count, note=f"检验报告 {finding.report_number}")
            case.advance()
    await session.flush()
    return cases


async def _rows(session: AsyncSession, sample: Sample, finding: Finding, at: datetime) -> list[dict[str, Any]]:
    parties = parties_of(
        sample.link,
        (sample.sampled_party_name, sample.sampled_party_uscc),
        (sample.producer_name, sample.producer_uscc),
    )
    known = await repository.businesses_with(session, {party.uscc for party in parties if party.uscc})
    rows = []
    for party in parties:
        registered = [business for business in known if business.uscc == party.uscc]
        is_sampled_party = party.name == sample.sampled_party_name
        business_id = sample.business_id if is_sampled_party else None
        rows.append(
            {
                "id": uuid7(),
                "version": 1,
                "sample_id": sample.id,
                "side": party.side,
                "handling": (
                    Handling.OWN
                    if is_sampled_party
                    else handling_of(party, sample.bureau_code, [business.region_code for business in registered])
                ),
                "authority": finding.authority,
                "region_code": sample.region_code if is_sampled_party else sample.bureau_code,
                "bureau_code": sample.bureau_code,
                "food_name": sample.food_name,
                "lot_code": sample.lot_code,
                "party_name": party.name,
                "party_uscc": party.uscc,
                "party_business_id": business_id or (registered[0].id if len(registered) == 1 else None),
                "report_number": finding.report_number,
                "report_class": finding.report_class,
                "conclusion": finding.conclusion,
                "unqualified_items": [item.model_dump(mode="json") for item in finding.unqualified_items],
                "received_at": finding.received_at,
                "opened_at": at,
            }
        )
    return rows


async def _begin(session: AsyncSession, case: DisposalCase, sample: Sample) -> None:
    recipient = Recipient.PRODUCER if case.side is CaseSide.PRODUCER else Recipient.SELLER
    entry = case.log(CaseStep.OPENED, case.received_at, NOTHING, note=f"检验报告 {case.report_number}")
    await open_clocks_of(session, case)
    await add_notice(session, case, recipient, case.party_name)
    platform = (sample.form.get("online") or {}).get("platform")
    if platform and case.side is CaseSide.SELLER:
        await add_notice(session, case, Recipient.PLATFORM, platform)
    await figures.record_filing(session, case, entry)


async def _reopen(session: AsyncSession, case: DisposalCase, finding: Finding, at: datetime) -> None:
    before = case.count
    case.reopen(finding.received_at)
    case.replace_finding(
        finding.report_number, finding.report_class, finding.conclusion, list(finding.unqualified_items)
    )
    entry = case.log(CaseStep.REOPENED, at, before, note=f"检验报告 {finding.report_number}")
    case.advance()
    await open_clocks_of(session, case)
    for notice in case.notices:
        await _open_service_clock(session, case, notice)
    await settle(session, case)
    await figures.record_filing(session, case, entry)


async def open_clocks_of(session: AsyncSession, case: DisposalCase) -> None:
    """Start, and for a case of one's own completion, counted from when the conclusion was received."""
    codes = [START] if case.handling is Handling.ELSEWHERE else [START, COMPLETION]
    # A cancelled clock is never opened again, so a case taken back has one of its own, from the same day.
    taken_over = sum(entry.kind is CaseStep.TAKEN_OVER for entry in case.entries)
    since = case.received_at + ONE_TICK * taken_over
    for code in codes:
        await open_where_ruled(session, opening_for(case, code, CLOCK_OBJECT, case.id, since, case.title))


async def add_notice(session: AsyncSession, case: DisposalCase, recipient: Recipient, name: str) -> ResultNotice:
    """The result is to be served on somebody, on a clock of his own from when the bureau received it."""
    notice = ResultNotice(id=uuid7(), case_id=case.id, recipient=recipient, name=name, proof=[])
    case.notices.append(notice)
    await session.flush()
    await _open_service_clock(session, case, notice)
    return notice


async def _open_service_clock(session: AsyncSession, case: DisposalCase, notice: ResultNotice) -> None:
    title = f"{case.food_name} · 送达{notice.recipient.label}"
    opening = opening_for(case, SERVICE, NOTICE_CLOCK_OBJECT, notice.id, case.received_at, title)
    await open_where_ruled(session, opening)


def opening_for(
    case: DisposalCase, code: str, object_type: str, object_id: UUID, triggered_at: datetime, title: str
) -> Opening:
    """A clock of a case, under the rules of its authority."""
    return Opening(
        code=code,
        object_type=object_type,
        object_id=object_id,
        region_code=case.region_code,
        triggered_at=triggered_at,
        title=title,
        authority=case.authority,
    )


async def end_cases(
    session: AsyncSession,
    sample: Sample,
    because: CaseEnd,
    conclusion: Conclusion,
    at: datetime,
    note: str,
    *,
    actor: Actor | None = None,
    sides: Collection[CaseSide] = tuple(CaseSide),
) -> None:
    """End the sample's cases (of `sides`) on a ground that leaves nothing to dispose of, also those already closed.

    The sale is free again, every clock and window of theirs falls away, and `conclusion` is what now holds. A case that
    was overdue stays counted as such. Call it with the sample locked; the sample itself is the caller's.
    """
    for case in await repository.lock_cases_of(session, sample.id):
        if case.side not in sides or case.has_fallen_away:
            continue
        before = case.count
        if case.lift_stop_sale():
            case.log(CaseStep.STOP_SALE_LIFTED, at, before, **by(actor), note=because.label)
        case.fall_away(because, at)
        entry = case.log(CaseStep.CLOSED, at, before, **by(actor), note=f"{because.label}：{note}")
        await cancel_open(session, CLOCK_OBJECT, case.id, reason=because.label, actor=actor, at=at)
        for notice in case.notices:
            await cancel_open(session, NOTICE_CLOCK_OBJECT, notice.id, reason=because.label, actor=actor, at=at)
        case.advance()
        await session.flush()
        await settle(session, case)
        await figures.record_filing(session, case, entry)
        await tell_closed(session, case, sample, conclusion, at)


async def tell_closed(
    session: AsyncSession, case: DisposalCase, sample: Sample, conclusion: Conclusion, at: datetime
) -> None:
    """Tell the other services that the case is closed, and under which conclusion."""
    event = DisposalClosed(**facts_of(sample), case_id=case.id, side=case.side, conclusion=conclusion, closed_at=at)
    await publish(session, event, case.id)


def by(actor: Actor | None) -> dict[str, Any]:
    """Who wrote an entry."""
    return {"actor_id": actor.id, "actor_name": actor.name} if actor else {}


async def case_for(session: AsyncSession, case_id: UUID, actor: Actor, *, lock: bool = False) -> DisposalCase:
    """The case with timeline and notices, if the actor may see it. Raises CaseNotFound."""
    case = await repository.visible_case(session, case_id, actor, lock=lock)
    if case is None:
        raise CaseNotFound("请核对编号；只能查看辖区内的，或已送达自己的核查处置")
    return case


async def settle_clock(session: AsyncSession, case_id: UUID) -> None:
    """Take note of what the sweep found about a case's completion. Unknown ids are nobody's business here."""
    case = await repository.lock_case(session, case_id)
    if case is not None:
        await settle(session, case)


async def settle(session: AsyncSession, case: DisposalCase) -> None:
    """Count the case on the day it was completed in time, or on the day it became overdue; otherwise not (yet).

    The clock itself is asked, in whatever order its messages come.
    """
    completions = [clock for clock in await clocks_of(session, CLOCK_OBJECT, case.id) if clock.code == COMPLETION]
    clock = max(completions, key=lambda clock: clock.id, default=None)
    standing = None
    if clock is not None and clock.closed_at is not None and clock.closed_at <= clock.due_at:
        is_done = clock.state is ClockState.MET
        standing = Standing(on_time=True, day=day_of(clock.closed_at)) if is_done else None
    elif clock is not None and (clock.closed_at is not None or clock.state is ClockState.BREACHED):
        standing = Standing(on_time=False, day=day_of(clock.due_at))
    if standing != case.standing:
        await figures.record_completion(session, case.region_code, before=case.standing, after=standing)
        case.stand(standing, now())
        await session.flush()
