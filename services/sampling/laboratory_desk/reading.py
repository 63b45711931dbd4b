"""Samples as their laboratory sees them: field by field, never by copying a row."""

from collections.abc import Collection, Sequence
from datetime import date
from itertools import chain
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.laboratory_desk import repository
from services.sampling.laboratory_desk.rules import (
    businesses_in,
    names_in,
    sent_quantity,
    storage_in_words,
    trade_names_of,
    without_names,
)
from services.sampling.laboratory_desk.schemas import BlindSample, BlindSampleDetail, ReceptionRead
from services.sampling.laboratory_desk.service import DELIVERY, REPORT
from services.sampling.laboratory_desk.trade_names import plain_name
from services.sampling.samples.entry_kinds import SampleEntryKind
from services.sampling.samples.models import Sample
from shared.clocks.models import ClockRow
from shared.clocks.rules import ONE_TICK
from shared.times import day_of

ARRIVALS = (SampleEntryKind.RECEIVED, SampleEntryKind.REJECTED)


async def show_samples(session: AsyncSession, samples: Sequence[Sample]) -> list[BlindSample]:
    """Samples in their order, with what is to be tested and by which day."""
    ids = [sample.id for sample in samples]
    items = await repository.items_of(session, ids)
    clocks = await repository.ends_of_clocks(session, ids, (DELIVERY, REPORT))
    categories = await repository.names_of_categories(session, {one.category_code for one in samples})
    trade_names = await trade_names_in(session, samples)
    return [
        BlindSample(
            **_of_the_sample(sample, trade_names[sample.id]),
            category_code=sample.category_code if sample.category_code in categories else None,
            category_name=categories.get(sample.category_code or ""),
            items=items[sample.id],
            deliver_by=_last_day(clocks.get((sample.id, DELIVERY))),
            report_by=_last_day(clocks.get((sample.id, REPORT))),
        )
        for sample in samples
    ]


async def show_sample(session: AsyncSession, sample: Sample) -> BlindSampleDetail:
    """One sample (with its history), and what the laboratory wrote when it came."""
    [shown] = await show_samples(session, [sample])
    return BlindSampleDetail(**dict(shown), reception=_reception(sample))


async def trade_names_in(session: AsyncSession, samples: Sequence[Sample]) -> dict[UUID, set[str]]:
    """The 字号 of those whom each sample is from."""
    businesses = {
        sample.id: [
            *businesses_in(sample.form),
            *(name for name in (sample.sampled_party_name, sample.producer_name) if name),
        ]
        for sample in samples
    }
    named = " ".join(map(plain_name, chain.from_iterable(businesses.values())))
    regions = await repository.regions_named_in(session, named)
    foods = await repository.foods_named(session)
    return {sample_id: trade_names_of(names, regions, foods) for sample_id, names in businesses.items()}


async def blind_food_names(session: AsyncSession, samples: Sequence[Sample]) -> dict[UUID, str]:
    """The food of each sample as its laboratory reads it."""
    trade_names = await trade_names_in(session, samples)
    return {sample.id: without_names(sample.food_name, _names(sample, trade_names[sample.id])) for sample in samples}


def _of_the_sample(sample: Sample, trade_names: Collection[str]) -> dict[str, Any]:
    goods: dict[str, Any] = sample.form.get("goods", {})
    names = _names(sample, trade_names)

    def blind(text: str | None) -> str | None:
        return None if text is None else without_names(text, names)

    return {
        "blind_code": sample.blind_code,
        "state": sample.state,
        "food_name": blind(sample.food_name),
        "production_date": sample.production_date,
        "specification": blind(goods.get("specification")),
        "quantity": blind(sent_quantity(goods)),
        "storage": blind(storage_in_words(goods)),
        "sampled_on": sample.sampled_on,
        "received_at": sample.received_at,
    }


def _names(sample: Sample, trade_names: Collection[str]) -> list[str]:
    """All that says whose the sample is."""
    return [
        *names_in(sample.form),
        *trade_names,
        *(name for name in (sample.number, sample.sampled_party_name, sample.producer_name, sample.lot_code) if name),
    ]


def _last_day(clock: ClockRow | None) -> date | None:
    """The day that counts as the last: the midnight that ends it belongs to it, not to the next."""
    return None if clock is None else day_of(clock.due_at - ONE_TICK)


def _reception(sample: Sample) -> ReceptionRead | None:
    """The laboratory's own words; of the history nothing else is shown."""
    arrivals = [entry for entry in sample.entries if entry.kind in ARRIVALS]
    if not arrivals:
        return None
    arrival = arrivals[-1]
    return ReceptionRead(
        accepted=arrival.kind == SampleEntryKind.RECEIVED,
        at=arrival.at,
        seal_intact=arrival.details["seal_intact"],
        contents_match=arrival.details["contents_match"],
        photos=arrival.details["photos"],
        note=arrival.note,
    )
