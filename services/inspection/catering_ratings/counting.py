"""Keeping the figures of ratings in step with the ratings and the register."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.catering_ratings import repository
from services.inspection.catering_ratings.codes import RatingGrade
from services.inspection.grid.counts.service import Standing, settle
from shared.contracts.inspection import BusinessKind

CANTEENS_AB, CANTEENS_C = "inspection.canteen_ab_rate", "inspection.canteens_rated_c"
COUNTED_AS_ONE = "canteens"


async def count_ratings(session: AsyncSession, ids: Collection[UUID]) -> None:
    """Count the canteens among these files as they are now: rated, moved, closed, merged, become something else."""
    grades = await repository.standing_grades(session, ids)
    concerned = grades.keys() | await repository.ever_counted(session, (CANTEENS_AB, CANTEENS_C), ids)
    if not concerned:
        return
    good: dict[str, Standing | None] = {}
    bad: dict[str, Standing | None] = {}
    for file in await repository.files(session, concerned):
        key, grade = str(file.id), grades.get(file.id) if file.kind is BusinessKind.CANTEEN and file.counts else None
        link, label = f"/v1/businesses/{key}", file.name
        good[key] = Standing(file.region_code, grade is not RatingGrade.C, label, link) if grade else None
        bad[key] = Standing(file.region_code, True, label, link) if grade is RatingGrade.C else None
    await settle(session, CANTEENS_AB, COUNTED_AS_ONE, good, stock=True)
    await settle(session, CANTEENS_C, COUNTED_AS_ONE, bad, stock=True)
