"""Registering farm inputs and recording their use; what was treated waits for the interval on the label."""

import hashlib
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.everyday_events import service as events
from services.traceability.everyday_events.rules import (
    Act,
    Goods,
    dispensing,
    is_one_thing,
    lot_code,
    lot_key,
    lots_named,
)
from services.traceability.farm_inputs import repository
from services.traceability.farm_inputs.models import FarmInput, FarmInputUse
from services.traceability.farm_inputs.problems import (
    FarmInputRefused,
    FarmInputTaken,
    InputOnHold,
    UnknownFarmInput,
    UseIdReused,
)
from services.traceability.farm_inputs.rules import harvest_from
from services.traceability.farm_inputs.schemas import FarmInputWrite, UseWrite
from services.traceability.lots.rules import Holder
from services.traceability.recalls.sales import refusals
from services.traceability.stocks import service as stocks
from services.traceability.stocks.models import StockReason
from services.traceability.stocks.service import Movement
from services.traceability.subjects import service as subjects
from services.traceability.subjects.models import Subject
from services.traceability.tickets.rules import CLOCK_TOLERANCE
from services.traceability.units.goods import Amount
from shared.http.auth import Actor
from shared.http.problems import FieldError
from shared.times import day_of, now


async def put_input(session: AsyncSession, input_id: UUID, body: FarmInputWrite, actor: Actor) -> FarmInput:
    """Register a product or bring it up to date. Raises `FarmInputTaken`, and what `subjects.acting` raises."""
    owner = await subjects.acting(session, body.business_id, actor)
    known = await repository.get_input(session, input_id, lock=True)
    if known is not None and known.business_id != owner.id:
        raise FarmInputTaken("请换一个编号")
    if known is None:
        known = FarmInput(id=input_id, business_id=owner.id, region_code=owner.region_code, version=0)
        session.add(known)
    for name in ("kind", "name", "registration_number", "safe_interval_days"):
        setattr(known, name, getattr(body, name))
    known.advance()
    await session.flush()
    return known


async def input_for(session: AsyncSession, input_id: UUID) -> FarmInput:
    found = await repository.get_input(session, input_id)
    if found is None:
        raise UnknownFarmInput("请核对编号；投入品先由生产者或经营者登记")
    return found


async def put_use(session: AsyncSession, use_id: UUID, body: UseWrite, actor: Actor) -> FarmInputUse:
    """Record a use with its event and stock; sent again unchanged, nothing happens.

    Raises `UnknownFarmInput`, `UseIdReused`, `FarmInputRefused`, `InputOnHold`, and what `subjects.acting` raises.
    """
    farm = await subjects.acting(session, body.business_id, actor)
    digest = hashlib.sha256(f"{farm.id}\n{body.model_dump_json()}".encode()).digest()
    await repository.lock_id(session, use_id)
    known = await repository.get_use(session, use_id)
    if known is not None:
        if known.business_id != farm.id or known.body_hash != digest:
            raise UseIdReused("内容变了就请换一个编号；要重试请把原内容一字不改地再发一次")
        return known
    if body.used_at > now() + CLOCK_TOLERANCE:
        error = FieldError(pointer="/used_at", message="在将来；请校准终端的时钟", code="future")
        raise FarmInputRefused("有 1 处需要改正", errors=[error])
    product = await input_for(session, body.farm_input_id)
    use = _use(use_id, body, farm, product, digest, actor)
    held = await refusals(session, lots_named(body.lot, use.lot_key), Holder(farm.id, farm.uscc, farm.name))
    if held:
        reason = held[min(held)].reason
        error = FieldError(pointer="/lot", message=f"批次 {use.lot_code} 已被锁定：{reason}", code="lot_on_hold")
        raise InputOnHold("请封存，等候通知", errors=[error])
    session.add(use)
    await session.flush()
    act = Act(use.id, use.used_at, farm.place)
    event = dispensing(act, [Goods(use.lot_key, None if is_one_thing(use.lot_key) else use.amount)])
    await events.record(session, farm.id, farm.region_code, [event])
    used = Movement(use.lot_key, product.name, Amount(-use.quantity, use.unit), StockReason.USED)
    await stocks.book(session, use.id, farm.id, farm.region_code, use.used_at, [used])
    await subjects.note_act(session, use.used_at, farm.id)
    return use


async def not_yet_harvestable(session: AsyncSession, business_id: UUID, target_key: str, day: date) -> list[str]:
    """Why a lot may not be harvested and committed to on that day, in words; empty where nothing is against it."""
    return [
        f"{use.farm_input.name}于 {day_of(use.used_at)} 使用，{use.harvest_from} 起才可采收"
        for use in await repository.too_early(session, business_id, target_key, day)
    ]


async def commitments_against(session: AsyncSession, uses: Sequence[FarmInputUse]) -> dict[UUID, list[str]]:
    """By the id of the use, in words, the commitments that were made before its interval had passed and still stand."""
    found = await repository.certificates_too_early(session, [use.id for use in uses])
    return {
        use.id: [
            f"合格证 {one.number} 于 {day_of(one.issued_at)} 开出，这时间隔期未满（{use.harvest_from} 起才可采收）；"
            "请作废，期满再开"
            for one in found[use.id]
        ]
        for use in uses
        if use.id in found
    }


def _use(use_id: UUID, body: UseWrite, farm: Subject, product: FarmInput, digest: bytes, actor: Actor) -> FarmInputUse:
    key, target = lot_key(body.lot, body.lot_owner_id or farm.id), lot_key(body.target, farm.id)
    kept = body.amount
    return FarmInputUse(
        id=use_id,
        business_id=farm.id,
        region_code=farm.region_code,
        farm_input=product,
        lot_key=key,
        lot_code=lot_code(key),
        quantity=kept.quantity,
        unit=kept.unit,
        target_key=target,
        target_code=lot_code(target),
        target_name=body.target_name,
        plot=body.plot,
        used_at=body.used_at,
        harvest_from=harvest_from(day_of(body.used_at), product.safe_interval_days),
        body_hash=digest,
        recorded_by=actor.id,
    )
