"""Every query on checklists."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, any_, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.checklists.models import Checklist
from shared.contracts.inspection import BusinessKind
from shared.http.pagination import PageRequest, paginate
from shared.regions.models import RegionAncestor


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecklistFilter:
    """What a list of checklists is narrowed to; None leaves a side open."""

    kind: BusinessKind | None
    in_force_on: date | None


async def get_checklist(session: AsyncSession, code: str, *, lock: bool = False) -> Checklist | None:
    """One list with its versions, as it is now; `lock` holds it for a change."""
    statement = select(Checklist).where(Checklist.code == code).execution_options(populate_existing=True)
    return await session.scalar(statement.with_for_update(of=Checklist) if lock else statement)


async def list_checklists(
    session: AsyncSession, wanted: ChecklistFilter, page: PageRequest
) -> tuple[list[Checklist], str | None]:
    """One page of lists in the order of their codes."""
    statement = select(Checklist)
    if wanted.kind is not None:
        statement = statement.where(literal(wanted.kind.value) == any_(Checklist.kinds))
    if (on := wanted.in_force_on) is not None:
        statement = statement.where(_in_force(on))
    return await paginate(session, statement, page, order_by=[Checklist.code])


async def lists_in_force(session: AsyncSession, kind: BusinessKind, region_code: str, on: date) -> Sequence[Checklist]:
    """The lists for a kind of business that hold on a day at a place: national ones and those of the regions above."""
    above = select(RegionAncestor.ancestor_code).where(RegionAncestor.code == region_code)
    statement = (
        select(Checklist)
        .where(literal(kind.value) == any_(Checklist.kinds), _in_force(on))
        .where(or_(Checklist.region_code.is_(None), Checklist.region_code.in_(above)))
        .order_by(Checklist.code)
    )
    return (await session.scalars(statement)).all()


def _in_force(on: date) -> ColumnElement[bool]:
    return and_(Checklist.effective_on <= on, or_(Checklist.superseded_on.is_(None), Checklist.superseded_on > on))
