"""Every query of the recall checks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.repository import of_business
from services.inspection.recall_checks.models import RecallCheck
from shared.contracts.inspection import RecallCheckState
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.repository import codes_within
from shared.regions.scope import within_scope


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckFilter:
    """What a list of checks is narrowed to; None leaves a side open."""

    region_code: str | None
    state: RecallCheckState | None
    business_id: UUID | None
    recall_id: UUID | None


async def add(session: AsyncSession, values: Mapping[str, Any]) -> None:
    """Enter the check of a business for a recall unless it has one."""
    await session.execute(
        insert(RecallCheck).values(dict(values)).on_conflict_do_nothing(index_elements=["recall_id", "business_id"])
    )


async def checks_of(session: AsyncSession, recall_id: UUID) -> Sequence[RecallCheck]:
    """All checks of a recall, held for a change."""
    statement = select(RecallCheck).where(RecallCheck.recall_id == recall_id).order_by(RecallCheck.id)
    return (await session.scalars(statement.with_for_update().execution_options(populate_existing=True))).all()


async def visible_check(
    session: AsyncSession, check_id: UUID, actor: Actor, *, lock: bool = False
) -> RecallCheck | None:
    statement = within_scope(select(RecallCheck), RecallCheck.region_code, actor).where(RecallCheck.id == check_id)
    statement = statement.execution_options(populate_existing=True)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def list_checks(
    session: AsyncSession, actor: Actor, wanted: CheckFilter, page: PageRequest
) -> tuple[list[RecallCheck], str | None]:
    """One page of the checks in the actor's regions, the latest first."""
    statement = within_scope(select(RecallCheck), RecallCheck.region_code, actor)
    if wanted.region_code is not None:
        statement = statement.where(RecallCheck.region_code.in_(codes_within([wanted.region_code])))
    if wanted.state is not None:
        statement = statement.where(RecallCheck.state == wanted.state)
    if wanted.business_id is not None:
        statement = statement.where(of_business(RecallCheck.business_id, wanted.business_id))
    if wanted.recall_id is not None:
        statement = statement.where(RecallCheck.recall_id == wanted.recall_id)
    return await paginate(session, statement, page, order_by=[RecallCheck.id], descending=True)
