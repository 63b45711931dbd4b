"""The reward ledger: reckoned by the rule in force, decided by another person, notified, paid or lapsed."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.figures.rewards import record_payment
from services.inspection.grid.cells.problems import wrong
from services.inspection.grid.dated_rules.contents import RewardRates, Subject
from services.inspection.grid.dated_rules.models import DatedRule
from services.inspection.grid.dated_rules.service import read_rule, rule_for
from services.inspection.reward_ledger import repository
from services.inspection.reward_ledger.codes import RewardEntryKind, RewardState
from services.inspection.reward_ledger.models import Reward, RewardReporter
from services.inspection.reward_ledger.problems import RewardStepRefused, UnknownReward
from services.inspection.reward_ledger.rules import Rates, Reckoning, Tier, plain, reckon
from services.inspection.reward_ledger.schemas import (
    Basis,
    Decision,
    IdentityReading,
    Lapse,
    Notification,
    Payment,
    Recalculation,
    RewardCreate,
    Trial,
)
from shared.clocks.service import clocks_of, meet_clock, open_clock
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.ids import uuid7
from shared.personal_data.service import disclose, told
from shared.regions.scope import ensure_in_scope
from shared.times import day_of, in_words, now

RULE_CODE = "report"
NOTICE, CLAIM, CLOCK_OBJECT = "reward_notice", "reward_claim", "reward"


async def try_out(session: AsyncSession, actor: Actor, body: Trial) -> tuple[Reckoning, DatedRule]:
    """Reckon without storing anything."""
    await ensure_in_scope(session, actor, body.region_code)
    rule = await rule_for(session, Subject.REWARD, RULE_CODE, body.region_code, body.case_closed_on)
    return _reckon(rule, body, body.granted_in_case), rule


async def reward_for(session: AsyncSession, reward_id: UUID, actor: Actor, *, lock: bool = False) -> Reward:
    """A reward with its history. Raises `UnknownReward`."""
    reward = await repository.visible_reward(session, reward_id, actor, lock=lock)
    if reward is None:
        raise UnknownReward("请核对编号；只能查看、办理辖区内的")
    return reward


async def propose(session: AsyncSession, actor: Actor, body: RewardCreate) -> Reward:
    """Enter a reward for a report whose case is closed. A report has one; all of a case share its cap."""
    await ensure_in_scope(session, actor, body.region_code)
    if body.case_closed_on > day_of(now()):
        raise wrong("/case_closed_on", f"结案日期 {body.case_closed_on} 在今天以后", "case_closed_on")
    await repository.lock_case(session, body.case_number)
    if await repository.reward_of_report(session, body.report_number) is not None:
        raise RewardStepRefused(f"举报 {body.report_number} 已有一笔奖励，一件举报奖励一次")
    rule = await rule_for(session, Subject.REWARD, RULE_CODE, body.region_code, body.case_closed_on)
    reckoning = _reckon(rule, body, await repository.granted_in_case(session, body.case_number, None))
    same = ("report_number", "case_number", "region_code", "case_closed_on")
    reward = Reward(
        id=uuid7(),
        version=1,
        state=RewardState.PROPOSED,
        rule_id=rule.id,
        proposed_by=actor.id,
        entries=[],
        **{name: getattr(body, name) for name in same},
    )
    reward.reckon(body.tier, body.fine, reckoning)
    session.add(reward)
    await session.flush()
    session.add(RewardReporter(reward_id=reward.id, **body.reporter.model_dump()))
    return await _log(session, reward, RewardEntryKind.PROPOSED, now(), actor, f"{plain(reward.amount)} 元")


async def recalculate(
    session: AsyncSession, actor: Actor, reward_id: UUID, body: Recalculation, expected: int
) -> Reward:
    """Reckon anew from another fine or tier, under the rule of the case's day, until it is decided."""
    reward = await _begin(session, reward_id, actor, expected)
    await repository.lock_case(session, reward.case_number)
    granted = await repository.granted_in_case(session, reward.case_number, reward.id)
    before = plain(reward.amount)
    reward.reckon(body.tier, body.fine, _reckon(await read_rule(session, reward.rule_id), body, granted))
    note = f"{before} 元改为 {plain(reward.amount)} 元：{body.reason}"
    return await _log(session, reward, RewardEntryKind.RECKONED_ANEW, now(), actor, note)


async def decide(session: AsyncSession, actor: Actor, reward_id: UUID, body: Decision, expected: int) -> Reward:
    """Approve or refuse; with the approval the time to notify the reporter begins."""
    reward, at = await _begin(session, reward_id, actor, expected), now()
    reward.decide(approved=body.approved, by=actor.id, finance_document=body.finance_document, at=at)
    if body.approved:
        clock = await open_clock(
            session,
            code=NOTICE,
            object_type=CLOCK_OBJECT,
            object_id=reward.id,
            region_code=reward.region_code,
            triggered_at=at,
            title=f"举报奖励 {reward.report_number}",
            actor=actor,
        )
        reward.notice_clock_id = clock.id
    kind = RewardEntryKind.APPROVED if body.approved else RewardEntryKind.REFUSED
    finance = f"（财政部门 {body.finance_document}）" if body.finance_document else ""
    return await _log(session, reward, kind, at, actor, f"{body.note}{finance}")


