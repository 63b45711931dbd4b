"""店家自己的 over HTTP: what a shop must not sell."""

from typing import Annotated

from fastapi import Depends

from services.traceability.lots.models import LotHold
from services.traceability.lots.rules import Holder, holder_key
from services.traceability.shop_views import repository
from services.traceability.shop_views.rules import label_of
from services.traceability.shop_views.schemas import OwnHoldRead
from services.traceability.subjects.service import named
from shared.contracts.codes import Role
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

IsTrader = Annotated[Actor, Depends(Allow(Role.BUSINESS, Role.MARKET_OPERATOR))]

router = Router(prefix="/v1", tag="店家自查")


@router.get("/own-lot-holds")
async def list_own_holds(actor: IsTrader, session: Session, page: PageParameters) -> Page[OwnHoldRead]:
    """本主体现在不能卖的批次和原因，最近锁定的在前。"""
    if actor.business_id is None:
        return Page(items=[], next_cursor=None)
    subject = await named(session, actor.business_id)
    own = {holder_key(actor.business_id, None, None)}
    if subject is not None:
        own |= Holder(subject.id, subject.uscc, subject.name).keys - {holder_key(None, None, None)}
    holds, following = await repository.holds_of(session, own, page)
    return Page(items=[_read(hold) for hold in holds], next_cursor=following)


def _read(hold: LotHold) -> OwnHoldRead:
    lot = hold.lot
    return OwnHoldRead(
        hold_id=hold.id,
        lot_code=label_of(lot.code),
        lot_key=lot.code,
        product_name=lot.product_name,
        reason=hold.reason,
        held_at=hold.held_at,
    )
