"""Every query on the bounds of sampling days."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.sampling_day_bounds.models import SamplingDayBound

_LATEST_FIRST = (SamplingDayBound.valid_from.desc(), SamplingDayBound.recorded_at.desc())


async def years_back_on(session: AsyncSession, day: date) -> int | None:
    """How many years back a form that is entered on `day` may lie; None where nobody has said."""
    statement = select(SamplingDayBound.years_back).where(SamplingDayBound.valid_from <= day)
    years: int | None = await session.scalar(statement.order_by(*_LATEST_FIRST).limit(1))
    return years


async def list_bounds(session: AsyncSession) -> Sequence[SamplingDayBound]:
    """Every row there ever was, the latest first."""
    return (await session.scalars(select(SamplingDayBound).order_by(*_LATEST_FIRST))).all()


async def add_missing(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> None:
    await session.execute(insert(SamplingDayBound).on_conflict_do_nothing(), rows)
