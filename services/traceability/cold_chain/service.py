"""The cold chain: coding at the first station, temperatures from whoever has the goods, and their excursions."""

import hashlib
from dataclasses import dataclass
from itertools import groupby
from typing import TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.cold_chain import repository
from services.traceability.cold_chain.models import ColdConsignment, ColdLot, TemperatureLimit
from services.traceability.cold_chain.problems import ColdChainRefused, ConsignmentIdReused, UnknownConsignment
from services.traceability.cold_chain.rules import Contradiction, Excursion, Measured, contradictions, excursions
from services.traceability.cold_chain.schemas import ConsignmentWrite, ReadingsWrite
from services.traceability.everyday_events import service as events
from services.traceability.everyday_events.rules import (
    Act,
    Goods,
    Label,
    Reading,
    Sensing,
    certificate_keys,
    commissioning,
    is_one_thing,
    lot_code,
    lot_key,
    observation,
)
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

What = TypeVar("What")
Told = tuple[UUID, str, What]
"""What readings show, with whose hands the goods were in, and whose device told of it."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What the readings of a consignment amount to. Without a `limit` no excursion is told."""

    readings: int
    excursions: list[Told[Excursion]]
    contradictions: list[Told[Contradiction]]
    limit: TemperatureLimit | None


async def put_consignment(
    session: AsyncSession, consignment_id: UUID, body: ConsignmentWrite, actor: Actor
) -> ColdConsignment:
    """Take in and code cold goods at the first station; sent again unchanged, nothing happens.

    Raises `ConsignmentIdReused`, `ColdChainRefused`, and what `subjects.acting` raises.
    """
    station = await subjects.acting(session, body.business_id, actor)
    digest = hashlib.sha256(f"{station.id}\n{body.model_dump_json()}".encode()).digest()
    await repository.lock_id(session, consignment_id)
    known = await repository.get(session, consignment_id)
    if known is not None:
        if known.business_id != station.id or known.body_hash != digest:
            raise ConsignmentIdReused("内容变了就请换一个编号；要重试请把原内容一字不改地再发一次")
        return known
    if body.entered_at > now() + CLOCK_TOLERANCE:
        raise _refused("/entered_at", "在将来；请校准终端的时钟", "future")
    if await repository.limit_on(session, body.storage_class, day_of(body.entered_at)) is None:
        raise _refused("/storage_class", "没有这种贮存要求，请见 /v1/temperature-limits", "unknown_class")
    consignment = ColdConsignment(
        id=consignment_id,
        business_id=station.id,
        region_code=station.region_code,
        storage_class=body.storage_class,
        country=body.country,
        declaration_number=body.declaration_number,
        certificates=[one.model_dump(mode="json") for one in body.certificates],
        entered_at=body.entered_at,
        body_hash=digest,
        recorded_by=actor.id,
        lots=[
            ColdLot(
                number=at,
                product_name=lot.product_name,
                lot_key=(key := lot_key(lot.lot, station.id)),
                lot_code=lot_code(key),
                quantity=lot.amount.quantity,
                unit=lot.amount.unit,
                produced_on=lot.produced_on,
                expires_on=lot.expires_on,
            )
            for at, lot in enumerate(body.lots, 1)
        ],
    )
    session.add(consignment)
    await session.flush()
    await _leave_behind(session, consignment, station)
    return consignment


async def take_readings(session: AsyncSession, consignment_id: UUID, body: ReadingsWrite, actor: Actor) -> int:
    """Keep what a device told; told again, it is one. Only of who has or had the goods. Gives how many were sent.

    Raises `UnknownConsignment`, `ColdChainRefused`, and what `subjects.acting` raises.
    """
    holder = await subjects.acting(session, body.business_id, actor)
    consignment = await repository.get(session, consignment_id)
    if consignment is None or not await repository.had(session, consignment_id, holder.id):
        raise UnknownConsignment("请核对编号；要先收货，才能报这批货的温度")
    if any(reading.at > now() + CLOCK_TOLERANCE for reading in body.readings):
        raise _refused("/readings", "有将来的读数；请校准设备的时钟", "future")
    rows = [
        {
            "consignment_id": consignment_id,
            "business_id": holder.id,
            "device": body.device,
            "at": reading.at,
            "value": reading.value,
        }
        for reading in body.readings
    ]
    await repository.add_readings(session, rows)
    told = [Reading(reading.at, reading.value) for reading in sorted(body.readings, key=lambda one: one.at)]
    last = told[-1].at
    digest = hashlib.sha256(body.model_dump_json().encode()).hexdigest()
    act = Act(uuid5(consignment_id, f"{holder.id}:{digest}"), last, holder.place)
    goods = [Goods(lot.lot_key) for lot in consignment.lots]
    device = f"urn:uuid:{uuid5(NAMESPACE_URL, f'shian:device:{body.device}')}"
    event = observation(act, goods, [Sensing(device, told)])
    await events.record(session, holder.id, holder.region_code, [event])
    await subjects.note_act(session, last, holder.id)
    return len(rows)


async def consignment_for(session: AsyncSession, consignment_id: UUID, actor: Actor) -> ColdConsignment:
    """The consignment. Raises `UnknownConsignment`, also for one that is not the actor's to see."""
    found = await repository.visible_consignment(session, consignment_id, actor)
    if found is None:
        raise UnknownConsignment("请核对编号；只能查看本主体经手的或辖区内的")
    return found


async def judged(session: AsyncSession, consignment: ColdConsignment) -> Judged:
    """How many readings there are, the excursions and contradictions among them, and by which bounds."""
    readings = await repository.readings_of(session, consignment.id)
    limit = await repository.limit_on(session, consignment.storage_class, day_of(consignment.entered_at))
    spans: list[Told[Excursion]] = []
    differing: list[Told[Contradiction]] = []
    for (business_id, device), told in groupby(readings, key=lambda one: (one.business_id, one.device)):
        measured = [Measured(one.at, one.value) for one in told]
        differing += [(business_id, device, one) for one in contradictions(measured)]
        if limit is not None:
            spans += [(business_id, device, span) for span in excursions(measured, limit.bounds)]
    spans.sort(key=lambda one: (one[2].started_at, one[1]))
    differing.sort(key=lambda one: (one[2].at, one[1]))
    return Judged(len(readings), spans, differing, limit)


async def _leave_behind(session: AsyncSession, consignment: ColdConsignment, station: Subject) -> None:
    papers = certificate_keys(consignment.certificates)
    coded = []
    for lot in consignment.lots:
        act = Act(uuid5(consignment.id, str(lot.number)), consignment.entered_at, station.place, certificates=papers)
        counted = None if is_one_thing(lot.lot_key) else Amount(lot.quantity, lot.unit)
        label = Label(lot.lot_code, lot.produced_on, lot.expires_on)
        coded.append(commissioning(act, [Goods(lot.lot_key, counted)], label))
    await events.record(session, station.id, station.region_code, coded)
    made = [
        Movement(lot.lot_key, lot.product_name, Amount(lot.quantity, lot.unit), StockReason.MADE)
        for lot in consignment.lots
    ]
    await stocks.book(session, consignment.id, station.id, station.region_code, consignment.entered_at, made)
    await subjects.note_act(session, consignment.entered_at, station.id)


def _refused(pointer: str, message: str, code: str) -> ColdChainRefused:
    return ColdChainRefused("有 1 处需要改正", errors=[FieldError(pointer=pointer, message=message, code=code)])
