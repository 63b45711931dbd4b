"""榜单与星级 over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response

from services.scoring.lists import repository, service
from services.scoring.lists.from_evaluations import hold_from_evaluations
from services.scoring.lists.models import ListingState, ListRule
from services.scoring.lists.schemas import (
    Appeal,
    AppealAnswer,
    ListingRead,
    ListingRemoval,
    ListingRepair,
    ListRoundCreate,
    ListRoundFromEvaluations,
    ListRoundRead,
    ListRoundSummary,
    ListRuleCreate,
    ListRuleRead,
)
from services.scoring.scheme_language.rule_kinds import Code
from shared.contracts.codes import OFFICIALS, Role
from shared.contracts.regions import RegionCode
from shared.database import Session
from shared.dated_rules.access import CanStateRules
from shared.dated_rules.repository import history
from shared.dated_rules.service import state_rule
from shared.http.auth import Actor, Allow
from shared.http.etags import IfMatch, set_etag
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

router = Router(prefix="/v1", tag="榜单与星级")

CanReadLists = Annotated[Actor, Depends(Allow(*OFFICIALS, Role.REVIEWER))]
CanDrawUpLists = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE))]


@router.get("/list-rules")
async def list_list_rules(_: CanReadLists, session: Session) -> list[ListRuleRead]:
    """各榜单的办法，同一榜单最近的在前；只增不改。"""
    return [ListRuleRead.model_validate(row) for row in await history(session, ListRule)]


@router.post("/list-rules", status_code=201)
async def state_list_rule(
    body: ListRuleCreate, actor: CanStateRules, session: Session, response: Response, _: Idempotent
) -> ListRuleRead:
    """自某日起适用的办法；已列榜的仍按评定时的办法。"""
    values = body.model_dump() | {"content": body.content.model_dump(mode="json")}
    row = await state_rule(session, ListRule(**values), actor)
    response.headers["Location"] = "/v1/list-rules"
    return ListRuleRead.model_validate(row)


@router.get("/list-rounds")
async def list_list_rounds(
    session: Session,
    actor: CanReadLists,
    page: PageParameters,
    code: Annotated[Code | None, Query(description="榜单代码")] = None,
    region: Annotated[RegionCode | None, Query(description="区划代码，含下级")] = None,
) -> Page[ListRoundSummary]:
    """历次评定，最近的在前。"""
    rows, cursor = await repository.list_rounds(session, actor, page, code=code, region=region)
    return Page(items=[ListRoundSummary.model_validate(row) for row in rows], next_cursor=cursor)


@router.post("/list-rounds", status_code=201)
async def hold_list_round(
    body: ListRoundCreate, actor: CanDrawUpLists, session: Session, response: Response, _: Idempotent
) -> ListRoundRead:
    """按结果排名、定档，提出拟列入名单；数据不全而未定的不列入。"""
    held = await service.hold_round(session, body, actor)
    response.headers["Location"] = f"/v1/list-rounds/{held.id}"
    return ListRoundRead.model_validate(held)


@router.post("/list-rounds/from-evaluations", status_code=201)
async def hold_list_round_from_evaluations(
    body: ListRoundFromEvaluations, actor: CanDrawUpLists, session: Session, response: Response, _: Idempotent
) -> ListRoundRead:
    """用已有结论的评价评一次榜：各地的得分取最后一次计分，结论取评价的结论。"""
    held = await hold_from_evaluations(session, body, actor)
    response.headers["Location"] = f"/v1/list-rounds/{held.id}"
    return ListRoundRead.model_validate(held)


@router.get("/list-rounds/{round_id}")
async def read_list_round(session: Session, actor: CanReadLists, round_id: UUID) -> ListRoundRead:
    """一次评定：每个对象的名次、档次和理由。"""
    return ListRoundRead.model_validate(await service.read_round(session, actor, round_id))


@router.post("/list-rounds/{round_id}/publication")
async def publish_list_round(session: Session, actor: CanDrawUpLists, round_id: UUID) -> list[ListingRead]:
    """申诉期满后公布拟列入的；同一榜单上原有的由新的取代。"""
    return [ListingRead.model_validate(row) for row in await service.publish_round(session, actor, round_id)]


@router.get("/listings")
async def list_listings(
    session: Session,
    actor: CanReadLists,
    page: PageParameters,
    code: Annotated[Code | None, Query(description="榜单代码")] = None,
    region: Annotated[RegionCode | None, Query(description="区划代码，含下级")] = None,
    state: Annotated[ListingState | None, Query(description="状态")] = None,
) -> Page[ListingRead]:
    """列榜记录，最近的在前。"""
    rows, cursor = await repository.list_listings(session, actor, page, code=code, region=region, state=state)
    return Page(items=[ListingRead.model_validate(row) for row in rows], next_cursor=cursor)


@router.get("/listings/{listing_id}")
async def read_listing(session: Session, actor: CanReadLists, listing_id: UUID, response: Response) -> ListingRead:
    """一条列榜记录。"""
    listing = await service.read_listing(session, actor, listing_id)
    set_etag(response, listing)
    return ListingRead.model_validate(listing)


@router.post("/listings/{listing_id}/appeal")
async def appeal_listing(
    listing_id: UUID, body: Appeal, actor: CanDrawUpLists, session: Session, response: Response, version: IfMatch
) -> ListingRead:
    """登记对拟列入的申诉，申诉期内一次。"""
    listing = await service.appeal(session, actor, listing_id, version, body)
    set_etag(response, listing)
    return ListingRead.model_validate(listing)


@router.post("/listings/{listing_id}/appeal-answer")
async def answer_listing_appeal(
    listing_id: UUID, body: AppealAnswer, actor: CanDrawUpLists, session: Session, response: Response, version: IfMatch
) -> ListingRead:
    """答复申诉；成立的不列入，不成立的可以公布。"""
    listing = await service.answer_appeal(session, actor, listing_id, version, body)
    set_etag(response, listing)
    return ListingRead.model_validate(listing)


@router.post("/listings/{listing_id}/removal")
async def remove_listing(
    listing_id: UUID,
    body: ListingRemoval,
    actor: CanDrawUpLists,
    session: Session,
    response: Response,
    version: IfMatch,
) -> ListingRead:
    """降级或摘牌；在办法规定的月数内不得再评。"""
    listing = await service.take_away(session, actor, listing_id, version, body)
    set_etag(response, listing)
    return ListingRead.model_validate(listing)


@router.post("/listings/{listing_id}/repair")
async def repair_listing(
    listing_id: UUID, body: ListingRepair, actor: CanDrawUpLists, session: Session, response: Response, version: IfMatch
) -> ListingRead:
    """信用修复；公示不满办法规定的月数不能修复。"""
    listing = await service.repair(session, actor, listing_id, version, body)
    set_etag(response, listing)
    return ListingRead.model_validate(listing)
