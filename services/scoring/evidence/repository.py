"""Every query on evidence and on claims."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.scoring.evidence.models import EvidenceFile, InapplicabilityClaim
from shared.contracts.evaluations import ClaimState, EvidenceState


async def files_of(
    session: AsyncSession, evaluation_id: UUID, clause_code: str | None = None
) -> Sequence[EvidenceFile]:
    """The files of a run or of one of its clauses, in the order in which they came."""
    statement = (
        select(EvidenceFile).filter_by(evaluation_id=evaluation_id).order_by(EvidenceFile.submitted_at, EvidenceFile.id)
    )
    if clause_code is not None:
        statement = statement.where(EvidenceFile.clause_code == clause_code)
    return (await session.scalars(statement)).all()


async def count_files(session: AsyncSession, evaluation_id: UUID) -> int:
    statement = select(func.count()).select_from(EvidenceFile).where(EvidenceFile.evaluation_id == evaluation_id)
    return int(await session.scalar(statement) or 0)


async def accepted_counts(session: AsyncSession, evaluation_id: UUID) -> dict[str, int]:
    """How many accepted files lie behind each clause."""
    statement = (
        select(EvidenceFile.clause_code, func.count())
        .where(EvidenceFile.evaluation_id == evaluation_id, EvidenceFile.state == EvidenceState.ACCEPTED)
        .group_by(EvidenceFile.clause_code)
    )
    return {code: int(count) for code, count in await session.execute(statement)}


async def held_file(session: AsyncSession, evaluation_id: UUID, file_id: UUID) -> EvidenceFile | None:
    """One file of a run, held for a change."""
    statement = select(EvidenceFile).filter_by(evaluation_id=evaluation_id, id=file_id)
    return await session.scalar(statement.with_for_update())


async def file_by_hash(
    session: AsyncSession, evaluation_id: UUID, clause_code: str, sha256: str
) -> EvidenceFile | None:
    statement = select(EvidenceFile).filter_by(evaluation_id=evaluation_id, clause_code=clause_code, sha256=sha256)
    return await session.scalar(statement)


async def claims_of(session: AsyncSession, evaluation_id: UUID) -> Sequence[InapplicabilityClaim]:
    """The claims of a run, the refused ones too, in the order in which they were made."""
    statement = (
        select(InapplicabilityClaim)
        .filter_by(evaluation_id=evaluation_id)
        .order_by(InapplicabilityClaim.claimed_at, InapplicabilityClaim.id)
    )
    return (await session.scalars(statement)).all()


async def standing_claim(session: AsyncSession, evaluation_id: UUID, clause_code: str) -> InapplicabilityClaim | None:
    """The claim that was not refused."""
    statement = select(InapplicabilityClaim).filter_by(evaluation_id=evaluation_id, clause_code=clause_code)
    return await session.scalar(statement.where(InapplicabilityClaim.state != ClaimState.REFUSED))


async def claim_of(session: AsyncSession, evaluation_id: UUID, claim_id: UUID) -> InapplicabilityClaim | None:
    statement = select(InapplicabilityClaim).filter_by(evaluation_id=evaluation_id, id=claim_id).with_for_update()
    return await session.scalar(statement)
