"""检测项目 and their thresholds."""

from typing import Annotated

from fastapi import Depends, Response

from services.sampling.test_items import repository, service
from services.sampling.test_items.models import Item
from services.sampling.test_items.schemas import ItemCreate, ItemRead, ItemUpdate, ThresholdCreate, ThresholdRead
from shared.contracts.codes import Role
from shared.database import Session
from shared.http.auth import Actor, AnyActor
from shared.http.etags import IfMatch, set_etag
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router
from shared.regions.common_rules import keeper_of_common_rules

CanKeepItems = Annotated[Actor, Depends(keeper_of_common_rules(Role.FOOD_SAFETY_OFFICE, Role.ADMINISTRATOR))]

router = Router(prefix="/v1/test-items", tag="检测项目")


@router.get("")
async def list_test_items(_: AnyActor, session: Session, page: PageParameters) -> Page[ItemRead]:
    """检测项目一览，连同各自的限值。"""
    items, following = await repository.list_items(session, page)
    return Page(items=[_read(item) for item in items], next_cursor=following)


@router.post("", status_code=201)
async def create_test_item(
    body: ItemCreate, _actor: CanKeepItems, session: Session, response: Response, _: Idempotent
) -> ItemRead:
    """新增检测项目；没有限值的项目判为待判定，请接着补限值。"""
    item = await service.add_item(session, body)
    set_etag(response, item)
    response.headers["Location"] = f"/v1/test-items/{item.code}"
    return _read(item)


@router.get("/{code}")
async def read_test_item(code: str, _: AnyActor, session: Session, response: Response) -> ItemRead:
    """一个检测项目。"""
    item = await service.item_for(session, code)
    set_etag(response, item)
    return _read(item)


@router.put("/{code}")
async def change_test_item(
    code: str, body: ItemUpdate, _actor: CanKeepItems, version: IfMatch, session: Session, response: Response
) -> ItemRead:
    """更改名称、写法与标记；限值不在此更改。"""
    item = await service.change_item(session, code, body, version)
    set_etag(response, item)
    return _read(item)


@router.post("/{code}/thresholds", status_code=201)
async def append_threshold(
    code: str, body: ThresholdCreate, actor: CanKeepItems, session: Session, response: Response, _: Idempotent
) -> ItemRead:
    """追加一条限值。更正也是追加：同一起始日以后登记的为准，原有的留存。"""
    item = await service.append_threshold(session, code, body, actor)
    set_etag(response, item)
    return _read(item)


def _read(item: Item) -> ItemRead:
    return ItemRead(
        code=item.code,
        version=item.version,
        name=item.name,
        banned=item.banned,
        active=item.active,
        aliases=[alias.name for alias in item.aliases],
        thresholds=[ThresholdRead.model_validate(row) for row in item.thresholds],
    )
