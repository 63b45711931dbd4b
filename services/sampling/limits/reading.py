"""Limits as callers see them."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.limits.models import FoodLimit
from services.sampling.limits.repository import as_requirement, superseded_among
from services.sampling.limits.schemas import LimitRead


async def show_limits(session: AsyncSession, limits: Sequence[FoodLimit]) -> list[LimitRead]:
    """Each limit, and whether another one corrects it."""
    gone = await superseded_among(session, [limit.id for limit in limits])
    return [show_limit(limit, superseded=limit.id in gone) for limit in limits]


def show_limit(limit: FoodLimit, *, superseded: bool) -> LimitRead:
    own = {name: getattr(limit, name) for name in LimitRead.model_fields if name not in ("limit", "superseded")}
    return LimitRead(**own, limit=as_requirement(limit.__dict__).words, superseded=superseded)
