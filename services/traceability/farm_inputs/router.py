"""农业投入品 over HTTP: registered by producer or shop, sold by ticket under its unique code, used on a lot."""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from services.traceability.farm_inputs import repository, service
from services.traceability.farm_inputs.models import FarmInputUse
from services.traceability.farm_inputs.rules import InputKind
from services.traceability.farm_inputs.schemas import FarmInputRead, FarmInputWrite, UseRead, UseWrite
from services.traceability.subjects.router import CanReadChains, CanWriteChains
from shared.contracts.regions import RegionCode
from shared.database import Session
from shared.http.etags import set_etag
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

router = Router(prefix="/v1", tag="农业投入品")


@router.put("/farm-inputs/{input_id}")
async def put_farm_input(
    input_id: UUID, body: FarmInputWrite, actor: CanWriteChains, session: Session, response: Response
) -> FarmInputRead:
    """登记一种投入品及标签上的安全间隔期、休药期；每件的唯一码用 /v1/code-batches 发放，买卖用票据。"""
    product = await service.put_input(session, input_id, body, actor)
    set_etag(response, product)
    return FarmInputRead.model_validate(product)


@router.get("/farm-inputs/{input_id}")
async def read_farm_input(input_id: UUID, _: CanReadChains, session: Session, response: Response) -> FarmInputRead:
    """一种投入品。"""
    product = await service.input_for(session, input_id)
    set_etag(response, product)
    return FarmInputRead.model_validate(product)


@router.get("/farm-inputs")
async def list_farm_inputs(
    _: CanReadChains,
    session: Session,
    page: PageParameters,
    kind: Annotated[InputKind | None, Query(description="哪一类")] = None,
    name: Annotated[str | None, Query(max_length=60, description="名称中含有")] = None,
) -> Page[FarmInputRead]:
    """登记的投入品。"""
    found, following = await repository.list_inputs(session, page, kind=kind, name=name)
    return Page(items=[FarmInputRead.model_validate(one) for one in found], next_cursor=following)


@router.put("/farm-input-uses/{use_id}")
async def put_farm_input_use(use_id: UUID, body: UseWrite, actor: CanWriteChains, session: Session) -> UseRead:
    """记一次用药、施肥、喂料；间隔期未满的批次不能开承诺达标合格证，已经开出的列在 warnings。

    断网后原样再发，不会重复。
    """
    use = await service.put_use(session, use_id, body, actor)
    return _use(use, await service.commitments_against(session, [use]))


@router.get("/farm-input-uses")
async def list_farm_input_uses(
    actor: CanReadChains,
    session: Session,
    page: PageParameters,
    business_id: Annotated[UUID | None, Query(description="哪个主体")] = None,
    region: Annotated[RegionCode | None, Query(description="区划代码，含下级")] = None,
    lot_key: Annotated[str | None, Query(max_length=400, description="投入品的批次：它用到了哪些作物上")] = None,
    target_key: Annotated[str | None, Query(max_length=400, description="作物、畜禽的批次：它用过哪些投入品")] = None,
    certified_too_early: Annotated[
        bool | None, Query(description="true：只列间隔期未满就已开出合格证的；合格证作废即不再列")
    ] = None,
) -> Page[UseRead]:
    """使用记录，近的在前。"""
    found, following = await repository.list_uses(
        session,
        actor,
        page,
        business_id=business_id,
        region_code=region,
        lot_key=lot_key,
        target_key=target_key,
        certified_too_early=certified_too_early,
    )
    against = await service.commitments_against(session, found)
    return Page(items=[_use(one, against) for one in found], next_cursor=following)


def _use(use: FarmInputUse, against: Mapping[UUID, list[str]]) -> UseRead:
    said = {name: getattr(use, name) for name in UseRead.model_fields if name not in ("input_name", "warnings")}
    return UseRead(**said, input_name=use.farm_input.name, warnings=against.get(use.id, []))
