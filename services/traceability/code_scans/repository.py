"""Every query of scans, findings and thresholds."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import func, literal, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from services.traceability.code_scans.models import CodeFinding, CodeScanCount, ScanThreshold
from services.traceability.code_scans.rules import Found, Place, Scans, Threshold
from services.traceability.codes.models import TraceCode
from shared.dated_rules.repository import in_force
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.ids import uuid7
from shared.regions.repository import codes_within
from shared.regions.scope import within_scope


async def count_scan(session: AsyncSession, values: dict[str, Any], at: datetime) -> None:
    """Count a scan in its hour and cell."""
    statement = insert(CodeScanCount).values(**values, first_at=at, last_at=at, count=1)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["code_id", "hour", "cell", "purpose"],
            set_={
                "count": CodeScanCount.count + 1,
                "first_at": func.least(CodeScanCount.first_at, literal(at)),
                "last_at": func.greatest(CodeScanCount.last_at, literal(at)),
            },
        )
    )


async def cells_since(session: AsyncSession, code_id: UUID, since: datetime) -> int:
    """In how many rows scans of a code were counted since; limits what strangers can make us store."""
    statement = select(func.count()).where(CodeScanCount.code_id == code_id, CodeScanCount.hour >= since)
    return await session.scalar(statement) or 0


async def scans_since(session: AsyncSession, code_id: UUID, since: datetime) -> list[Scans]:
    rows = await session.scalars(
        select(CodeScanCount)
        .where(CodeScanCount.code_id == code_id, CodeScanCount.hour >= since - timedelta(hours=1))
        .order_by(CodeScanCount.hour)
    )
    return [Scans(row.first_at, row.last_at, row.count, _place(row.cell)) for row in rows]


def _place(cell: str) -> Place | None:
    if not cell:
        return None
    latitude, longitude = cell.split(",")
    return Place(Decimal(latitude), Decimal(longitude))


async def thresholds_on(session: AsyncSession, day: date) -> dict[Threshold, Decimal]:
    """The thresholds in force on a day."""
    return {row.name: row.value for row in await in_force(session, ScanThreshold, day)}


async def note_finding(session: AsyncSession, code: TraceCode, found: Found, at: datetime) -> None:
    """Put a finding on record, or count it to the open one of its kind."""
    statement = insert(CodeFinding).values(
        id=uuid7(),
        code_id=code.id,
        region_code=code.region_code,
        kind=found.kind,
        says=found.says,
        times=1,
        found_at=at,
        last_at=at,
        version=1,
    )
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["code_id", "kind"],
            index_where=CodeFinding.settled_at.is_(None),
            set_={"times": CodeFinding.times + 1, "last_at": at},
        )
    )


async def list_findings(
    session: AsyncSession,
    actor: Actor,
    page: PageRequest,
    *,
    region_code: str | None,
    code_id: UUID | None,
    settled: bool | None,
) -> tuple[list[CodeFinding], str | None]:
    statement = within_scope(select(CodeFinding), CodeFinding.region_code, actor).options(
        selectinload(CodeFinding.code)
    )
    if actor.business_id is not None:
        own = actor.business_id
        statement = statement.join(TraceCode, TraceCode.id == CodeFinding.code_id).where(
            or_(TraceCode.business_id == own, TraceCode.issuer_business_id == own)
        )
    if region_code:
        statement = statement.where(CodeFinding.region_code.in_(codes_within([region_code])))
    if code_id:
        statement = statement.where(CodeFinding.code_id == code_id)
    if settled is not None:
        statement = statement.where(
            CodeFinding.settled_at.is_not(None) if settled else CodeFinding.settled_at.is_(None)
        )
    return await paginate(session, statement, page, order_by=[CodeFinding.id], descending=True)


async def visible_finding(session: AsyncSession, finding_id: UUID, actor: Actor) -> CodeFinding | None:
    statement = within_scope(
        select(CodeFinding).where(CodeFinding.id == finding_id), CodeFinding.region_code, actor
    ).options(selectinload(CodeFinding.code))
    found: CodeFinding | None = await session.scalar(statement.with_for_update(of=CodeFinding))
    return found
