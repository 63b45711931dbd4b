"""Every query on files of visits, but for who may see one: that depends on the visits that name it."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.attachments.models import Attachment


async def get_attachment(session: AsyncSession, sha256: str) -> Attachment | None:
    return await session.get(Attachment, sha256)


async def those_present(session: AsyncSession, hashes: Collection[str]) -> set[str]:
    """Those of the hashes whose files are here whole."""
    if not hashes:
        return set()
    return set(await session.scalars(select(Attachment.sha256).where(Attachment.sha256.in_(hashes))))


async def add_attachment(session: AsyncSession, values: Mapping[str, Any]) -> bool:
    """Register a file; False when it is registered already."""
    statement = insert(Attachment).values(**values).on_conflict_do_nothing()
    return await session.scalar(statement.returning(Attachment.sha256)) is not None