async def notify(session: AsyncSession, actor: Actor, reward_id: UUID, body: Notification, expected: int) -> Reward:
    """The reporter was told; from then he may claim it."""
    reward = await _begin(session, reward_id, actor, expected)
    at = _moment(body.at, reward.decided_at, "批准")
    clock = await open_clock(
        session,
        code=CLAIM,
        object_type=CLOCK_OBJECT,
        object_id=reward.id,
        region_code=reward.region_code,
        triggered_at=at,
        title=f"举报奖励 {reward.report_number}",
        actor=actor,
    )
    reward.notify(at, clock.id)
    assert reward.notice_clock_id is not None  # approved, says its state
    await meet_clock(session, reward.notice_clock_id, evidence=body.note, actor=actor, at=at)
    return await _log(session, reward, RewardEntryKind.NOTIFIED, at, actor, body.note)


async def pay(session: AsyncSession, actor: Actor, reward_id: UUID, body: Payment, expected: int) -> Reward:
    """The reporter claimed it in time and was paid. Raises `ClockStepRefused` after the time to claim."""
    reward = await _begin(session, reward_id, actor, expected)
    at = _moment(body.at, reward.notified_at, "通知")
    reward.pay(at, body.voucher)
    assert reward.claim_clock_id is not None  # notified, says its state before
    await meet_clock(session, reward.claim_clock_id, evidence=body.voucher, actor=actor, at=at)
    await record_payment(session, reward)
    note = f"{plain(reward.amount)} 元，凭证 {body.voucher}"
    return await _log(session, reward, RewardEntryKind.PAID, at, actor, note)


async def lapse(session: AsyncSession, actor: Actor, reward_id: UUID, body: Lapse, expected: int) -> Reward:
    """Nobody claimed it in time."""
    reward, at = await _begin(session, reward_id, actor, expected), now()
    reward.lapse()
    clock = next(one for one in await clocks_of(session, CLOCK_OBJECT, reward.id) if one.id == reward.claim_clock_id)
    if at <= clock.due_at:
        raise RewardStepRefused(f"领取期限到 {in_words(clock.due_at)}，届满前不能按放弃办理")
    return await _log(session, reward, RewardEntryKind.LAPSED, at, actor, body.note)


async def read_identity(
    session: AsyncSession, actor: Actor, reward_id: UUID, body: IdentityReading, expected: int
) -> RewardReporter:
    """Who reported; that somebody looked, and why, is put on record, in the reward's history and in the list of all
    looks at personal data.
    """
    reward = await _begin(session, reward_id, actor, expected)
    await _log(session, reward, RewardEntryKind.IDENTITY_READ, now(), actor, body.reason)
    reporter = await repository.reporter_of(session, reward.id)
    assert reporter is not None  # entered with the reward
    shown = [
        *told("/name", "姓名", reporter.name),
        *told("/contact", "联系方式", reporter.contact),
        *told("/identity_number", "证件号码", reporter.identity_number),
        *told("/account", "收款账户", reporter.account),
    ]
    await disclose(session, actor, f"/v1/rewards/{reward.id}", body.reason, shown)
    return reporter


def _reckon(rule: DatedRule, basis: Basis, granted: Decimal) -> Reckoning:
    rates = rule.says(RewardRates)
    tier = next((one for one in rates.tiers if one.tier == basis.tier), None)
    if tier is None:
        known = "、".join(str(one.tier) for one in rates.tiers)
        raise wrong("/tier", f"奖励标准只有 {known} 级，现为 {basis.tier}", "tier")
    return reckon(
        basis.fine,
        Tier(tier.rate, tier.floor),
        Rates(rates.cap, rates.joint_approval_from, rates.unit),
        granted,
    )


async def _begin(session: AsyncSession, reward_id: UUID, actor: Actor, expected: int) -> Reward:
    reward = await reward_for(session, reward_id, actor, lock=True)
    ensure_version(reward, expected)
    return reward


async def _log(
    session: AsyncSession, reward: Reward, kind: RewardEntryKind, at: datetime, actor: Actor, note: str
) -> Reward:
    reward.log(kind, at, actor.id, actor.name, note)
    if kind is not RewardEntryKind.PROPOSED:
        reward.advance()
    await session.flush()
    return reward


def _moment(given: datetime | None, since: datetime | None, of_what: str) -> datetime:
    at, present = given or now(), now()
    if at > present:
        raise wrong("/at", f"不能晚于现在 {in_words(present)}，现为 {in_words(at)}", "moment")
    if since is not None and at < since.replace(second=0, microsecond=0):
        raise wrong("/at", f"不能早于{of_what} {in_words(since)}，现为 {in_words(at)}", "moment")
    return max(at, since) if since else at
