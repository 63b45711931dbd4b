"""Taking in files behind clauses, reviewing them, and deciding on 合理缺项."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.scoring.evaluation.tree import walk
from services.scoring.evaluations.access import evaluation_for, sides_of, stages_shown
from services.scoring.evaluations.models import Evaluation
from services.scoring.evaluations.problems import NotYourSide, refused_at
from services.scoring.evaluations.repository import scheme_of
from services.scoring.evidence import files, repository
from services.scoring.evidence.models import EvidenceFile, InapplicabilityClaim
from services.scoring.evidence.problems import (
    ClaimNotFound,
    ClaimRefused,
    EvidenceNotFound,
    EvidenceRefused,
    EvidenceTooLarge,
)
from services.scoring.evidence.schemas import ClaimCreate, ClaimDecision, EvidenceReview
from services.scoring.figures.counting import evidence_reviewed
from services.scoring.scheme_language.content import Node, SchemeContent
from shared.contracts.evaluations import Stage
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.ids import uuid7
from shared.times import now

MAX_BYTES = 50 * 1024 * 1024
MAX_FILES = 3000
"""The largest run found has 94 clauses; thirty files each are plenty."""


def clause_of(content: SchemeContent, code: str) -> Node | None:
    """The clause (not a group) of that code."""
    return next((node for node, _ in walk(content.nodes) if node.code == code and node.rule is not None), None)


async def clause_in(session: AsyncSession, evaluation: Evaluation, code: str, pointer: str) -> Node:
    """The clause that the run's scheme has under this code. Raises InvalidRequest."""
    clause = clause_of((await scheme_of(session, evaluation)).content, code)
    if clause is None:
        raise refused_at(pointer, f"细则里没有编号为 {code} 的条款", "clause")
    return clause


async def submit(
    session: AsyncSession,
    evaluation_id: UUID,
    clause_code: str,
    sha256: str,
    name: str,
    requirement: str | None,
    blocks: AsyncIterator[bytes],
    data_dir: Path,
    actor: Actor,
) -> EvidenceFile:
    """Take a file behind a clause; sent again it is the same file. Nothing is kept of one that is refused.

    Raises EvidenceTooLarge, EvidenceRefused where the bytes do not give the hash or are of no kind that is taken.
    """
    evaluation = await evaluation_for(session, evaluation_id, actor)
    _ = evaluation.current
    if not await sides_of(session, evaluation, actor):
        raise NotYourSide("材料由被评价地区，或组织评价一方提交")
    clause = await clause_in(session, evaluation, clause_code, "#path/clause_code")
    if requirement is not None and requirement not in clause.evidence:
        wanted = "、".join(clause.evidence) or "（未列）"
        raise refused_at("#query/requirement", f"这一条要求的材料是：{wanted}", "requirement")
    if known := await repository.file_by_hash(session, evaluation.id, clause_code, sha256):
        return known
    size, media_type = await _take_in(blocks, data_dir, sha256, name)
    # Held only now: a slow line must not keep everybody else from the run.
    evaluation = await evaluation_for(session, evaluation_id, actor, lock=True)
    if known := await repository.file_by_hash(session, evaluation.id, clause_code, sha256):
        return known
    if await repository.count_files(session, evaluation.id) >= MAX_FILES:
        raise EvidenceRefused(f"一次评价最多 {MAX_FILES} 份材料，请合并后再传")
    file = EvidenceFile(
        id=uuid7(),
        evaluation_id=evaluation.id,
        clause_code=clause_code,
        requirement=requirement,
        stage=evaluation.current.stage,
        name=name,
        sha256=sha256,
        size=size,
        media_type=media_type,
        submitted_by=actor.id,
        submitted_by_name=actor.name,
        version=1,
    )
    session.add(file)
    await session.flush()
    return file


async def _take_in(blocks: AsyncIterator[bytes], data_dir: Path, sha256: str, name: str) -> tuple[int, str]:
    gathering = await asyncio.to_thread(files.Gathering, data_dir, sha256)
    keep = False
    try:
        async for block in blocks:
            if gathering.size + len(block) > MAX_BYTES:
                raise EvidenceTooLarge(f"一份材料最大 {MAX_BYTES // 1024 // 1024} MB，请压缩或分成几份")
            await asyncio.to_thread(gathering.add, block)
        if gathering.sha256 != sha256:
            raise EvidenceRefused("收到的字节与地址中的 SHA-256 不符，已丢弃，请重传")
        media_type = files.media_type_of(gathering.beginning, name)
        if media_type is None:
            raise EvidenceRefused("只收 PDF、JPEG、PNG、MP4 和 Word、Excel、PowerPoint（docx、xlsx、pptx）文件")
        keep = True
    finally:
        await asyncio.to_thread(gathering.end, keep=keep)
    return gathering.size, media_type


