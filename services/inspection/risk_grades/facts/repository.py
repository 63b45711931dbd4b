"""Every query on what grades depend on."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.inspection.businesses.models import Business
from services.inspection.businesses.repository import of_business
from services.inspection.risk_grades.codes import FactKind, FactState
from services.inspection.risk_grades.facts.models import RiskCheck, RiskFact, RiskProfile
from services.inspection.risk_grades.inputs import Check, Fact, Inputs
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.repository import codes_within
from shared.regions.scope import within_scope
from shared.times import day_of


async def add_fact(session: AsyncSession, values: dict[str, Any]) -> bool:
    """Append what a record says at a version, unless that was told before. True when it is new."""
    statement = insert(RiskFact).values(values).on_conflict_do_nothing().returning(RiskFact.id)
    return await session.scalar(statement) is not None


async def add_check(session: AsyncSession, values: dict[str, Any]) -> bool:
    """Append a result at a version, unless that was told before. True when it is new."""
    statement = insert(RiskCheck).values(values).on_conflict_do_nothing().returning(RiskCheck.id)
    return await session.scalar(statement) is not None


async def businesses_of_check(session: AsyncSession, source_id: UUID) -> set[UUID]:
    """Everybody of whom some version of an inspection's record was told."""
    return set(await session.scalars(select(RiskCheck.business_id).where(RiskCheck.source_id == source_id)))


async def latest_fact(session: AsyncSession, actor: Actor, kind: FactKind, source_id: UUID) -> RiskFact | None:
    """What holds of one record, if it lies in the actor's regions. Later calls wait for this transaction to end."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"{kind}:{source_id}", 0))))
    statement = select(RiskFact).filter_by(kind=kind, source_id=source_id)
    statement = within_scope(statement, RiskFact.region_code, actor)
    return await session.scalar(statement.order_by(RiskFact.source_version.desc()).limit(1))


async def list_facts(
    session: AsyncSession,
    actor: Actor,
    page: PageRequest,
    *,
    region_code: str | None,
    business_id: UUID | None,
    kind: FactKind | None,
    state: FactState | None,
    unmatched: bool,
) -> tuple[list[RiskFact], str | None]:
    """One page of what holds now in the actor's regions, the newest told first."""
    latest = aliased(RiskFact, _latest_facts().subquery())
    statement = within_scope(select(latest), latest.region_code, actor)
    if region_code is not None:
        statement = statement.where(latest.region_code.in_(codes_within([region_code])))
    if business_id is not None:
        statement = statement.where(of_business(latest.business_id, business_id))
    if kind is not None:
        statement = statement.where(latest.kind == kind)
    if state is not None:
        statement = statement.where(latest.state == state)
    if unmatched:
        statement = statement.where(latest.business_id.is_(None))
    return await paginate(session, statement, page, order_by=[latest.id], descending=True)


async def latest_profiles(session: AsyncSession, business_ids: Collection[UUID]) -> dict[UUID, RiskProfile]:
    """The profile that holds, by business."""
    statement = (
        select(RiskProfile)
        .where(RiskProfile.business_id.in_(business_ids))
        .ext(distinct_on(RiskProfile.business_id))
        .order_by(RiskProfile.business_id, RiskProfile.number.desc())
    )
    return {profile.business_id: profile for profile in await session.scalars(statement)}


