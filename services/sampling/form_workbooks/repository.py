"""Every query on workbooks of forms."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.form_workbooks.models import FormUpload, FormUploadRow
from services.sampling.rapid_tests.rules import UploadState
from services.sampling.samples.models import Sample
from services.sampling.samples.repository import SampleFilter, selection
from shared.contracts.codes import RowOutcome
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.scope import within_scope


async def add_upload(session: AsyncSession, values: Mapping[str, Any]) -> bool:
    """Insert an upload; False when the same file is on its way in, or in, already."""
    statement = upsert(FormUpload).values(**values).on_conflict_do_nothing().returning(FormUpload.id)
    return await session.scalar(statement) is not None


async def upload_with_content(session: AsyncSession, content_key: bytes) -> FormUpload | None:
    return await session.scalar(
        select(FormUpload).where(
            FormUpload.content_key == content_key,
            ~FormUpload.dry_run,
            FormUpload.state.not_in([UploadState.FAILED, UploadState.CANCELLED]),
        )
    )


async def get_upload(session: AsyncSession, upload_id: UUID, *, lock: bool = False) -> FormUpload | None:
    statement = select(FormUpload).where(FormUpload.id == upload_id).execution_options(populate_existing=True)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def visible_upload(session: AsyncSession, upload_id: UUID, actor: Actor) -> FormUpload | None:
    return await session.scalar(_visible(actor).where(FormUpload.id == upload_id))


async def list_uploads(session: AsyncSession, actor: Actor, page: PageRequest) -> tuple[list[FormUpload], str | None]:
    """One page of uploads for the actor's regions, the latest first."""
    return await paginate(session, _visible(actor), page, order_by=[FormUpload.id], descending=True)


async def add_rows(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        await session.execute(insert(FormUploadRow), rows)


async def list_rows(
    session: AsyncSession, upload_id: UUID, outcome: RowOutcome | None, page: PageRequest
) -> tuple[list[FormUploadRow], str | None]:
    """One page of the answers to an upload's rows, in the order of the file."""
    statement = select(FormUploadRow).where(FormUploadRow.upload_id == upload_id)
    if outcome is not None:
        statement = statement.where(FormUploadRow.outcome == outcome)
    return await paginate(session, statement, page, order_by=[FormUploadRow.row_number])


async def rejected_rows(session: AsyncSession, upload_id: UUID) -> Sequence[FormUploadRow]:
    """All rejected rows of an upload, in the order of the file."""
    statement = (
        select(FormUploadRow)
        .where(FormUploadRow.upload_id == upload_id, FormUploadRow.outcome == RowOutcome.REJECTED)
        .order_by(FormUploadRow.row_number)
    )
    return (await session.scalars(statement)).all()


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


def _visible(actor: Actor) -> Select[FormUpload]:
    return within_scope(select(FormUpload), FormUpload.region_code, actor)
