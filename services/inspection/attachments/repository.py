"""Every query on files of inspection, but for the visits that name one."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Text, cast, exists, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.assignments.models import Assignment, SupervisionVisit
from services.inspection.attachments.models import Attachment, AttachmentSender
from services.inspection.corrections.models import Correction, CorrectionEntry
from services.inspection.corrections.repository import visible_corrections
from services.inspection.office_standards.models import OfficeRecord
from services.inspection.patrols.clues.models import Clue
from services.inspection.patrols.clues.repository import visible_clues
from services.inspection.random_draws.models import DrawnVisit
from services.inspection.visit_records.models import VisitFile
from shared.http.auth import Actor
from shared.regions.scope import within_scope


async def sent_by(session: AsyncSession, user_id: UUID, hashes: Collection[str]) -> dict[str, Attachment]:
    """Those of the files that this user has sent whole, by hash. What others sent is not his to know."""
    sent = select(AttachmentSender.sha256).where(
        AttachmentSender.user_id == user_id, AttachmentSender.sha256.in_(hashes)
    )
    found = await session.scalars(select(Attachment).where(Attachment.sha256.in_(sent)))
    return {attachment.sha256: attachment for attachment in found}


async def get_attachment(session: AsyncSession, sha256: str) -> Attachment | None:
    return await session.get(Attachment, sha256)


async def finish_alone(session: AsyncSession, sha256: str, user_id: UUID) -> None:
    """Let no other request of the user finish this file until the transaction ends."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"{sha256} {user_id}", 0))))


async def add_attachment(session: AsyncSession, values: Mapping[str, Any]) -> None:
    """Register a file, unless it is registered already."""
    await session.execute(insert(Attachment).values(**values).on_conflict_do_nothing())


async def add_sender(session: AsyncSession, sha256: str, user_id: UUID) -> None:
    """Note that a user has sent every byte of a file."""
    await session.execute(insert(AttachmentSender).values(sha256=sha256, user_id=user_id).on_conflict_do_nothing())


async def is_shown_elsewhere(session: AsyncSession, sha256: str, actor: Actor) -> bool:
    """Whether a correction, clue, supervision visit, record of a food-safety office or drawn visit that the actor may
    see shows the file: somebody named it there as evidence who has sent it, or the correction came of a visit that
    shows it.
    """
    sender = AttachmentSender.sha256 == sha256
    by_a_step = (
        exists()
        .where(CorrectionEntry.correction_id == Correction.id, CorrectionEntry.evidence.contains([sha256]))
        .where(sender, AttachmentSender.user_id == CorrectionEntry.actor_id)
    )
    by_its_visit = exists().where(
        VisitFile.record_id == Correction.visit_id,
        VisitFile.sha256 == sha256,
        sender,
        AttachmentSender.user_id == VisitFile.named_by,
    )
    of_correction = visible_corrections(select(Correction.id).where(or_(by_a_step, by_its_visit)), actor).limit(1)
    by_its_reporter = exists().where(sender, AttachmentSender.user_id == Clue.reporter_id)
    named = select(Clue.id).where(Clue.content["evidence"].contains([sha256]), by_its_reporter)
    of_clue = visible_clues(named, actor).limit(1)
    made = select(SupervisionVisit.id).join(Assignment, Assignment.id == SupervisionVisit.assignment_id)
    of_supervision = within_scope(
        made.where(
            SupervisionVisit.evidence.contains([sha256]),
            exists().where(sender, AttachmentSender.user_id == SupervisionVisit.recorded_by),
        ),
        Assignment.region_code,
        actor,
    ).limit(1)
    of_office = within_scope(
        select(OfficeRecord.id).where(
            OfficeRecord.items.contains([{"evidence": [sha256]}]),
            exists().where(sender, AttachmentSender.user_id == OfficeRecord.recorded_by),
        ),
        OfficeRecord.region_code,
        actor,
    ).limit(1)
    told_by = DrawnVisit.not_found["by"].astext
    of_draw = within_scope(
        select(DrawnVisit.id).where(
            DrawnVisit.not_found["evidence"].contains([sha256]),
            exists().where(sender, cast(AttachmentSender.user_id, Text) == told_by),
        ),
        DrawnVisit.region_code,
        actor,
    ).limit(1)
    shown = (of_correction, of_clue, of_supervision, of_office, of_draw)
    return any([await session.scalar(statement) for statement in shown])
