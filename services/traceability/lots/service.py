"""Registering lots, holding them and letting them go."""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.figures import service as figures
from services.traceability.lots import repository
from services.traceability.lots.models import Lot, LotHold
from services.traceability.lots.rules import Holder, Refusal, holder_key, normalise_code
from services.traceability.lots.schemas import HoldCreate, LotCreate
from shared.contracts.sampling import RapidTestFailed, StopSaleState, WhistleClosed, WhistleFacts
from shared.contracts.traceability import LotHeld, LotReleased
from shared.events.outbox import publish
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.http.problems import Conflict, Forbidden, NotFound
from shared.ids import uuid7
from shared.regions.scope import ensure_in_scope
from shared.times import now


class UnknownLot(NotFound):
    slug, title = "unknown-lot", "没有这个批次"


class UnknownHold(NotFound):
    slug, title = "unknown-lot-hold", "没有这条锁定"


class LotAlreadyRegistered(Conflict):
    slug, title = "lot-already-registered", "这个批次已经登记"


class HoldAlreadyReleased(Conflict):
    slug, title = "lot-hold-already-released", "这条锁定已经解除"


class NotYourLot(Forbidden):
    slug, title = "not-your-lot", "不是本主体的批次"


async def register_lot(session: AsyncSession, actor: Actor, wanted: LotCreate) -> Lot:
    """Put a lot on record. Everybody registers within his regions, a business only its own."""
    if actor.business_id is not None and wanted.holder_business_id != actor.business_id:
        raise NotYourLot("只能登记本主体持有的批次，请把 holder_business_id 写成本主体的编号")
    await ensure_in_scope(session, actor, wanted.region_code)
    lot, is_new = await _record(
        session,
        code=normalise_code(wanted.code),
        origin="registered",
        **wanted.model_dump(exclude={"code"}),
    )
    if not is_new:
        raise LotAlreadyRegistered(f"批号 {lot.code} 在该持有人名下已有记录", lot_id=str(lot.id))
    return lot


async def read_lot(session: AsyncSession, actor: Actor, lot_id: UUID) -> Lot:
    lot = await repository.get(session, lot_id)
    if lot is None:
        raise UnknownLot
    if actor.business_id is not None and lot.holder_business_id != actor.business_id:
        raise UnknownLot
    await ensure_in_scope(session, actor, lot.region_code)
    return lot


async def order_hold(session: AsyncSession, actor: Actor, lot_id: UUID, wanted: HoldCreate) -> LotHold:
    """Stop the sale of a lot by hand."""
    lot = await read_lot(session, actor, lot_id)
    return await _hold(
        session, lot, reason=wanted.reason, quantity=wanted.quantity, unit=wanted.unit, at=now(), by=actor.id
    )


async def release_hold(session: AsyncSession, actor: Actor, hold_id: UUID, *, reason: str, version: int) -> LotHold:
    """Let a held lot be sold again, with the reason."""
    hold = await repository.get_hold(session, hold_id)
    if hold is None:
        raise UnknownHold
    await ensure_in_scope(session, actor, hold.region_code)
    ensure_version(hold, version)
    if not await _release(session, hold, reason=reason, at=now(), by=actor.id):
        raise HoldAlreadyReleased
    return hold


async def hold_named_lot(session: AsyncSession, whistle: RapidTestFailed) -> None:
    """Hold the lot that a suspect positive names. Without a lot code there is nothing to hold."""
    await _hold_for_whistle(session, whistle, at=whistle.blown_at)


async def settle_whistle(session: AsyncSession, whistle: WhistleClosed) -> None:
    """Release the lot when the stop-sale was lifted.

    The closing may arrive before the blowing: then the hold is made and settled here, and the late blowing finds it.
    """
    hold = await _hold_for_whistle(session, whistle, at=whistle.closed_at)
    if hold is not None and whistle.stop_sale is StopSaleState.LIFTED:
        await _release(session, hold, reason="快检吹哨办结，停售已解除", at=whistle.closed_at, by=None)


