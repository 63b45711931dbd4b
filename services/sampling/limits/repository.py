"""Every query on standards and limits."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.sampling.food_categories.models import FoodCategory
from services.sampling.limits.models import FoodLimit, FoodStandard
from services.sampling.limits.rules import Limit, Requirement, Standard
from shared.http.pagination import PageRequest, paginate

_CHUNK = 500


@dataclass(frozen=True, slots=True)
class LimitFilter:
    """What a list of limits is narrowed to; None leaves a side open."""

    item: str | None = None
    category_code: str | None = None
    standard_code: str | None = None
    verified: bool | None = None
    superseded: bool | None = False


def _is_superseded() -> Any:
    later = aliased(FoodLimit)
    return exists().where(later.supersedes_id == FoodLimit.id)


async def book_version(session: AsyncSession) -> str:
    """A text that is the same only while no category, standard or limit was added or changed."""
    counts = [
        select(func.concat(func.count(), "/", func.max(table.recorded_at))).scalar_subquery()
        for table in (FoodStandard, FoodLimit)
    ]
    categories = select(
        func.concat(func.count(), "/", func.sum(FoodCategory.version), "/", func.max(FoodCategory.changed_at))
    ).scalar_subquery()
    return str(await session.scalar(select(func.concat_ws(" ", categories, *counts))))


async def current_standards(session: AsyncSession) -> dict[str, Standard]:
    """Every standard by code, as it was recorded last."""
    rows = await session.scalars(select(FoodStandard).order_by(FoodStandard.recorded_at, FoodStandard.id))
    return {
        row.code: Standard(row.code, row.family, row.title, row.valid_from, row.valid_to, row.source, row.verified)
        for row in rows
    }


async def current_limits(session: AsyncSession) -> list[Limit]:
    """Every limit that no other corrects. Plain columns: ten thousand rows as objects would cost a second."""
    table = FoodLimit.__table__
    rows = await session.execute(select(table).where(~_is_superseded()).select_from(FoodLimit))
    return [_as_rule(row) for row in rows.mappings()]


async def get_limit(session: AsyncSession, limit_id: UUID, *, lock: bool = False) -> FoodLimit | None:
    statement = select(FoodLimit).where(FoodLimit.id == limit_id)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def successor_of(session: AsyncSession, limit_id: UUID) -> UUID | None:
    """The row that corrects this one, if any."""
    found: UUID | None = await session.scalar(select(FoodLimit.id).where(FoodLimit.supersedes_id == limit_id))
    return found


async def list_limits(
    session: AsyncSession, wanted: LimitFilter, page: PageRequest
) -> tuple[list[FoodLimit], str | None]:
    """One page of limits in the order of their ids."""
    statement: Select[Any] = select(FoodLimit)
    if wanted.item is not None:
        statement = statement.where(or_(FoodLimit.item == wanted.item, FoodLimit.item_aliases.contains([wanted.item])))
    if wanted.category_code is not None:
        statement = statement.where(FoodLimit.category_code == wanted.category_code)
    if wanted.standard_code is not None:
        statement = statement.where(FoodLimit.standard_code == wanted.standard_code)
    if wanted.verified is not None:
        statement = statement.where(FoodLimit.verified == wanted.verified)
    if wanted.superseded is not None:
        statement = statement.where(_is_superseded() if wanted.superseded else ~_is_superseded())
    return await paginate(session, statement, page, order_by=[FoodLimit.id])


async def list_standards(session: AsyncSession, page: PageRequest) -> tuple[list[FoodStandard], str | None]:
    """One page of all recorded versions of standards, corrected ones included."""
    return await paginate(session, select(FoodStandard), page, order_by=[FoodStandard.code, FoodStandard.id])


async def superseded_among(session: AsyncSession, ids: Collection[UUID]) -> set[UUID]:
    """Which of these limits another one corrects."""
    found = await session.scalars(select(FoodLimit.supersedes_id).where(FoodLimit.supersedes_id.in_(ids)))
    return {limit_id for limit_id in found if limit_id is not None}


async def add_limits(session: AsyncSession, rows: Sequence[dict[str, Any]], *, skip_known: bool = False) -> None:
    """Insert rows; `skip_known` leaves alone what is there under the same id."""
    for first in range(0, len(rows), _CHUNK):
        statement = insert(FoodLimit)
        if skip_known:
            statement = statement.on_conflict_do_nothing(index_elements=[FoodLimit.id])
        await session.execute(statement, rows[first : first + _CHUNK])


async def add_missing_standards(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Insert shipped standards that are not there yet."""
    await session.execute(insert(FoodStandard).on_conflict_do_nothing(index_elements=[FoodStandard.id]), rows)


def as_requirement(row: Mapping[str, Any]) -> Requirement:
    """The requirement that a row's columns hold."""
    return Requirement(
        form=row["form"],
        minimum=row["minimum"],
        minimum_open=row["minimum_open"],
        maximum=row["maximum"],
        maximum_open=row["maximum_open"],
        n=row["plan_n"],
        c=row["plan_c"],
        m=row["plan_m"],
        upper=row["plan_upper"],
    )


def _as_rule(row: Any) -> Limit:
    return Limit(
        id=str(row["id"]),
        standard_code=row["standard_code"],
        item=row["item"],
        item_aliases=tuple(row["item_aliases"]),
        category_code=row["category_code"],
        excluded_codes=frozenset(row["excluded_codes"]),
        link=row["link"],
        requirement=as_requirement(row),
        unit=row["unit"],
        comparison=row["comparison"],
        expressed_as=row["expressed_as"],
        residue_definition=row["residue_definition"],
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
        source=row["source"],
        verified=row["verified"],
    )
