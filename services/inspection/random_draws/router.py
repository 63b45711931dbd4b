"""双随机抽取: the ceremony, step by step."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response

from services.inspection.random_draws import changes, reading, repository, service
from services.inspection.random_draws.codes import DrawnVisitState, DrawState, PartName
from services.inspection.random_draws.models import DrawnVisit, RandomDraw
from services.inspection.random_draws.problems import UnknownDraw
from services.inspection.random_draws.schemas import (
    ChangeCreate,
    Commit,
    Completion,
    DrawFreeze,
    DrawnVisitRead,
    DrawRead,
    DrawSummary,
    Lending,
    MyVisitRead,
    NonceOpening,
    NotFoundAtPlace,
    Outside,
    Pledge,
)
from shared.contracts.codes import OFFICIALS, Role
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.etags import IfMatch, set_etag
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

CanReadDraws = Annotated[Actor, Depends(Allow(*OFFICIALS, Role.REVIEWER))]
CanReadRosters = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE, Role.LEADER, Role.AUDITOR))]
CanDraw = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE))]
CanWitness = Annotated[Actor, Depends(Allow(*OFFICIALS, Role.REVIEWER))]
CanInspect = Annotated[Actor, Depends(Allow(Role.INSPECTOR))]

router = Router(prefix="/v1", tag="双随机抽取")


@router.post("/random-draws", status_code=201)
async def freeze_draw(
    session: Session, actor: CanDraw, body: DrawFreeze, response: Response, _: Idempotent
) -> DrawRead:
    """冻结名单：主体、检查人员、分层、权重与排除的缘由；重新抽取的写明代替哪一次和理由。"""
    draw = await service.freeze(session, actor, body)
    response.headers["Location"] = f"/v1/random-draws/{draw.id}"
    return await _answer(session, response, draw, actor)


@router.get("/random-draws")
async def list_random_draws(
    session: Session,
    actor: CanReadDraws,
    page: PageParameters,
    state: Annotated[DrawState | None, Query(description="进行到哪一步")] = None,
) -> Page[DrawSummary]:
    """辖区内的抽取，最近的在前；作废的也在。"""
    rows, following = await repository.list_draws(session, actor, page, state)
    return Page(items=[reading.show_summary(row) for row in rows], next_cursor=following)


@router.get("/random-draws/{draw_id}")
async def read_random_draw(session: Session, actor: CanReadDraws, draw_id: UUID, response: Response) -> DrawRead:
    """一次抽取：冻结了什么，承诺了什么，揭示了什么，全部经过。"""
    return await _answer(session, response, await service.draw_for(session, draw_id, actor), actor)


@router.get("/random-draws/{draw_id}/parts/{name}", response_class=Response)
async def download_part(session: Session, actor: CanReadRosters, draw_id: UUID, name: PartName) -> Response:
    """冻结的名单或参数，就是取指纹的那些字节；供承诺以前核对。"""
    draw = await service.draw_for(session, draw_id, actor)
    hidden = name is PartName.RESULT and reading.hides_result(draw, actor)
    content = None if hidden else await repository.part_of(session, draw.id, name)
    if content is None:
        raise UnknownDraw("还没有抽取结果，或飞行检查尚未结束")
    return Response(content, media_type="application/json", headers={"Cache-Control": "private, no-store"})


@router.post("/random-draws/{draw_id}/pledges")
async def pledge_nonce(
    session: Session, actor: CanWitness, draw_id: UUID, body: Pledge, response: Response
) -> DrawRead:
    """见证人用自己的账号交存随机数的 SHA-256；只交一次，不能更换。"""
    return await _answer(session, response, await service.pledge(session, draw_id, body, actor), actor)


@router.post("/random-draws/{draw_id}/commitment")
async def commit_draw(
    session: Session, actor: CanDraw, draw_id: UUID, body: Commit, version: IfMatch, response: Response
) -> DrawRead:
    """公布承诺：名单、参数、秘密的指纹，以及外部随机数将从哪里来。任何人随即可见。"""
    return await _answer(
        session, response, await service.publish_commitment(session, draw_id, body, version, actor), actor
    )


@router.post("/random-draws/{draw_id}/nonces")
async def open_nonce(
    session: Session, actor: CanWitness, draw_id: UUID, body: NonceOpening, response: Response
) -> DrawRead:
    """见证人在承诺公布以后交出随机数；与交存的指纹不符的不收。"""
    return await _answer(session, response, await service.open_nonce(session, draw_id, body, actor), actor)


@router.post("/random-draws/{draw_id}/outside-randomness")
async def tell_outside_randomness(
    session: Session, actor: CanDraw, draw_id: UUID, body: Outside, version: IfMatch, response: Response
) -> DrawRead:
    """登记信标的签名或当众产生的号码；只登记一次。"""
    return await _answer(session, response, await service.tell_outside(session, draw_id, body, version, actor), actor)


@router.post("/random-draws/{draw_id}/draw")
async def make_draw(session: Session, actor: CanDraw, draw_id: UUID, version: IfMatch, response: Response) -> DrawRead:
    """揭示秘密并抽取；抽中的随即成为检查人员的任务。"""
    return await _answer(session, response, await service.draw_now(session, draw_id, version, actor), actor)


@router.post("/random-draws/{draw_id}/announcement")
async def announce_draw(
    session: Session, actor: CanDraw, draw_id: UUID, version: IfMatch, response: Response
) -> DrawRead:
    """公布：名单、秘密、外部随机数与结果，任何人可核验；飞行检查在检查完以后。"""
    return await _answer(session, response, await service.announce(session, draw_id, version, actor), actor)


@router.post("/random-draws/{draw_id}/changes", status_code=201)
async def change_draw(
    session: Session, actor: CanDraw, draw_id: UUID, body: ChangeCreate, response: Response, _: Idempotent
) -> DrawRead:
    """备选递补或检查人员回避：由谁接替仍由种子决定，理由公开。"""
    return await _answer(session, response, await changes.change(session, draw_id, body, actor), actor)


@router.get("/random-draws/{draw_id}/visits")
async def list_visits_of_draw(
    session: Session, actor: CanReadDraws, draw_id: UUID, page: PageParameters
) -> Page[DrawnVisitRead]:
    """抽中的主体与派去的检查人员；飞行检查未完时，只列问的人自己的。"""
    draw = await service.draw_for(session, draw_id, actor)
    only = actor.id if reading.hides_result(draw, actor) else None
    rows, following = await repository.visits_of_draw(session, draw.id, page, only)
    return Page(items=[reading.show_visit(row) for row in rows], next_cursor=following)


@router.get("/drawn-visits/mine")
async def list_my_drawn_visits(
    session: Session,
    actor: CanInspect,
    page: PageParameters,
    state: Annotated[DrawnVisitState | None, Query(description="办到哪里")] = None,
) -> Page[MyVisitRead]:
    """派给我的抽查任务，最近的在前。"""
    rows, following = await repository.list_mine(session, actor, page, state)
    return Page(items=[reading.show_mine(*row) for row in rows], next_cursor=following)


@router.get("/drawn-visits/{visit_id}")
async def read_my_drawn_visit(
    session: Session, actor: CanInspect, visit_id: UUID, response: Response
) -> DrawnVisitRead:
    """派给我的一项抽查任务。"""
    return _visit(response, await changes.visit_for(session, visit_id, actor))


@router.post("/drawn-visits/{visit_id}/completion")
async def complete_drawn_visit(
    session: Session, actor: CanInspect, visit_id: UUID, body: Completion, version: IfMatch, response: Response
) -> DrawnVisitRead:
    """检查完了：指明检查记录；去的须是抽中的人。"""
    return _visit(response, await changes.complete(session, visit_id, body, version, actor))


@router.post("/drawn-visits/{visit_id}/not-found")
async def report_not_found(
    session: Session, actor: CanInspect, visit_id: UUID, body: NotFoundAtPlace, version: IfMatch, response: Response
) -> DrawnVisitRead:
    """到了登记的地址，找不到这个主体：写明情况，附门牌、门头的照片。"""
    return _visit(response, await changes.not_found(session, visit_id, body, version, actor))


@router.post("/drawn-visits/{visit_id}/lent-inspectors")
async def lend_inspectors(
    session: Session, actor: CanDraw, visit_id: UUID, body: Lending, version: IfMatch, response: Response
) -> DrawnVisitRead:
    """上级机关调派检查人员：本级能派的不足两人时。"""
    return _visit(response, await changes.lend(session, visit_id, body, version, actor))


async def _answer(session: Session, response: Response, draw: RandomDraw, actor: Actor) -> DrawRead:
    set_etag(response, draw)
    return await reading.show_draw(session, draw, actor)


def _visit(response: Response, visit: DrawnVisit) -> DrawnVisitRead:
    set_etag(response, visit)
    return reading.show_visit(visit)
