"""Every query on allocations, caps, and the history that allocations rest on."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.allocation.codes import CapKind
from services.sampling.allocation.models import Allocation, SamplingCap
from services.sampling.plans.codes import COUNTED_STATES
from services.sampling.samples.models import Sample
from services.sampling.test_sites.models import Business
from shared.contracts.figures import Period
from shared.contracts.statutory_sampling import Conclusion, Link, SampleState, Stream
from shared.dated_rules.repository import in_force
from shared.http.pagination import PageRequest, paginate
from shared.regions.models import RegionAncestor
from shared.regions.repository import codes_within

FAILED = (Conclusion.UNQUALIFIED, Conclusion.PROBLEM)
JUDGED = (Conclusion.QUALIFIED, *FAILED)


class History(NamedTuple):
    """How many samples were judged, and how many of them failed."""

    tested: int
    failed: int


async def get_allocation(session: AsyncSession, plan_id: UUID, allocation_id: UUID, *, lock: bool = False) -> Any:
    statement = (
        select(Allocation)
        .where(Allocation.id == allocation_id, Allocation.plan_id == plan_id)
        .execution_options(populate_existing=True)
    )
    return await session.scalar(statement.with_for_update() if lock else statement)


async def list_allocations(
    session: AsyncSession, plan_id: UUID, page: PageRequest
) -> tuple[list[Allocation], str | None]:
    statement = select(Allocation).where(Allocation.plan_id == plan_id)
    return await paginate(session, statement, page, order_by=[Allocation.id], descending=True)


async def caps_in_force(session: AsyncSession, day: date) -> dict[CapKind, SamplingCap]:
    """The cap of each kind that holds on a day."""
    return {cap.kind: cap for cap in await in_force(session, SamplingCap, day)}


async def list_caps(session: AsyncSession, page: PageRequest) -> tuple[list[SamplingCap], str | None]:
    """One page of every row there ever was, the latest day first."""
    return await paginate(
        session, select(SamplingCap), page, order_by=[SamplingCap.valid_from, SamplingCap.id], descending=True
    )


async def history_by_place_and_kind(
    session: AsyncSession, stream: Stream, region: str, first: date, last: date
) -> list[tuple[str, Link, str | None, History]]:
    """Judged samples of one stream within a region, by region code, link and category."""
    statement = (
        select(Sample.region_code, Sample.link, Sample.category_code, *_HISTORY)
        .where(
            Sample.state == SampleState.CONCLUDED,
            Sample.stream == stream,
            Sample.sampled_on.between(first, last),
            Sample.region_code.in_(codes_within([region])),
        )
        .group_by(Sample.region_code, Sample.link, Sample.category_code)
    )
    return [(row[0], row[1], row[2], History(row[3], row[4])) for row in await session.execute(statement)]


async def history_by_business(
    session: AsyncSession, stream: Stream, business_ids: Collection[UUID], first: date, last: date
) -> dict[UUID, History]:
    """Judged samples of one stream taken from each business."""
    statement = (
        select(Sample.business_id, *_HISTORY)
        .where(
            Sample.state == SampleState.CONCLUDED,
            Sample.stream == stream,
            Sample.sampled_on.between(first, last),
            Sample.business_id.in_(business_ids),
        )
        .group_by(Sample.business_id)
    )
    return {row[0]: History(row[1], row[2]) for row in await session.execute(statement) if row[0] is not None}


_HISTORY = (
    func.count().filter(Sample.conclusion.in_(JUDGED)),
    func.count().filter(Sample.conclusion.in_(FAILED)),
)


async def taken_from_shops(
    session: AsyncSession, business_ids: Collection[UUID], link: Link | None, quarter: Period
) -> dict[UUID, int]:
    """Samples of any stream that count, taken from each business in a quarter."""
    statement = (
        select(Sample.business_id, func.count())
        .where(Sample.business_id.in_(business_ids), *_counted_in(quarter))
        .group_by(Sample.business_id)
    )
    if link is not None:
        statement = statement.where(Sample.link == link)
    return {row[0]: row[1] for row in await session.execute(statement) if row[0] is not None}


async def taken_from_producers(session: AsyncSession, producers: Collection[str], quarter: Period) -> Sequence[Any]:
    """Samples of these producers (by code or name) in a quarter, by what the caps tell apart."""
    columns = (
        Sample.producer_uscc,
        Sample.producer_name,
        Sample.category_code,
        Sample.food_name,
        Sample.production_date,
    )
    named = or_(Sample.producer_uscc.in_(producers), Sample.producer_name.in_(producers))
    statement = select(*columns, func.count().label("taken")).where(named, *_counted_in(quarter)).group_by(*columns)
    return (await session.execute(statement)).all()


def _counted_in(quarter: Period) -> tuple[Any, ...]:
    return (Sample.state.in_(COUNTED_STATES), Sample.sampled_on >= quarter.first, Sample.sampled_on < quarter.end)


async def ancestors_among(session: AsyncSession, codes: Collection[str]) -> dict[str, list[str]]:
    """For every region at or below one of `codes`, which of them stand at or above it."""
    statement = select(RegionAncestor.code, RegionAncestor.ancestor_code).where(RegionAncestor.ancestor_code.in_(codes))
    found: dict[str, list[str]] = {}
    for code, ancestor in await session.execute(statement):
        found.setdefault(code, []).append(ancestor)
    return found


async def businesses_with(
    session: AsyncSession, wanted: Collection[tuple[str, str]]
) -> dict[tuple[str, str], list[Business]]:
    """For each USCC and region: the registered businesses with that code at or below that region."""
    if not wanted:
        return {}
    statement = (
        select(RegionAncestor.ancestor_code, Business)
        .join(RegionAncestor, RegionAncestor.code == Business.region_code)
        .where(
            tuple_(Business.uscc, RegionAncestor.ancestor_code).in_(wanted),
            Business.merged_into.is_(None),
        )
        .order_by(Business.id)
    )
    found: dict[tuple[str, str], list[Business]] = defaultdict(list)
    for region, business in await session.execute(statement):
        found[business.uscc or "", region].append(business)
    return found


async def businesses_by_id(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, Business]:
    return {row.id: row for row in await session.scalars(select(Business).where(Business.id.in_(ids)))}
