"""Routes of the reward ledger (举报奖励台账)."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response

from services.inspection.reward_ledger import repository, service
from services.inspection.reward_ledger.codes import RewardState
from services.inspection.reward_ledger.models import Reward
from services.inspection.reward_ledger.reading import show_reckoning, show_reward, show_rewards
from services.inspection.reward_ledger.schemas import (
    Decision,
    IdentityReading,
    Lapse,
    Notification,
    Payment,
    Recalculation,
    ReckoningRead,
    ReporterRead,
    RewardCreate,
    RewardRead,
    RewardSummary,
    Trial,
)
from shared.contracts.codes import Role
from shared.contracts.regions import RegionCode
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.etags import IfMatch, set_etag
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

CanReadLedger = Annotated[Actor, Depends(Allow(Role.CASE_HANDLER, Role.FOOD_SAFETY_OFFICE, Role.LEADER, Role.AUDITOR))]
CanKeepLedger = Annotated[Actor, Depends(Allow(Role.CASE_HANDLER))]
CanDecide = Annotated[Actor, Depends(Allow(Role.CASE_HANDLER, Role.FOOD_SAFETY_OFFICE))]

router = Router(prefix="/v1", tag="举报奖励台账")


@router.post("/reward-trials")
async def try_reward(session: Session, actor: CanReadLedger, body: Trial) -> ReckoningRead:
    """试算举报奖励，逐步写明；什么也不存。"""
    reckoning, rule = await service.try_out(session, actor, body)
    return show_reckoning(reckoning, rule)


@router.get("/rewards")
async def list_rewards(
    session: Session,
    actor: CanReadLedger,
    page: PageParameters,
    region: Annotated[RegionCode | None, Query(description="区划代码，含其下级")] = None,
    state: RewardState | None = None,
) -> Page[RewardSummary]:
    """举报奖励台账，最近的在前；不含举报人身份。"""
    rows, following = await repository.list_rewards(session, actor, page, region=region, state=state)
    return Page(items=await show_rewards(session, rows), next_cursor=following)


@router.post("/rewards", status_code=201)
async def propose_reward(
    session: Session, actor: CanKeepLedger, _: Idempotent, body: RewardCreate, response: Response
) -> RewardRead:
    """提出举报奖励，按结案日的标准计算。"""
    return await _answer(session, response, await service.propose(session, actor, body))


@router.get("/rewards/{reward_id}")
async def read_reward(session: Session, actor: CanReadLedger, reward_id: UUID, response: Response) -> RewardRead:
    """一笔举报奖励：怎样算的、办到哪一步、全部经过；不含举报人身份。"""
    return await _answer(session, response, await service.reward_for(session, reward_id, actor))


@router.post("/rewards/{reward_id}/recalculation")
async def recalculate_reward(
    session: Session, actor: CanKeepLedger, reward_id: UUID, body: Recalculation, version: IfMatch, response: Response
) -> RewardRead:
    """审批前重新计算。"""
    return await _answer(session, response, await service.recalculate(session, actor, reward_id, body, version))


@router.post("/rewards/{reward_id}/decision")
async def decide_reward(
    session: Session, actor: CanDecide, reward_id: UUID, body: Decision, version: IfMatch, response: Response
) -> RewardRead:
    """批准或不予奖励；提出人不能自己审批。"""
    return await _answer(session, response, await service.decide(session, actor, reward_id, body, version))


@router.post("/rewards/{reward_id}/notice")
async def notify_of_reward(
    session: Session, actor: CanKeepLedger, reward_id: UUID, body: Notification, version: IfMatch, response: Response
) -> RewardRead:
    """已通知领取；领取期限自此起算。"""
    return await _answer(session, response, await service.notify(session, actor, reward_id, body, version))


@router.post("/rewards/{reward_id}/payment")
async def pay_reward(
    session: Session, actor: CanKeepLedger, reward_id: UUID, body: Payment, version: IfMatch, response: Response
) -> RewardRead:
    """已发放，写明凭证号；过了领取期限的不能发放。"""
    return await _answer(session, response, await service.pay(session, actor, reward_id, body, version))


@router.post("/rewards/{reward_id}/lapse")
async def let_reward_lapse(
    session: Session, actor: CanKeepLedger, reward_id: UUID, body: Lapse, version: IfMatch, response: Response
) -> RewardRead:
    """逾期未领，视为放弃。"""
    return await _answer(session, response, await service.lapse(session, actor, reward_id, body, version))


@router.post("/rewards/{reward_id}/identity-readings")
async def read_identity_of_reporter(
    session: Session, actor: CanKeepLedger, reward_id: UUID, body: IdentityReading, version: IfMatch
) -> ReporterRead:
    """查看举报人身份：限台账经办人，须写明理由，每次都记入经过。"""
    return ReporterRead.model_validate(await service.read_identity(session, actor, reward_id, body, version))


async def _answer(session: Session, response: Response, reward: Reward) -> RewardRead:
    set_etag(response, reward)
    return await show_reward(session, reward)