async def hold_lot(
    session: AsyncSession,
    *,
    code: str | None,
    product_name: str,
    holder_business_id: UUID | None,
    holder_uscc: str | None,
    holder_name: str | None,
    region_code: str,
    reason: str,
    at: datetime,
    quantity: Decimal | None = None,
    unit: str | None = None,
    whistle_id: UUID | None = None,
) -> LotHold | None:
    """Hold the lot that another unit's record names, entering it as named where nobody has registered it.

    None without a lot code: there is nothing to hold. The caller sees to it that one order holds once.
    """
    normalised = normalise_code(code or "")
    if not normalised:
        return None
    lot, _ = await _record(
        session,
        code=normalised,
        origin="named",
        product_name=product_name,
        holder_business_id=holder_business_id,
        holder_uscc=holder_uscc,
        holder_name=holder_name,
        region_code=region_code,
        quantity=None,
        unit=None,
    )
    return await _hold(session, lot, reason=reason, quantity=quantity, unit=unit, at=at, by=None, whistle_id=whistle_id)


async def sale_refusals(session: AsyncSession, lot_codes: Collection[str], holder: Holder) -> dict[str, Refusal]:
    """Of these lots those that the holder may not sell now, by their normalised codes, each with its oldest hold."""
    holds = await repository.holds_in_force(session, {normalise_code(code) for code in lot_codes}, holder.keys)
    refusals: dict[str, Refusal] = {}
    for hold in holds:
        refusals.setdefault(hold.lot.code, Refusal(hold.lot.code, hold.reason, hold.held_at))
    return refusals


async def lift_hold(session: AsyncSession, hold: LotHold, *, reason: str, at: datetime) -> None:
    """Lift a hold whose ground in another unit's record has fallen away; nothing where it was lifted before."""
    await _release(session, hold, reason=reason, at=max(at, hold.held_at), by=None)


async def _hold_for_whistle(session: AsyncSession, whistle: WhistleFacts, *, at: datetime) -> LotHold | None:
    known = await repository.hold_of_whistle(session, whistle.whistle_id)
    if known is not None:
        return known
    return await hold_lot(
        session,
        code=whistle.lot_code,
        product_name=whistle.product_name,
        holder_business_id=whistle.seller_business_id,
        holder_uscc=whistle.seller_uscc,
        holder_name=whistle.seller_name,
        region_code=whistle.region_code,
        reason=f"快检疑似阳性：{whistle.item_name}（{whistle.site_name}）",
        at=at,
        quantity=whistle.quantity,
        unit=whistle.unit,
        whistle_id=whistle.whistle_id,
    )


async def _record(session: AsyncSession, **values: object) -> tuple[Lot, bool]:
    key = holder_key(values["holder_business_id"], values["holder_uscc"], values["holder_name"])  # type: ignore[arg-type]
    is_new = await repository.insert_if_new(session, {"id": uuid7(), "holder_key": key} | values)
    lot = await repository.find(session, str(values["code"]), key)
    assert lot is not None
    if is_new:
        await figures.lot_recorded(session, lot)
    return lot, is_new


async def _hold(
    session: AsyncSession,
    lot: Lot,
    *,
    reason: str,
    quantity: object,
    unit: str | None,
    at: datetime,
    by: UUID | None,
    whistle_id: UUID | None = None,
) -> LotHold:
    hold = LotHold(
        lot=lot,
        region_code=lot.region_code,
        reason=reason,
        quantity=quantity,
        unit=unit,
        held_at=at,
        held_by=by,
        whistle_id=whistle_id,
    )
    session.add(hold)
    await session.flush()
    await figures.lot_held(session, hold)
    held = LotHeld(**_facts(hold), reason=reason, quantity=hold.quantity, unit=unit, held_at=at)
    await publish(session, held, hold.id)
    return hold


async def _release(session: AsyncSession, hold: LotHold, *, reason: str, at: datetime, by: UUID | None) -> bool:
    if not hold.release(reason=reason, at=at, by=by):
        return False
    await session.flush()
    await figures.lot_released(session, hold)
    await publish(session, LotReleased(**_facts(hold), reason=reason, released_at=at), hold.id)
    return True


def _facts(hold: LotHold) -> dict[str, object]:
    lot = hold.lot
    return {
        "hold_id": hold.id,
        "lot_id": lot.id,
        "lot_code": lot.code,
        "product_name": lot.product_name,
        "holder_business_id": lot.holder_business_id,
        "holder_name": lot.holder_name,
        "region_code": lot.region_code,
        "whistle_id": hold.whistle_id,
    }
