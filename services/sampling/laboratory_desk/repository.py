"""Every query of the laboratory's desk. Each is limited to what is assigned to one laboratory."""

import re
from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import Select, and_, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from services.sampling.food_categories.models import FoodCategory
from services.sampling.laboratory_assignments.models import LaboratoryAssignment
from services.sampling.samples.models import Sample
from services.sampling.samples.service import CLOCK_OBJECT
from shared.clocks.models import ClockRow
from shared.contracts.statutory_sampling import SampleState
from shared.http.pagination import PageRequest, paginate
from shared.regions.models import RegionRow
from shared.regions.tree import Level

SEEN = (
    SampleState.TAKEN,
    SampleState.RECEIVED,
    SampleState.REJECTED,
    SampleState.REPORTED,
    SampleState.CONCLUDED,
)


def assigned_samples(laboratory_id: UUID) -> Select[Sample]:
    """The samples that are this laboratory's: sent to it, and not voided before it had anything to do with them."""
    own = select(LaboratoryAssignment.sample_id).where(
        LaboratoryAssignment.laboratory_id == laboratory_id, LaboratoryAssignment.current
    )
    voided = and_(Sample.state == SampleState.VOIDED, Sample.received_at.is_not(None))
    return select(Sample).where(Sample.id.in_(own), or_(Sample.state.in_(SEEN), voided))


async def assigned_sample(
    session: AsyncSession, laboratory_id: UUID, blind_code: str, *, lock: bool = False
) -> Sample | None:
    """One sample of this laboratory with its history, as it is now; `lock` holds it for a change."""
    statement = (
        assigned_samples(laboratory_id)
        .where(Sample.blind_code == blind_code)
        .options(selectinload(Sample.entries))
        .execution_options(populate_existing=True)
    )
    return await session.scalar(statement.with_for_update(of=Sample) if lock else statement)


async def list_assigned(
    session: AsyncSession, laboratory_id: UUID, state: SampleState | None, today: date, page: PageRequest
) -> tuple[list[Sample], str | None]:
    """One page of this laboratory's samples by blind code, an order that says nothing.

    What is still on its way is listed from the day after it was taken: who looks every minute would otherwise see the
    minute in which it was. Under the code on its seal it is found at once.
    """
    shown = or_(Sample.state != SampleState.TAKEN, Sample.sampled_on < today)
    statement = assigned_samples(laboratory_id).where(shown)
    if state is not None:
        statement = statement.where(Sample.state == state)
    return await paginate(session, statement, page, order_by=[Sample.blind_code])


async def items_of(session: AsyncSession, sample_ids: Collection[UUID]) -> dict[UUID, list[str]]:
    """What is to be tested, for each sample."""
    statement = select(LaboratoryAssignment.sample_id, LaboratoryAssignment.items).where(
        LaboratoryAssignment.sample_id.in_(sample_ids), LaboratoryAssignment.current
    )
    return dict((await session.execute(statement)).all())


async def names_of_categories(session: AsyncSession, codes: Collection[str | None]) -> dict[str, str]:
    """The names of those of `codes` that the tree of food categories knows; what a form has besides is free text."""
    statement = select(FoodCategory.code, FoodCategory.name).where(FoodCategory.code.in_(codes))
    return dict((await session.execute(statement)).all())


async def regions_named_in(session: AsyncSession, text: str) -> set[str]:
    """The names, full and short, of the regions down to the towns which stand in `text`."""
    named = or_(*(func.strpos(literal(text), column) > 0 for column in (RegionRow.name, RegionRow.short_name)))
    statement = select(RegionRow.name, RegionRow.short_name).where(RegionRow.level <= Level.STREET, named)
    return {name for row in await session.execute(statement) for name in row if name}


async def foods_named(session: AsyncSession) -> set[str]:
    """The names of all categories of food, whole and in their parts."""
    names = await session.scalars(select(FoodCategory.name))
    return {part for name in names for part in (name, *re.split(r"[\W_]+|及其|[及和与]", name)) if part}


async def ends_of_clocks(
    session: AsyncSession, sample_ids: Collection[UUID], codes: Collection[str]
) -> dict[tuple[UUID, str], ClockRow]:
    """For each sample and code the clock that was opened last."""
    statement = (
        select(ClockRow)
        .where(ClockRow.object_type == CLOCK_OBJECT, ClockRow.object_id.in_(sample_ids), ClockRow.code.in_(codes))
        .order_by(ClockRow.triggered_at)
    )
    return {(clock.object_id, clock.code): clock for clock in await session.scalars(statement)}
