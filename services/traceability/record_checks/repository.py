"""Every query of the legal records."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.figures.service import CountedRecord
from services.traceability.record_checks.models import RecordCheck, RecordRule
from services.traceability.record_checks.rules import RecordKind
from services.traceability.subjects.models import Subject
from services.traceability.subjects.scope import readable
from shared.dated_rules.repository import in_force
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate, paginate_rows
from shared.regions.repository import codes_within


async def rules_on(session: AsyncSession, kinds: Collection[RecordKind], day: date) -> dict[RecordKind, RecordRule]:
    """The rule of each kind that holds on the day."""
    return {rule.kind: rule for rule in await in_force(session, RecordRule, day, RecordRule.kind.in_(kinds))}


_COUNTED = (RecordCheck.region_code, RecordCheck.day, RecordCheck.missing_count)


async def enter(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> list[CountedRecord]:
    """Enter records; returns those that were not there."""
    entering = insert(RecordCheck).values(list(rows)).on_conflict_do_nothing(index_elements=["id"])
    return [CountedRecord(*row) for row in await session.execute(entering.returning(*_COUNTED))]


async def uncount(session: AsyncSession, act_id: UUID) -> list[CountedRecord]:
    """Let the records of an act count no more; returns those that did."""
    ending = update(RecordCheck).where(RecordCheck.act_id == act_id, RecordCheck.counts).values(counts=False)
    ending = ending.returning(*_COUNTED).execution_options(synchronize_session=False)
    return [CountedRecord(*row) for row in await session.execute(ending)]


async def list_scores(
    session: AsyncSession,
    actor: Actor,
    page: PageRequest,
    *,
    business_id: UUID | None,
    region_code: str | None,
    since: date | None,
    until: date | None,
) -> tuple[list[Any], str | None]:
    """One page of sums, shop by shop."""
    statement: Select[*tuple[Any, ...]] = (
        select(
            RecordCheck.business_id,
            func.max(Subject.name).label("business_name"),
            func.count().label("records"),
            func.count().filter(RecordCheck.missing_count > 0).label("incomplete"),
            func.sum(RecordCheck.required).label("required"),
            func.sum(RecordCheck.missing_count).label("missing"),
        )
        .join(Subject, Subject.id == RecordCheck.business_id)
        .where(RecordCheck.counts, readable(actor, RecordCheck.business_id, RecordCheck.region_code))
        .group_by(RecordCheck.business_id)
    )
    if business_id is not None:
        statement = statement.where(RecordCheck.business_id == business_id)
    if region_code is not None:
        statement = statement.where(RecordCheck.region_code.in_(codes_within([region_code])))
    if since is not None:
        statement = statement.where(RecordCheck.day >= since)
    if until is not None:
        statement = statement.where(RecordCheck.day <= until)
    return await paginate_rows(session, statement, page, order_by=[RecordCheck.business_id.expression])


async def list_gaps(
    session: AsyncSession, actor: Actor, business_id: UUID, page: PageRequest
) -> tuple[list[RecordCheck], str | None]:
    """Records of a shop that lack something, the latest first."""
    statement = select(RecordCheck).where(
        RecordCheck.business_id == business_id,
        RecordCheck.counts,
        RecordCheck.missing_count > 0,
        readable(actor, RecordCheck.business_id, RecordCheck.region_code),
    )
    return await paginate(session, statement, page, order_by=[RecordCheck.day, RecordCheck.id], descending=True)
