"""Every query on disposal cases."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVarTuple
from uuid import UUID

from sqlalchemy import Select, and_, false, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from services.sampling.disposals.models import ClosureRequirement, DisposalCase, ResultNotice
from services.sampling.disposals.rules import Requirement
from services.sampling.test_sites.models import Business
from shared.contracts.codes import OFFICIALS, Role
from shared.contracts.disposals import CaseState, Handling, Recipient
from shared.contracts.statutory_sampling import CaseSide
from shared.dated_rules.repository import in_force
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.repository import codes_within
from shared.regions.scope import within_scope

Columns = TypeVarTuple("Columns")


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """What a list of cases is narrowed to; None leaves a side open. `region` takes in all below it."""

    state: CaseState | None = None
    side: CaseSide | None = None
    region: str | None = None
    sample_id: UUID | None = None
    notice_id: UUID | None = None


def is_official(actor: Actor) -> bool:
    """Whether a caller reads whole regions. Who acts for a business, or tests samples, does not, whatever else."""
    return actor.business_id is None and not actor.has(Role.LABORATORY) and actor.has(*OFFICIALS)


def visible_cases(statement: Select[*Columns], actor: Actor) -> Select[*Columns]:
    """Limit a select that reads `DisposalCase` to the actor's regions; of these a party sees its own, and only once the
    result was served on it, not on others: before, the stop of sale is still under way.
    """
    statement = within_scope(statement, DisposalCase.region_code, actor)
    if is_official(actor):
        return statement
    if actor.business_id is None or actor.has(Role.LABORATORY):
        return statement.where(false())
    served = select(ResultNotice.id).where(
        ResultNotice.case_id == DisposalCase.id,
        ResultNotice.name == DisposalCase.party_name,
        ResultNotice.recipient.in_([each for each in Recipient if each.may_contest]),
        ResultNotice.served_at.is_not(None),
    )
    return statement.where(and_(DisposalCase.party_business_id == actor.business_id, served.exists()))


async def visible_case(
    session: AsyncSession, case_id: UUID, actor: Actor, *, lock: bool = False
) -> DisposalCase | None:
    """One case, whole and as it is now, if the actor may see it; `lock` holds it for a change."""
    statement = visible_cases(_whole().where(DisposalCase.id == case_id), actor)
    return await session.scalar(statement.with_for_update(of=DisposalCase) if lock else statement)


async def lock_case(session: AsyncSession, case_id: UUID) -> DisposalCase | None:
    """One case, whole and as it is now, held until the end of the transaction."""
    return await session.scalar(_whole().where(DisposalCase.id == case_id).with_for_update(of=DisposalCase))


async def lock_cases_of(session: AsyncSession, sample_id: UUID) -> Sequence[DisposalCase]:
    """The cases of a sample, whole, held; in one order everywhere, so that nobody waits in a circle."""
    statement = _whole().where(DisposalCase.sample_id == sample_id).order_by(DisposalCase.side)
    return (await session.scalars(statement.with_for_update(of=DisposalCase))).all()


async def cases_of(session: AsyncSession, sample_id: UUID) -> Sequence[DisposalCase]:
    """The cases of a sample, whole."""
    statement = _whole().where(DisposalCase.sample_id == sample_id).order_by(DisposalCase.side)
    return (await session.scalars(statement)).all()


async def list_cases(
    session: AsyncSession, wanted: CaseFilter, actor: Actor, page: PageRequest
) -> tuple[list[DisposalCase], str | None]:
    """One page of the cases the actor may see, the newest first."""
    statement = filtered_cases(select(DisposalCase), wanted, actor)
    return await paginate(session, statement, page, order_by=[DisposalCase.id], descending=True)


def filtered_cases(statement: Select[*Columns], wanted: CaseFilter, actor: Actor) -> Select[*Columns]:
    """A select that reads `DisposalCase`, limited to what the actor may see and wants."""
    statement = visible_cases(statement, actor)
    for column, value in (
        (DisposalCase.state, wanted.state),
        (DisposalCase.side, wanted.side),
        (DisposalCase.sample_id, wanted.sample_id),
    ):
        if value is not None:
            statement = statement.where(column == value)
    if wanted.region is not None:
        statement = statement.where(DisposalCase.region_code.in_(codes_within([wanted.region])))
    if wanted.notice_id is not None:
        statement = statement.where(
            DisposalCase.id.in_(select(ResultNotice.case_id).where(ResultNotice.id == wanted.notice_id))
        )
    return statement


async def add_missing(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> set[UUID]:
    """Insert cases; returns the ids of those whose sample had none on that side before."""
    statement = (
        insert(DisposalCase)
        .on_conflict_do_nothing(index_elements=[DisposalCase.sample_id, DisposalCase.side])
        .returning(DisposalCase.id)
    )
    return set(await session.scalars(statement, rows))


async def businesses_with(session: AsyncSession, codes: Collection[str]) -> Sequence[Business]:
    """The registered businesses with one of these USCC: one code may stand for several places of business."""
    return (await session.scalars(select(Business).where(Business.uscc.in_(codes)).order_by(Business.id))).all()


async def requirements_on(session: AsyncSession, side: CaseSide, handling: Handling, day: date) -> list[Requirement]:
    """What a closure must show on `day`."""
    of_the_case = ClosureRequirement.side == side, ClosureRequirement.handling == handling
    rows = await in_force(session, ClosureRequirement, day, *of_the_case)
    return [Requirement(row.topic, row.only_if_filed) for row in rows if row.required]


def _whole() -> Select[DisposalCase]:
    return (
        select(DisposalCase)
        .options(selectinload(DisposalCase.entries), selectinload(DisposalCase.notices))
        .execution_options(populate_existing=True)
    )
