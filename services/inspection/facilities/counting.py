"""Keeping the figures of facilities in step with the register: who has what, among whom."""

from collections.abc import Collection, Iterable
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.facilities import repository
from services.inspection.facilities.codes import FacilityKind
from services.inspection.facilities.repository import File
from services.inspection.facilities.rules import SHARES, shares_of
from services.inspection.grid.counts.repository import lock_counts
from services.inspection.grid.counts.service import Standing, settle

COUNTED_AT_ONCE = 2_000


async def begins_to_keep(session: AsyncSession, county: str, kind: FacilityKind) -> bool:
    """Whether a facility that is entered now is the county's first of its kind; whoever enters or counts any there
    waits meanwhile.
    """
    await lock_counts(session, kind.value, county)
    return kind not in (await repository.kinds_kept(session)).get(county, set())


async def count_facilities(session: AsyncSession, ids: Collection[UUID]) -> None:
    """Count these files as they are now: entered, moved, closed, merged, become something else, with more or less.

    Files of a county that has never entered such a facility count nowhere: unknown is not zero.
    """
    kept = await repository.kinds_kept(session)
    if not kept:
        return
    files = await repository.files(session, ids, kept)
    counted = await repository.figures_counting(session, [file.id for file in files])
    for code, share in SHARES.items():
        concerned: dict[str, list[File]] = {}
        for file in files:
            if file.kind in share.kinds or code in counted.get(str(file.id), ()):
                concerned.setdefault(file.county, []).append(file)
        for county, here in sorted(concerned.items()):
            if share.facility in kept[county]:
                await _count(session, code, county, here)


async def count_county(session: AsyncSession, county: str, kind: FacilityKind) -> None:
    """Begin to count a kind of facility in a county: every business that is asked for it."""
    for code, share in shares_of(kind):
        ids = await repository.on_file(session, county, share.kinds)
        for begin in range(0, len(ids), COUNTED_AT_ONCE):
            files = await repository.files(session, ids[begin : begin + COUNTED_AT_ONCE], [county])
            await _count(session, code, county, files)


async def _count(session: AsyncSession, code: str, county: str, files: Iterable[File]) -> None:
    share, known = SHARES[code], list(files)
    await lock_counts(session, share.facility.value, county)
    having = await repository.having(session, [file.id for file in known], share.facility)
    standings = {
        str(file.id): Standing(file.region_code, file.id in having, file.name, f"/v1/businesses/{file.id}")
        if file.counts and file.kind in share.kinds
        else None
        for file in known
    }
    await settle(session, code, county, standings, stock=True)
