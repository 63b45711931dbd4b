"""Every query of orders of visits."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, insert, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.models import Business
from services.inspection.risk_grades.facts.models import RiskCheck, RiskFact
from services.inspection.risk_grades.grades.models import RiskGrade
from services.inspection.visit_priority.models import PriorityPlace, PriorityRun
from services.inspection.visit_records.models import VisitRecord
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate, paginate_rows
from shared.regions.models import RegionAncestor
from shared.regions.repository import codes_within
from shared.regions.scope import within_scope


async def files_of(session: AsyncSession, region_code: str, limit: int) -> Sequence[Row[Any, Any, Any, Any]]:
    """id, kind, status, merged_into of every file at or below a region, closed ones too: they teach."""
    columns = (Business.id, Business.kind, Business.status, Business.merged_into)
    statement = select(*columns).where(Business.region_code.in_(codes_within([region_code])))
    return (await session.execute(statement.order_by(Business.id).limit(limit))).all()


async def checks_of(session: AsyncSession, files: Collection[UUID]) -> Sequence[Row[Any, Any, Any, Any]]:
    """source_id, business_id, checked_on, key_failed of the inspections of files, as they stand now."""
    latest = (
        select(RiskCheck.source_id, RiskCheck.business_id, RiskCheck.checked_on, RiskCheck.key_failed)
        .where(RiskCheck.business_id.in_(files))
        .ext(distinct_on(RiskCheck.source_id))
        .order_by(RiskCheck.source_id, RiskCheck.source_version.desc())
    )
    return (await session.execute(latest)).all()


async def inspectors_of(session: AsyncSession, records: Collection[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    """Who made each visit, as its record says."""
    statement = select(VisitRecord.id, VisitRecord.content["inspectors"].label("inspectors"))
    found = await session.execute(statement.where(VisitRecord.id.in_(records)))
    return {row.id: row.inspectors or [] for row in found}


async def grades_since(session: AsyncSession, files: Collection[UUID]) -> Sequence[Row[Any, Any, Any]]:
    """business_id, valid_from, grade of every grade ever in force, in the order in which they came to hold."""
    statement = (
        select(RiskGrade.business_id, RiskGrade.valid_from, RiskGrade.grade)
        .where(RiskGrade.business_id.in_(files))
        .order_by(RiskGrade.business_id, RiskGrade.valid_from, RiskGrade.confirmed_at, RiskGrade.id)
    )
    return (await session.execute(statement)).all()


async def fact_days(session: AsyncSession, files: Collection[UUID]) -> Sequence[Row[Any, Any, Any]]:
    """business_id, kind and earliest day of each record that told of a business."""
    statement = (
        select(RiskFact.business_id, RiskFact.kind, func.min(RiskFact.occurred_on).label("day"))
        .where(RiskFact.business_id.in_(files))
        .group_by(RiskFact.business_id, RiskFact.kind, RiskFact.source_id)
    )
    return (await session.execute(statement)).all()


async def add_places(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        await session.execute(insert(PriorityPlace), rows)


async def visible_run(session: AsyncSession, actor: Actor, run_id: UUID) -> PriorityRun | None:
    """One run, if it lies in the actor's regions."""
    statement = within_scope(select(PriorityRun), PriorityRun.region_code, actor)
    return await session.scalar(statement.where(PriorityRun.id == run_id))


async def list_runs(session: AsyncSession, actor: Actor, page: PageRequest) -> tuple[list[PriorityRun], str | None]:
    """One page of the runs of the actor's regions, the newest first."""
    statement = within_scope(select(PriorityRun), PriorityRun.region_code, actor)
    return await paginate(session, statement, page, order_by=[PriorityRun.id], descending=True)


async def latest_run(session: AsyncSession, region_code: str) -> PriorityRun | None:
    """The newest run of a region or of one above it."""
    above = select(RegionAncestor.ancestor_code).where(RegionAncestor.code == region_code)
    statement = select(PriorityRun).where(PriorityRun.region_code.in_(above)).order_by(PriorityRun.id.desc()).limit(1)
    return await session.scalar(statement)


async def list_places(
    session: AsyncSession, run_id: UUID, region_code: str, actor: Actor, page: PageRequest
) -> tuple[list[Row[Any]], str | None]:
    """One page of (place, business) of a run in a region, in order; only of the actor's regions."""
    columns: list[Any] = [PriorityPlace, Business, PriorityPlace.number.label("number")]
    statement = (
        select(*columns)
        .join(Business, Business.id == PriorityPlace.business_id)
        .where(PriorityPlace.run_id == run_id, Business.region_code.in_(codes_within([region_code])))
    )
    order: list[Any] = [PriorityPlace.number.label("number")]
    return await paginate_rows(session, within_scope(statement, Business.region_code, actor), page, order_by=order)


async def places_of(session: AsyncSession, run_id: UUID, businesses: Collection[UUID]) -> dict[UUID, int]:
    """The place of each of these businesses in a run."""
    statement = select(PriorityPlace.business_id, PriorityPlace.place).where(
        PriorityPlace.run_id == run_id, PriorityPlace.business_id.in_(businesses)
    )
    return {row.business_id: row.place for row in await session.execute(statement)}
