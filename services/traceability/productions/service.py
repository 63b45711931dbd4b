"""Recording what became of what, once however often it is sent."""

import hashlib
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.codes.service import product_key
from services.traceability.epcis_events.keys import kind_of
from services.traceability.everyday_events import service as events
from services.traceability.everyday_events.rules import (
    Act,
    Goods,
    Label,
    certificate_keys,
    inspecting,
    is_one_thing,
    lot_code,
    lot_key,
    lots_named,
    transformation,
)
from services.traceability.lots.rules import Holder
from services.traceability.lots.service import hold_lot
from services.traceability.productions import repository
from services.traceability.productions.models import Production, ProductionPart, YieldBand
from services.traceability.productions.problems import (
    IngredientOnHold,
    ProductionIdReused,
    ProductionRefused,
    UnknownProduction,
)
from services.traceability.productions.rules import Shape, outside, wrongs, yield_percent
from services.traceability.productions.schemas import (
    InputWrite,
    OutputWrite,
    ProductionWrite,
    ReleaseWrite,
    YieldBandCreate,
)
from services.traceability.recalls.sales import refusals
from services.traceability.stocks import service as stocks
from services.traceability.stocks.models import StockReason
from services.traceability.stocks.service import Movement
from services.traceability.subjects import service as subjects
from services.traceability.subjects.models import Subject
from services.traceability.tickets.rules import CLOCK_TOLERANCE, expiry
from services.traceability.units.goods import Amount
from shared.dated_rules.service import state_rule
from shared.http.auth import Actor
from shared.http.problems import FieldError
from shared.times import day_of, now


async def put_production(session: AsyncSession, production_id: UUID, body: ProductionWrite, actor: Actor) -> Production:
    """Enter a production with its events and stock; sent again unchanged, nothing happens.

    Raises `ProductionIdReused`, `ProductionRefused`, `IngredientOnHold`, and what `subjects.acting` raises.
    """
    maker = await subjects.acting(session, body.business_id, actor)
    digest = hashlib.sha256(f"{maker.id}\n{body.model_dump_json(exclude={'release'})}".encode()).digest()
    await repository.lock_id(session, production_id)
    known = await repository.get(session, production_id)
    if known is not None:
        if known.business_id != maker.id or known.body_hash != digest:
            raise ProductionIdReused("内容变了就请换一个编号；要重试请把原内容一字不改地再发一次")
        if body.release is not None and known.release_passed is None:
            await _judge(session, known, body.release, maker)
        return known
    shape = _shape(body)
    _ensure_can_be(body, shape, maker)
    await _ensure_free(session, body.inputs, maker)
    percent = yield_percent(shape)
    bands = await repository.bands_on(session, day_of(body.done_at))
    made = [_part(maker.id, at, True, part) for at, part in enumerate(body.outputs, 1)]
    band = bands.of(body.process, kind_of(made[0].lot_key))
    production = Production(
        id=production_id,
        kind=body.kind,
        business_id=maker.id,
        region_code=maker.region_code,
        done_at=body.done_at,
        process=body.process,
        losses=[loss.model_dump(mode="json") for loss in body.losses],
        yield_percent=percent,
        yield_outside=outside(percent, band),
        body_hash=digest,
        recorded_by=actor.id,
        parts=[
            *(_part(maker.id, at, False, part) for at, part in enumerate(body.inputs, 1)),
            *made,
        ],
    )
    session.add(production)
    await session.flush()
    await _leave_behind(session, production, maker)
    if body.release is not None:
        await _judge(session, production, body.release, maker)
    return production


async def put_release(session: AsyncSession, production_id: UUID, body: ReleaseWrite, actor: Actor) -> Production:
    """Enter the release examination of a production; a lot that fails is held at once.

    Raises `UnknownProduction`, `ReleaseAlreadyJudged`, and what `subjects.acting` raises.
    """
    await repository.lock_id(session, production_id)
    production = await production_for(session, production_id, actor)
    maker = await subjects.acting(session, production.business_id, actor)
    same = (production.release_passed, production.released_at, production.release_paper, production.release_items)
    if same != (body.passed, body.examined_at, body.certificate_number, body.items):
        await _judge(session, production, body, maker)
    return production


async def production_for(session: AsyncSession, production_id: UUID, actor: Actor) -> Production:
    """The production with its parts. Raises `UnknownProduction`, also for one that is not the actor's to see."""
    found = await repository.visible_production(session, production_id, actor)
    if found is None:
        raise UnknownProduction("请核对编号；只能查看本主体、本市场或辖区内的")
    return found