async def lock_profile(session: AsyncSession, business_id: UUID) -> RiskProfile | None:
    """The profile that holds. Later calls on this business wait for this transaction to end."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"risk_profile:{business_id}", 0))))
    return (await latest_profiles(session, [business_id])).get(business_id)


async def checks_of(session: AsyncSession, business_ids: Collection[UUID]) -> dict[UUID, list[Check]]:
    """The inspections of businesses as they stand now, by day."""
    return await _checks(session, business_ids)


async def last_full_checks(session: AsyncSession, business_ids: Collection[UUID]) -> dict[UUID, date]:
    """The day of the last full inspection, by business; who had none is not there."""
    files = await _files_of(session, business_ids)
    latest = (
        select(RiskCheck.business_id, RiskCheck.checked_on, RiskCheck.full_items)
        .where(RiskCheck.business_id.in_(files))
        .ext(distinct_on(RiskCheck.source_id))
        .order_by(RiskCheck.source_id, RiskCheck.source_version.desc())
        .subquery()
    )
    last = func.max(latest.c.checked_on).label("last")
    rows = await session.execute(
        select(latest.c.business_id, last).where(latest.c.full_items).group_by(latest.c.business_id)
    )
    found: dict[UUID, date] = {}
    for row in rows:
        goes_on = files[row.business_id]
        found[goes_on] = max(row.last, found.get(goes_on, row.last))
    return found


async def inputs_of(
    session: AsyncSession, businesses: Sequence[Business], profiles: Mapping[UUID, RiskProfile]
) -> dict[UUID, Inputs]:
    """All that the grades of these businesses depend on, as it is known now."""
    ids = [business.id for business in businesses]
    checks, facts = await _checks(session, ids), await _facts(session, ids)
    return {
        business.id: Inputs(
            on_file_since=day_of(business.registered_at),
            answers=profiles[business.id].answers if business.id in profiles else {},
            checks=tuple(checks.get(business.id, ())),
            facts=tuple(facts.get(business.id, ())),
        )
        for business in businesses
    }


async def _files_of(session: AsyncSession, business_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """These files and those merged into them, each with the file that goes on."""
    merged = select(Business.id, Business.merged_into).where(Business.merged_into.in_(business_ids))
    files = {business_id: business_id for business_id in business_ids}
    return files | {row.id: row.merged_into for row in await session.execute(merged)}


async def _checks(session: AsyncSession, business_ids: Collection[UUID]) -> dict[UUID, list[Check]]:
    files = await _files_of(session, business_ids)
    statement = (
        select(RiskCheck)
        .where(RiskCheck.business_id.in_(files))
        .ext(distinct_on(RiskCheck.source_id))
        .order_by(RiskCheck.source_id, RiskCheck.source_version.desc())
    )
    found: dict[UUID, list[Check]] = {}
    for row in await session.scalars(statement):
        check = Check(
            source_id=row.source_id,
            on=row.checked_on,
            full=row.full_items,
            key_checked=row.key_checked,
            key_failed=row.key_failed,
            key_open=row.key_open,
            general_checked=row.general_checked,
            general_failed=row.general_failed,
            general_open=row.general_open,
            score_share=row.score_share,
        )
        found.setdefault(files[row.business_id], []).append(check)
    for checks in found.values():
        checks.sort(key=lambda check: (check.on, check.source_id))
    return found


async def _facts(session: AsyncSession, business_ids: Collection[UUID]) -> dict[UUID, list[Fact]]:
    files = await _files_of(session, business_ids)
    latest = _latest_facts().subquery()
    rows = await session.execute(select(latest).where(latest.c.business_id.in_(files)))
    found: dict[UUID, list[Fact]] = {}
    for row in rows:
        fact = Fact(id=row.source_id, kind=row.kind, state=row.state, on=row.first_on)
        found.setdefault(files[row.business_id], []).append(fact)
    for facts in found.values():
        facts.sort(key=lambda fact: (fact.on, fact.kind, fact.id))
    return found


def _latest_facts() -> Select[Any]:
    """What holds of each record: its greatest version, with the earliest day that was told of it."""
    first_on = func.min(RiskFact.occurred_on).over(partition_by=[RiskFact.kind, RiskFact.source_id])
    return (
        select(*RiskFact.__table__.c, first_on.label("first_on"))
        .ext(distinct_on(RiskFact.kind, RiskFact.source_id))
        .order_by(RiskFact.kind, RiskFact.source_id, RiskFact.source_version.desc())
    )