async def files_shown(
    session: AsyncSession, evaluation_id: UUID, actor: Actor, clause_code: str | None = None
) -> list[EvidenceFile]:
    """The files that the actor may see: those of stages shown to him, and his own."""
    evaluation = await evaluation_for(session, evaluation_id, actor)
    shown = await stages_shown(session, evaluation, actor)
    found = await repository.files_of(session, evaluation.id, clause_code)
    return [file for file in found if file.stage in shown or file.submitted_by == actor.id]


async def file_for(session: AsyncSession, evaluation_id: UUID, file_id: UUID, actor: Actor) -> EvidenceFile:
    """One file that the actor may see. Raises EvidenceNotFound."""
    found = [file for file in await files_shown(session, evaluation_id, actor) if file.id == file_id]
    if not found:
        raise EvidenceNotFound("请核对编号；评审一方的材料在其阶段结束后公开给被评价地区")
    return found[0]


async def review(
    session: AsyncSession, evaluation_id: UUID, file_id: UUID, body: EvidenceReview, expected: int, actor: Actor
) -> EvidenceFile:
    """Take a file as proof or give it back: while the examined assess themselves either side may, afterwards the
    examiners only, for what was accepted counts. Raises NotYourSide, EvidenceNotFound, EvidenceStepRefused.
    """
    evaluation = await evaluation_for(session, evaluation_id, actor, lock=True)
    sides = await sides_of(session, evaluation, actor)
    if not sides or (evaluation.current.stage is not Stage.SELF and "examiner" not in sides):
        raise NotYourSide("自评结束以后，材料由组织评价的食安办或评审专家审核")
    await file_for(session, evaluation_id, file_id, actor)
    file = await repository.held_file(session, evaluation.id, file_id)
    assert file is not None  # it was found just now, and no file ever goes
    ensure_version(file, expected)
    file.review(accepted=body.accepted, reason=body.reason, actor=actor, at=now())
    file.advance()
    await session.flush()
    await evidence_reviewed(session, evaluation, file)
    return file


async def claim(session: AsyncSession, evaluation_id: UUID, body: ClaimCreate, actor: Actor) -> InapplicabilityClaim:
    """Claim that a clause does not apply. Raises ClaimRefused where the scheme does not allow it or one stands."""
    evaluation = await evaluation_for(session, evaluation_id, actor, lock=True)
    _ = evaluation.current
    clause = await clause_in(session, evaluation, body.clause_code, "/clause_code")
    if clause.not_applicable is None:
        raise ClaimRefused("细则没有允许这一条合理缺项")
    if await repository.standing_claim(session, evaluation.id, body.clause_code) is not None:
        raise ClaimRefused("这一条已经提出过合理缺项")
    row = InapplicabilityClaim(
        id=uuid7(),
        evaluation_id=evaluation.id,
        clause_code=body.clause_code,
        reason=body.reason,
        claimed_by=actor.id,
        claimed_by_name=actor.name,
        version=1,
    )
    session.add(row)
    await session.flush()
    return row


async def decide(
    session: AsyncSession, evaluation_id: UUID, claim_id: UUID, body: ClaimDecision, expected: int, actor: Actor
) -> InapplicabilityClaim:
    """Approve or refuse a claim: an examiner's decision."""
    evaluation = await evaluation_for(session, evaluation_id, actor, lock=True)
    _ = evaluation.current
    if "examiner" not in await sides_of(session, evaluation, actor):
        raise NotYourSide("合理缺项由组织评价的食安办或评审专家批准")
    row = await repository.claim_of(session, evaluation.id, claim_id)
    if row is None:
        raise ClaimNotFound("请核对编号")
    ensure_version(row, expected)
    row.decide(approved=body.approved, reason=body.reason, actor=actor, at=now())
    row.advance()
    await session.flush()
    return row
