"""Routes of clues."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response

from services.inspection.grid.cells.schemas import CellCode
from services.inspection.patrols.clues import repository, service
from services.inspection.patrols.clues.models import Clue
from services.inspection.patrols.clues.reading import show_clue, show_summary
from services.inspection.patrols.clues.repository import ClueFilter
from services.inspection.patrols.clues.schemas import ClueRead, ClueSummary, ClueWrite, Referral, Reply
from shared.contracts.codes import OFFICIALS, Role
from shared.contracts.inspection import ClueState
from shared.contracts.regions import RegionCode
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.etags import IfMatch, set_etag
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

CanReadClues = Annotated[Actor, Depends(Allow(*OFFICIALS))]
CanReport = Annotated[Actor, Depends(Allow(Role.GRID_OFFICER, Role.INSPECTOR, Role.FOOD_SAFETY_OFFICE))]
CanHandle = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE, Role.INSPECTOR, Role.CASE_HANDLER))]

router = Router(prefix="/v1/clues", tag="线索上报")


@router.get("")
async def list_clues(
    session: Session,
    actor: CanReadClues,
    page: PageParameters,
    region: Annotated[RegionCode | None, Query(description="区划代码，含其下级")] = None,
    cell: Annotated[CellCode | None, Query(description="网格代码")] = None,
    state: ClueState | None = None,
    business: Annotated[UUID | None, Query(description="主体编号")] = None,
    mine: Annotated[bool, Query(description="只列自己上报的")] = False,
) -> Page[ClueSummary]:
    """线索一览，最近的在前。"""
    wanted = ClueFilter(
        region_code=region,
        cell_code=cell,
        state=state,
        business_id=business,
        reporter_id=actor.id if mine else None,
    )
    rows, following = await repository.list_clues(session, actor, wanted, page)
    return Page(items=[show_summary(row) for row in rows], next_cursor=following)


@router.get("/{clue_id}")
async def read_clue(session: Session, actor: CanReadClues, clue_id: UUID, response: Response) -> ClueRead:
    """一条线索：期限、转办、答复与全部经过。"""
    return await _answer(session, response, await service.clue_for(session, clue_id, actor))


@router.put("/{clue_id}", responses={201: {"model": ClueRead}})
async def put_clue(session: Session, actor: CanReport, clue_id: UUID, body: ClueWrite, response: Response) -> ClueRead:
    """终端上报线索，编号（UUIDv7）由终端生成；断网后原样再发，答复不变。"""
    clue, is_new = await service.put_clue(session, actor, clue_id, body)
    response.status_code = 201 if is_new else 200
    return await _answer(session, response, clue)


@router.post("/{clue_id}/referral")
async def refer_clue(
    session: Session, actor: CanHandle, clue_id: UUID, body: Referral, version: IfMatch, response: Response
) -> ClueRead:
    """转办：写明转到哪次检查、哪份整改或哪个案件。"""
    return await _answer(session, response, await service.refer(session, actor, clue_id, body, version))


@router.post("/{clue_id}/answer")
async def answer_clue(
    session: Session, actor: CanHandle, clue_id: UUID, body: Reply, version: IfMatch, response: Response
) -> ClueRead:
    """答复上报人；首次答复即了结期限，以后可以补充。"""
    return await _answer(session, response, await service.reply(session, actor, clue_id, body, version))


async def _answer(session: Session, response: Response, clue: Clue) -> ClueRead:
    set_etag(response, clue)
    return await show_clue(session, clue)