async def _leave_behind(session: AsyncSession, production: Production, maker: Subject) -> None:
    papers = certificate_keys(paper for part in production.parts for paper in part.certificates)
    act = Act(production.id, production.done_at, maker.place, certificates=papers)
    first = production.outputs[0]
    label = Label(first.lot_code, first.produced_on, first.expires_on) if len(production.outputs) == 1 else Label()
    event = transformation(act, production.kind.step, _goods(production.inputs), _goods(production.outputs), label)
    await events.record(session, maker.id, maker.region_code, [event])
    movements = [_moved(part, Amount(-part.quantity, part.unit), StockReason.USED) for part in production.inputs]
    movements += [_moved(part, part.amount, StockReason.MADE) for part in production.outputs]
    await stocks.book(session, production.id, maker.id, maker.region_code, production.done_at, movements)
    await subjects.note_act(session, production.done_at, maker.id)


async def _judge(session: AsyncSession, production: Production, body: ReleaseWrite, maker: Subject) -> None:
    production.judge(passed=body.passed, at=body.examined_at, paper=body.certificate_number, items=body.items)
    await session.flush()
    act = Act(production.id, body.examined_at, maker.place)
    event = inspecting(act, _goods(production.outputs), passed=body.passed)
    await events.record(session, maker.id, maker.region_code, [event])
    if body.passed:
        return
    for part in production.outputs:
        await hold_lot(
            session,
            code=part.lot_code,
            product_name=part.product_name,
            holder_business_id=maker.id,
            holder_uscc=maker.uscc,
            holder_name=maker.name,
            region_code=maker.region_code,
            reason=f"出厂检验不合格：{body.items}",
            at=body.examined_at,
        )


def _shape(body: ProductionWrite) -> Shape:
    return Shape(
        body.kind,
        [part.measured for part in body.inputs],
        [part.measured for part in body.outputs],
        [loss.amount for loss in body.losses],
        [frozenset(paper.kind for paper in part.certificates) for part in body.inputs],
        [frozenset(paper.kind for paper in part.certificates) for part in body.outputs],
    )


def _ensure_can_be(body: ProductionWrite, shape: Shape, maker: Subject) -> None:
    found = [FieldError(pointer=one.pointer, message=one.message, code=one.code) for one in wrongs(shape)]
    used = {lot_key(part.lot, part.lot_owner_id or maker.id) for part in body.inputs}
    found += [
        FieldError(
            pointer=f"/outputs/{at}/lot", message="产出的批号与投入的相同；请给新的批次新的批号", code="lot_reused"
        )
        for at, part in enumerate(body.outputs)
        if lot_key(part.lot, part.lot_owner_id or maker.id) in used
    ]
    if body.done_at > now() + CLOCK_TOLERANCE:
        found.append(FieldError(pointer="/done_at", message="在将来；请校准终端的时钟", code="future"))
    if found:
        raise ProductionRefused(f"有 {len(found)} 处需要改正", errors=found)


async def _ensure_free(session: AsyncSession, inputs: Sequence[InputWrite], maker: Subject) -> None:
    keys = [lot_key(part.lot, part.lot_owner_id or maker.id) for part in inputs]
    named = [lots_named(part.lot, key) for part, key in zip(inputs, keys, strict=True)]
    held = await refusals(session, set().union(*named), Holder(maker.id, maker.uscc, maker.name))
    found = [
        FieldError(
            pointer=f"/inputs/{at}/lot",
            message=f"批次 {lot_code(keys[at])} 已被锁定：{held[min(said)].reason}",
            code="lot_on_hold",
        )
        for at, said in enumerate(all_of & held.keys() for all_of in named)
        if said
    ]
    if found:
        raise IngredientOnHold(f"有 {len(found)} 个投入的批次不能使用，请封存，等候通知", errors=found)


def _part(owner_id: UUID, at: int, is_output: bool, part: InputWrite) -> ProductionPart:
    key = lot_key(part.lot, part.lot_owner_id or owner_id)
    dated = part if isinstance(part, OutputWrite) else None
    return ProductionPart(
        is_output=is_output,
        number=at,
        product_name=part.product_name,
        lot_key=key,
        lot_code=lot_code(key),
        quantity=part.amount.quantity,
        unit=part.amount.unit,
        content_quantity=part.content.amount.quantity if part.content else None,
        content_unit=part.content.amount.unit if part.content else None,
        produced_on=dated.produced_on if dated else None,
        expires_on=expiry(dated.produced_on, dated.shelf_life_days, dated.expires_on) if dated else None,
        certificates=[paper.model_dump(mode="json") for paper in part.certificates],
    )


def _goods(parts: Sequence[ProductionPart]) -> list[Goods]:
    return [Goods(part.lot_key, None if is_one_thing(part.lot_key) else part.amount) for part in parts]


def _moved(part: ProductionPart, amount: Amount, reason: StockReason) -> Movement:
    return Movement(part.lot_key, part.product_name, amount, reason)


async def state_band(session: AsyncSession, body: YieldBandCreate, actor: Actor) -> YieldBand:
    """Append a band, for a process, for the product of the code that is named, or for all."""
    band = YieldBand(**body.model_dump(exclude={"product"}), product_key=product_key(body.product))
    return await state_rule(session, band, actor)
