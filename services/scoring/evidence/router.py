"""佐证材料与合理缺项 over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Query, Request, Response
from fastapi.responses import FileResponse

from services.scoring.evaluations.access import evaluation_for
from services.scoring.evaluations.router import CanReadEvaluations
from services.scoring.evidence import files, reading, repository, service
from services.scoring.evidence.schemas import ClaimCreate, ClaimDecision, ClaimRead, EvidenceRead, EvidenceReview
from services.scoring.scheme_language.rule_kinds import Code
from shared.contracts.codes import Role
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.etags import IfMatch, set_etag
from shared.http.idempotency import Idempotent
from shared.http.routing import Router

router = Router(prefix="/v1/evaluations/{evaluation_id}", tag="评价佐证")

CanSubmitEvidence = Annotated[
    Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE, Role.INSPECTOR, Role.CASE_HANDLER, Role.REVIEWER))
]
CanReviewEvidence = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE, Role.REVIEWER))]
CanClaim = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE))]
Sha256InPath = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$", description="文件的 SHA-256，小写十六进制")]
FILE = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.get("/evidence", summary="全部佐证材料，或一条的")
async def list_evidence(
    evaluation_id: UUID,
    actor: CanReadEvaluations,
    session: Session,
    clause: Annotated[Code | None, Query(description="只列这一条的")] = None,
) -> list[EvidenceRead]:
    found = await service.files_shown(session, evaluation_id, actor, clause)
    return [EvidenceRead.model_validate(file) for file in found]


@router.put("/clauses/{clause_code}/evidence/{sha256}", summary="提交一份材料，最大 50 MB", openapi_extra=FILE)
async def submit_evidence(
    evaluation_id: UUID,
    clause_code: Annotated[Code, Path(description="条款编号")],
    sha256: Sha256InPath,
    request: Request,
    actor: CanSubmitEvidence,
    session: Session,
    name: Annotated[str, Query(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f/\\]+$", description="文件名")],
    requirement: Annotated[str | None, Query(max_length=200, description="条款要求的哪一份材料")] = None,
) -> EvidenceRead:
    """重发同一份不会重复；收到的字节须与地址中的 SHA-256 相符。"""
    data_dir = request.app.state.settings.data_dir
    file = await service.submit(
        session, evaluation_id, clause_code, sha256, name, requirement, request.stream(), data_dir, actor
    )
    return EvidenceRead.model_validate(file)


@router.get("/evidence/{file_id}/content", summary="下载一份材料", response_class=FileResponse)
async def download_evidence(
    evaluation_id: UUID, file_id: UUID, request: Request, actor: CanReadEvaluations, session: Session
) -> FileResponse:
    file = await service.file_for(session, evaluation_id, file_id, actor)
    path = files.path_of(request.app.state.settings.data_dir, file.sha256)
    headers = {"X-Content-Type-Options": "nosniff", "ETag": f'"{file.sha256}"', "Cache-Control": "private"}
    return FileResponse(path, media_type=file.media_type, filename=file.name, headers=headers)


@router.post("/evidence/{file_id}/review", summary="采用或退回一份材料")
async def review_evidence(
    evaluation_id: UUID,
    file_id: UUID,
    body: EvidenceReview,
    actor: CanReviewEvidence,
    version: IfMatch,
    session: Session,
    response: Response,
) -> EvidenceRead:
    file = await service.review(session, evaluation_id, file_id, body, version, actor)
    set_etag(response, file)
    return EvidenceRead.model_validate(file)


@router.get("/inapplicability-claims", summary="合理缺项一览")
async def list_claims(evaluation_id: UUID, actor: CanReadEvaluations, session: Session) -> list[ClaimRead]:
    evaluation = await evaluation_for(session, evaluation_id, actor)
    return await reading.show_claims(session, evaluation, await repository.claims_of(session, evaluation.id))


@router.post("/inapplicability-claims", status_code=201, summary="提出合理缺项；批准前照常评分")
async def claim_inapplicability(
    evaluation_id: UUID, body: ClaimCreate, actor: CanClaim, session: Session, response: Response, _: Idempotent
) -> ClaimRead:
    claim = await service.claim(session, evaluation_id, body, actor)
    set_etag(response, claim)
    return await reading.show_claim(session, claim)


@router.post("/inapplicability-claims/{claim_id}/decision", summary="批准或不批准合理缺项")
async def decide_claim(
    evaluation_id: UUID,
    claim_id: UUID,
    body: ClaimDecision,
    actor: CanReviewEvidence,
    version: IfMatch,
    session: Session,
    response: Response,
) -> ClaimRead:
    claim = await service.decide(session, evaluation_id, claim_id, body, version, actor)
    set_etag(response, claim)
    return await reading.show_claim(session, claim)
