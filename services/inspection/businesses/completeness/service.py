"""Counting files anew whenever something about them changed, and deciding what a whole file needs."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.completeness import repository
from services.inspection.businesses.completeness.models import FileRequirement
from services.inspection.businesses.completeness.rules import FIRST_REQUIREMENTS, LOCAL_SETTING
from services.inspection.businesses.completeness.schemas import FileRequirements, RequirementsUpdate
from services.inspection.businesses.rules import FIGURE_COMPLETENESS, FIGURE_ON_FILE, figure_of_kind
from services.inspection.catering_ratings.counting import count_ratings
from services.inspection.facilities.counting import count_facilities
from services.inspection.risk_grades.standing.rules import SELLERS_GRADED, SHARES_OF_ALL_ON_FILE
from shared.contracts.inspection import BusinessKind
from shared.figures.service import Change, record
from shared.http.auth import Actor
from shared.jobs.service import enqueue
from shared.times import day_of, now

JOB = "count_files_anew"


async def count_anew(session: AsyncSession, ids: Collection[UUID], *, are_new: bool = False) -> None:
    """Bring the figures up to date with what these files are now. Call it last, after whatever changed was flushed."""
    if not ids:
        return
    if not are_new:  # nobody else knows of new ones, so nobody else counts them
        await repository.lock(session, ids)
    today = day_of(now())
    changes = []
    for moved in await repository.count_anew(session, ids, today):
        for code in (FIGURE_ON_FILE, figure_of_kind(BusinessKind(moved.kind))):
            changes.append(Change(code, moved.region_code, today, moved.change))
        changes.append(Change(FIGURE_COMPLETENESS, moved.region_code, today, moved.completed, moved.change))
        shares = [*SHARES_OF_ALL_ON_FILE, *([SELLERS_GRADED] if moved.kind == BusinessKind.SALES else [])]
        changes += [Change(code, moved.region_code, today, 0, moved.change) for code in shares]
    await record(session, changes)
    await count_facilities(session, ids)
    await count_ratings(session, ids)


async def read_requirements(session: AsyncSession) -> list[FileRequirements]:
    """What a whole file of each kind needs today; a kind that needs nothing more is there too."""
    by_kind: dict[BusinessKind, list[FileRequirement]] = {kind: [] for kind in BusinessKind}
    for requirement in await repository.requirements(session):
        by_kind[requirement.kind].append(requirement)
    return [_shown(kind, rows) for kind, rows in by_kind.items()]


async def decide_requirements(
    session: AsyncSession, actor: Actor, kind: BusinessKind, body: RequirementsUpdate
) -> FileRequirements:
    """Replace what a file of this kind needs, and order that its files are counted anew."""
    await repository.end_requirements(session, kind, now())
    rows = [
        FileRequirement(kind=kind, field=field, source=body.source, verified=body.verified, recorded_by=actor.id)
        for field in body.fields
    ]
    session.add_all(rows)
    await session.flush()
    await enqueue(session, JOB, {"kind": kind.value}, actor=actor, title=f"重新计算建档完整率：{kind.label}")
    return _shown(kind, rows)


async def seed_requirements(session: AsyncSession) -> None:
    """Load what a whole file needs for each kind that nobody has decided on; idempotent."""
    decided = await repository.kinds_decided(session)
    session.add_all(
        FileRequirement(kind=kind, field=field, source=LOCAL_SETTING, verified=False)
        for kind, fields in FIRST_REQUIREMENTS.items()
        if kind not in decided
        for field in fields
    )
    await session.flush()


def _shown(kind: BusinessKind, rows: Sequence[FileRequirement]) -> FileRequirements:
    first = rows[0] if rows else None
    return FileRequirements(
        kind=kind,
        label=kind.label,
        fields=[row.field for row in rows],
        source=first.source if first else None,
        verified=first.verified if first else False,
    )
