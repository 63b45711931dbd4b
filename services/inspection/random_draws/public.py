"""抽取公示: what everybody may read and verify without signing in."""

from pathlib import Path
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from services.inspection.random_draws import beacon, reading, repository, verifier
from services.inspection.random_draws.models import RandomDraw
from services.inspection.random_draws.problems import UnknownDraw
from services.inspection.random_draws.schemas import PublicDraw, PublicDrawSummary, PublicVisit
from shared.contracts.regions import RegionCode
from shared.database import Session
from shared.http.auth import Anyone
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

MINUTE = "public, max-age=60"
VERIFIER = Path(verifier.__file__).read_bytes()
BEACON_VERIFIER = Path(beacon.__file__).read_bytes()

router = Router(prefix="/v1/public-draws", tag="抽取公示")


@router.get("")
async def list_public_draws(
    _: Anyone,
    session: Session,
    page: PageParameters,
    response: Response,
    region: Annotated[RegionCode | None, Query(description="只列此区划及其下级的")] = None,
) -> Page[PublicDrawSummary]:
    """公布过承诺的抽取，最近的在前；作废的也在。任何人可读"""
    rows, following = await repository.list_published(session, page, region)
    names = await repository.region_names(session, {row.region_code for row in rows})
    response.headers["Cache-Control"] = MINUTE
    shown = [reading.show_public_summary(row, names.get(row.region_code, row.region_code)) for row in rows]
    return Page(items=shown, next_cursor=following)


@router.get("/verifier", response_class=Response)
async def download_verifier(_: Anyone) -> Response:
    """核验程序：一个 Python 文件，只用标准库，就是平台抽取所用的算法。任何人可取"""
    return _program("verifier.py", VERIFIER)


@router.get("/beacon-verifier", response_class=Response)
async def download_beacon_verifier(_: Anyone) -> Response:
    """核对 drand quicknet 信标签名的程序：一个 Python 文件，只用标准库，不用网络。任何人可取"""
    return _program("beacon.py", BEACON_VERIFIER)


@router.get("/{draw_id}")
async def read_public_draw(_: Anyone, session: Session, draw_id: UUID, response: Response) -> PublicDraw:
    """一次抽取的承诺与结果；飞行检查未完的只有承诺。任何人可读"""
    draw = await _published(session, draw_id)
    response.headers["Cache-Control"] = MINUTE
    return await reading.show_public(session, draw)


@router.get("/{draw_id}/visits")
async def list_public_visits(_: Anyone, session: Session, draw_id: UUID, page: PageParameters) -> Page[PublicVisit]:
    """抽中的主体与检查人员。任何人可读"""
    draw = await _opened(session, draw_id)
    rows, following = await repository.visits_of_draw(session, draw.id, page)
    return Page(items=[reading.show_public_visit(row) for row in rows], next_cursor=following)


@router.get("/{draw_id}/bundle", response_class=Response)
async def download_bundle(_: Anyone, session: Session, draw_id: UUID) -> Response:
    """可以核验的全部数据（shian-draw/1），交给核验程序或核验网页。任何人可取"""
    draw = await _opened(session, draw_id)
    headers = {"Content-Disposition": f'attachment; filename="draw-{draw.id}.json"', "Cache-Control": MINUTE}
    return Response(await reading.bundle_of(session, draw), media_type="application/json", headers=headers)


def _program(name: str, content: bytes) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": MINUTE}
    return Response(content, media_type="text/x-python; charset=utf-8", headers=headers)


async def _published(session: Session, draw_id: UUID) -> RandomDraw:
    draw = await repository.published_draw(session, draw_id)
    if draw is None:
        raise UnknownDraw("请核对编号；承诺公布以前的抽取不公开")
    return draw


async def _opened(session: Session, draw_id: UUID) -> RandomDraw:
    draw = await _published(session, draw_id)
    if not draw.is_open:
        raise UnknownDraw("结果还没有公布；现在能看的是承诺")
    return draw
