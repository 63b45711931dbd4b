"""The queries on tables of uploads. `rows` is the table of a feature's rows that were not simply taken in."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, insert, inspect, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.codes import RowOutcome
from shared.contracts.uploads import UploadState
from shared.http.pagination import PageRequest, paginate
from shared.uploads.models import AnUpload


async def add(session: AsyncSession, model: type[AnUpload], values: Mapping[str, Any]) -> AnUpload | None:
    """Insert an upload; None when the same file is on its way in, or in, already."""
    return await session.scalar(upsert(model).values(**values).on_conflict_do_nothing().returning(model))


async def with_content(session: AsyncSession, model: type[AnUpload], content_key: bytes) -> AnUpload | None:
    return await session.scalar(
        select(model).where(
            model.content_key == content_key,
            ~model.dry_run,
            model.state.not_in([UploadState.FAILED, UploadState.CANCELLED]),
        )
    )


async def get(session: AsyncSession, model: type[AnUpload], upload_id: UUID, *, lock: bool = False) -> AnUpload | None:
    """The upload as it stands now."""
    return await session.get(model, upload_id, populate_existing=True, with_for_update=lock or None)


async def page_of(
    session: AsyncSession, model: type[AnUpload], visible: Select[AnUpload], page: PageRequest
) -> tuple[list[AnUpload], str | None]:
    """One page of these uploads, the latest first."""
    return await paginate(session, visible, page, order_by=[model.id], descending=True)


async def add_rows(session: AsyncSession, rows: type[Any], values: Sequence[Mapping[str, Any]]) -> None:
    if values:
        await session.execute(insert(rows), values)


async def rejected_rows(session: AsyncSession, rows: type[Any], upload_id: UUID) -> Sequence[Any]:
    """All rejected rows of an upload, in the order of the file."""
    statement = select(rows).where(rows.upload_id == upload_id, rows.outcome == RowOutcome.REJECTED)
    return (await session.scalars(statement.order_by(*inspect(rows).primary_key))).all()


async def page_of_rows(
    session: AsyncSession, rows: type[Any], upload_id: UUID, outcome: RowOutcome | None, page: PageRequest
) -> tuple[list[Any], str | None]:
    """One page of an upload's rows, in the order of the file: its key after the upload."""
    statement = select(rows).where(rows.upload_id == upload_id)
    if outcome is not None:
        statement = statement.where(rows.outcome == outcome)
    order = [getattr(rows, column.key) for column in inspect(rows).primary_key[1:]]
    return await paginate(session, statement, page, order_by=order)
