"""Keeping credit accounts and grading them; who draws businesses at random is told of a new grade."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.scoring.credit.grades import repository
from services.scoring.credit.grades.models import CreditAccount, CreditEntry, CreditGradeRule, CreditGrading, EndReason
from services.scoring.credit.grades.problems import (
    AccountElsewhere,
    AccountMerged,
    EntryKnown,
    NoCreditRule,
    NotRepairableYet,
    UnknownCreditAccount,
    UnknownCreditEntry,
    refused_at,
)
from services.scoring.credit.grades.rules import MERGED, Fact, repairable_from, standing
from services.scoring.credit.grades.schemas import (
    CreditAccountCreate,
    CreditEntryCreate,
    CreditEntryEnd,
    CreditGradingCreate,
)
from services.scoring.credit.models import CreditSignal
from services.scoring.figures.counting import graded
from shared.contracts.inspection import BusinessFacts, BusinessMerged
from shared.contracts.scoring import CreditGradeChanged
from shared.dated_rules.repository import rule_on
from shared.events.outbox import publish
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.jobs.models import Job
from shared.jobs.service import enqueue
from shared.regions.scope import ensure_in_scope
from shared.times import day_of, now

JOB = "grade_credit"


async def read_account(session: AsyncSession, actor: Actor, business_id: UUID) -> CreditAccount:
    account = await repository.get_visible(session, actor, business_id)
    if account is None:
        raise UnknownCreditAccount
    return account


async def open_account(session: AsyncSession, body: CreditAccountCreate, actor: Actor) -> CreditAccount:
    """Open the account of a business that no signal has opened yet. Nothing is known, so it has no grade. The one that
    the register opened is the same account.
    """
    await ensure_in_scope(session, actor, body.region_code)
    if await repository.open_if_new(session, {**body.model_dump(), "steps": [], "version": 1}):
        return await repository.held(session, body.business_id)
    account = await repository.get_visible(session, actor, body.business_id)
    if account is None or not account.register_version:
        raise AccountElsewhere("账户已经开过，请直接登记记录")
    return account


async def enter(session: AsyncSession, actor: Actor, business_id: UUID, body: CreditEntryCreate) -> CreditEntry:
    """Enter a fact and grade anew. Raises InvalidRequest for a kind that the rule does not name or a day to come,
    EntryKnown for what has been entered before, AccountMerged where the business goes on under another's file.
    """
    await read_account(session, actor, business_id)
    today = day_of(now())
    if body.happened_on > today:
        raise refused_at("/happened_on", f"{body.happened_on} 还没有到，请改为已经发生的日期", "future")
    known = (await _rule_on(session, today)).rules
    if known.fact(body.code) is None:
        codes = "、".join(f"{fact.code}（{fact.label}）" for fact in known.facts)
        raise refused_at("/code", f"现行办法没有“{body.code}”这种情形，可写的有：{codes}", "unknown")
    account = await repository.held(session, business_id)
    if account.merged_into is not None:
        raise AccountMerged("请在并入的那一户登记", business_id=str(account.merged_into))
    same = await repository.same_entry(session, await businesses_of(session, account), **body.model_dump())
    if same is not None:
        raise EntryKnown(
            f"{same.happened_on} 的同一情形、同一凭据已经登记；确是两件事的，请在凭据里写出各自的编号",
            entry_id=str(same.id),
        )
    entry = CreditEntry(business_id=business_id, recorded_by=actor.id, **body.model_dump())
    session.add(entry)
    await session.flush()
    await _grade(session, account, today)
    return entry


async def end_entry(
    session: AsyncSession, actor: Actor, business_id: UUID, entry_id: UUID, version: int, body: CreditEntryEnd
) -> CreditEntry:
    """End an entry that was a mistake, or is repaired: that not before the term of its kind."""
    await read_account(session, actor, business_id)
    account = await repository.held(session, business_id)
    entry = await repository.held_entry(session, await businesses_of(session, account), entry_id)
    if entry is None:
        raise UnknownCreditEntry
    ensure_version(entry, version)
    today = day_of(now())
    if body.reason is EndReason.REPAIRED:
        await _ensure_repairable(session, entry, today)
    entry.end(body.reason, body.note, on=today, by=actor.id)
    await session.flush()
    await _grade(session, account, today)
    return entry


async def follow_signal(session: AsyncSession, signal: CreditSignal) -> None:
    """A signal was settled: the business it names is graded anew, its account opened if this is the first."""
    if signal.business_id is None:
        return
    values: dict[str, Any] = {
        "business_id": signal.business_id,
        "uscc": signal.business_uscc,
        "name": signal.business_name or "（名称不详）",
        "region_code": signal.region_code,
        "steps": [],
        "version": 1,
    }
    await repository.open_if_new(session, values)
    account = await repository.held(session, signal.business_id)
    await _grade_all(session, {account.merged_into or account.business_id})


async def follow_register(session: AsyncSession, facts: BusinessFacts) -> None:
    """The register knows a business: it has an account, without a grade as long as nothing is known of it. An account
    goes by the newest name and region that the register told, and by the file that the register says goes on.
    """
    values = facts.model_dump(include={"business_id", "uscc", "name", "region_code"})
    into = facts.merged_into if isinstance(facts, BusinessMerged) else None
    told = {**values, "steps": [], "version": 1, "register_version": facts.version, "merged_into": into}
    if await repository.open_if_new(session, told):
        joined = await repository.merged_into(session, facts.business_id)
        await _grade_all(session, {facts.business_id, into} if joined or into else set())
        return
    account = await repository.held(session, facts.business_id)
    if facts.version <= account.register_version:
        return
    account.name, account.uscc, account.register_version = facts.name, facts.uscc, facts.version
    if account.region_code != facts.region_code:
        known, account.grade = account.grade, None
        await graded(session, account, known)  # out of the figures of the old region, into those of the new
        account.region_code, account.grade = facts.region_code, known
        await graded(session, account, None)
    before, account.merged_into = account.merged_into, into
    account.advance()
    await session.flush()
    if before != into:
        await _grade_all(session, {facts.business_id, before, into})


async def businesses_of(session: AsyncSession, account: CreditAccount) -> list[UUID]:
    """The business of an account, and those that go on under its file: what counts for it."""
    return [account.business_id, *await repository.merged_into(session, account.business_id)]


async def grade(session: AsyncSession, business_id: UUID, day: date) -> bool:
    """Grade one business as of the day; False when nothing has changed."""
    return await _grade(session, await repository.held(session, business_id), day)


async def order(session: AsyncSession, body: CreditGradingCreate, actor: Actor) -> Job:
    """Grade every account of a region in the background: terms run out without anybody writing."""
    await ensure_in_scope(session, actor, body.region_code)
    await _rule_on(session, day_of(now()))
    return await enqueue(session, JOB, {"regions": [body.region_code]}, actor=actor, title="信用重新分级")


async def _grade(session: AsyncSession, account: CreditAccount, day: date) -> bool:
    rule = await rule_on(session, CreditGradeRule, day)
    if rule is None:  # a signal is kept whether or not anybody has said what it does to a grade
        return False
    if account.merged_into is not None:
        found = MERGED
    else:
        businesses = await businesses_of(session, account)
        facts = [entry.fact for entry in await repository.entries_of(session, businesses)]
        facts += [_fact_of(signal) for signal in await repository.confirmed_signals(session, businesses)]
        found = standing(rule.rules, facts, day)
    before = account.grade
    if not account.take(found, rule.id, day):
        return False
    await graded(session, account, before)
    session.add(
        CreditGrading(
            business_id=account.business_id,
            number=account.version,
            as_of=day,
            grade=found.grade,
            points=found.points,
            steps=list(found.steps),
            rule_id=rule.id,
        )
    )
    if found.grade is not None and found.grade is not account.told:
        account.told = found.grade
        told = CreditGradeChanged(
            business_id=account.business_id,
            uscc=account.uscc,
            version=account.version,
            grade=found.grade,
            as_of=day,
            reason=found.reason,
        )
        await publish(session, told, account.business_id)
    await session.flush()
    return True


async def _grade_all(session: AsyncSession, businesses: Collection[UUID | None]) -> None:
    """Grade those that have an account, by what now counts for each: whose file goes on may be told of later."""
    for business_id in sorted(one for one in businesses if one is not None):
        if await repository.is_open(session, business_id):
            await grade(session, business_id, day_of(now()))


def _fact_of(signal: CreditSignal) -> Fact:
    """A confirmed signal as the rules see it; what is severe is a kind of its own."""
    return Fact(f"{signal.kind.value}_severe" if signal.severe else signal.kind.value, day_of(signal.occurred_at))


async def _rule_on(session: AsyncSession, day: date) -> CreditGradeRule:
    rule = await rule_on(session, CreditGradeRule, day)
    if rule is None:
        raise NoCreditRule(f"{day} 没有适用的办法，请先登记")
    return rule


async def _ensure_repairable(session: AsyncSession, entry: CreditEntry, today: date) -> None:
    kind = (await _rule_on(session, today)).rules.fact(entry.code)
    first = None if kind is None else repairable_from(kind, entry.happened_on)
    if first is None:
        raise NotRepairableYet("现行办法没有规定这种情形可以修复")
    if today < first:
        raise NotRepairableYet(f"这种情形自 {first} 起才可以修复")
