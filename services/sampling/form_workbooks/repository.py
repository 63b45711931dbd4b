"""Every query on workbooks of forms, but for those that all uploads share."""

from collections.abc import Collection

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.form_workbooks.models import FormUpload
from services.sampling.samples.models import Sample
from services.sampling.samples.repository import SampleFilter, selection
from shared.http.auth import Actor
from shared.regions.scope import within_scope


async def samples_by_number(session: AsyncSession, numbers: Collection[str]) -> dict[str, Sample]:
    found = await session.scalars(select(Sample).where(Sample.number.in_(numbers)))
    return {sample.number: sample for sample in found if sample.number is not None}


async def selected_samples(session: AsyncSession, wanted: SampleFilter, actor: Actor, at_most: int) -> list[Sample]:
    """The numbered samples of a selection, the newest first; one more than `at_most` when there are more."""
    statement = selection(wanted, actor).where(Sample.number.is_not(None)).order_by(Sample.id.desc())
    return list(await session.scalars(statement.limit(at_most + 1)))


async def count_selected(session: AsyncSession, wanted: SampleFilter, actor: Actor) -> int:
    chosen = selection(wanted, actor).where(Sample.number.is_not(None)).subquery()
    return int(await session.scalar(select(func.count()).select_from(chosen)) or 0)


def visible_uploads(actor: Actor) -> Select[FormUpload]:
    """Those for the actor's regions."""
    return within_scope(select(FormUpload), FormUpload.region_code, actor)
