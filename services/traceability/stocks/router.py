"""Stock over HTTP."""

from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query

from services.traceability.everyday_events.rules import lot_code
from services.traceability.stocks import repository
from services.traceability.stocks.schemas import StockEntryRead, StockRead
from services.traceability.subjects.router import CanReadChains
from shared.contracts.regions import RegionCode
from shared.database import Session
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

LotKey = Annotated[str, Query(max_length=400, description="批次标识（lot_key）")]

router = Router(prefix="/v1", tag="库存")


@router.get("/stocks")
async def list_stocks(
    actor: CanReadChains,
    session: Session,
    page: PageParameters,
    business_id: Annotated[UUID | None, Query(description="哪个主体")] = None,
    region: Annotated[RegionCode | None, Query(description="区划代码，含下级")] = None,
    lot_key: Annotated[str | None, Query(max_length=400, description="批次标识（lot_key）")] = None,
    oversold: Annotated[bool | None, Query(description="true：只列卖出多于进入的")] = None,
) -> Page[StockRead]:
    """各主体各批次的账面库存，由进货、销售、生产记录算得。"""
    rows, following = await repository.list_stocks(
        session, actor, page, business_id=business_id, region_code=region, lot_key=lot_key, oversold=oversold
    )
    return Page(items=[_read(row) for row in rows], next_cursor=following)


@router.get("/stock-entries")
async def list_entries(
    actor: CanReadChains,
    session: Session,
    page: PageParameters,
    business_id: Annotated[UUID, Query(description="哪个主体")],
    lot_key: LotKey,
) -> Page[StockEntryRead]:
    """一个主体一个批次的每笔进出，近的在前。"""
    rows, following = await repository.list_entries(session, actor, business_id, lot_key, page)
    return Page(items=[StockEntryRead.model_validate(row) for row in rows], next_cursor=following)


def _read(row: Any) -> StockRead:
    said = row._asdict()
    return StockRead(**said | {"came_in": said["came_in"] or Decimal(0), "lot_code": lot_code(row.lot_key)})
