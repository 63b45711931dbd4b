"""Every query on files of inspection, but for the visits that name one."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.attachments.models import Attachment
from services.inspection.corrections.models import Correction
from services.inspection.corrections.repository import visible_corrections
from services.inspection.patrols.clues.models import Clue
from services.inspection.patrols.clues.repository import visible_clues
from shared.http.auth import Actor


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


async def is_shown_elsewhere(session: AsyncSession, sha256: str, actor: Actor) -> bool:
    """Whether a correction or a clue that the actor may see names the file as evidence."""
    names_it = or_(Correction.evidence_before.contains([sha256]), Correction.evidence_after.contains([sha256]))
    of_correction = visible_corrections(select(Correction.id).where(names_it), actor).limit(1)
    of_clue = visible_clues(select(Clue.id).where(Clue.content["evidence"].contains([sha256])), actor).limit(1)
    return any([await session.scalar(statement) for statement in (of_correction, of_clue)])
