"""快检: rapid tests by record, by submission and by file."""

from datetime import date
from pathlib import Path
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request, Response

from services.sampling.devices.signed_bodies import SignedBody
from services.sampling.rapid_tests import proofs, repository, service, uploads
from services.sampling.rapid_tests.models import RapidTestUpload, RapidTestUploadRow
from services.sampling.rapid_tests.repository import TestFilter
from services.sampling.rapid_tests.schemas import (
    CorrectionCreate,
    RapidTestRead,
    SignatureRead,
    SubmissionCreate,
    SubmissionRead,
    UploadForm,
    UploadRead,
    UploadRowRead,
)
from services.sampling.rapid_tests.uploads import LIMITS
from shared.contracts.codes import OFFICIALS, FileFormat, Role, RowOutcome
from shared.contracts.regions import RegionCode
from shared.contracts.sampling import Verdict
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router
from shared.ids import uuid7
from shared.tabular.downloads import REJECTED_FILE, rejected_file
from shared.tabular.receiving import received_file
from shared.uploads.service import page_of, rejected_rows, shown

CanReadRapidTests = Annotated[
    Actor,
    Depends(Allow(*OFFICIALS, Role.SAMPLER, Role.MARKET_OPERATOR, Role.EXTERNAL_SYSTEM, Role.ADMINISTRATOR)),
]
CanUploadRapidTests = Annotated[
    Actor,
    Depends(Allow(Role.MARKET_OPERATOR, Role.FOOD_SAFETY_OFFICE, Role.INSPECTOR, Role.SAMPLER, Role.EXTERNAL_SYSTEM)),
]

FILE_FORM = UploadForm.request_body("CSV（UTF-8 或 GB18030）或 .xlsx", {"file": "七月.csv", "dry_run": False})
router = Router(prefix="/v1", tag="快检")


@router.post("/rapid-test-submissions", status_code=201)
async def submit_rapid_tests(
    body: SubmissionCreate,
    actor: CanUploadRapidTests,
    session: Session,
    response: Response,
    signed: SignedBody,
    _: Idempotent,
) -> SubmissionRead:
    """提交快检记录：逐条判定、逐条答复。"""
    answer = await service.submit(session, uuid7(), body, actor, signed)
    response.headers["Location"] = f"/v1/rapid-test-submissions/{answer.id}"
    return answer


@router.put("/rapid-test-submissions/{submission_id}")
async def put_rapid_tests(
    submission_id: UUID, body: SubmissionCreate, actor: CanUploadRapidTests, session: Session, signed: SignedBody
) -> SubmissionRead:
    """终端、仪器提交快检记录，编号由它生成；网络中断后原样再发，答复不变。"""
    return await service.submit(session, submission_id, body, actor, signed)


@router.get("/rapid-test-submissions/{submission_id}")
async def read_submission(submission_id: UUID, actor: CanUploadRapidTests, session: Session) -> SubmissionRead:
    """一次提交的答复。"""
    return await service.submission_for(session, submission_id, actor)


@router.post("/rapid-test-uploads", status_code=202, openapi_extra=FILE_FORM)
async def upload_rapid_tests(
    request: Request, actor: CanUploadRapidTests, session: Session, response: Response
) -> UploadRead:
    """上传快检文件：先存下，再由后台任务逐行判定；同一文件再传，答复同一次上传。"""
    data_dir: Path = request.app.state.settings.data_dir
    async with received_file(request, data_dir / RapidTestUpload.FOLDER, max_bytes=LIMITS.max_bytes) as received:
        form = UploadForm.read(received.fields)
        upload = await uploads.receive(session, received, form, data_dir, actor)
    response.headers["Location"] = f"/v1/jobs/{upload.job_id}"
    return shown(upload, UploadRead)


@router.get("/rapid-test-uploads")
async def list_uploads(actor: CanReadRapidTests, session: Session, page: PageParameters) -> Page[UploadRead]:
    """上传过的文件：自己的，以及辖区内检测点的。"""
    found, following = await page_of(session, RapidTestUpload, repository.visible_uploads(actor), page)
    return Page(items=[shown(upload, UploadRead) for upload in found], next_cursor=following)


@router.get("/rapid-test-uploads/{upload_id}")
async def read_upload(upload_id: UUID, actor: CanReadRapidTests, session: Session) -> UploadRead:
    """一次上传：进度、表头对照、各类行数。"""
    return shown(await uploads.upload_for(session, upload_id, actor), UploadRead)


@router.post("/rapid-test-uploads/{upload_id}/acceptance", status_code=202)
async def accept_dry_run(
    upload_id: UUID, actor: CanUploadRapidTests, session: Session, request: Request, response: Response
) -> UploadRead:
    """把试算过的文件转为上报，不必再传；只限试算的人自己，7 天之内；再次请求，答复同一次上传。"""
    upload = await uploads.accept(session, upload_id, request.app.state.settings.data_dir, actor)
    response.headers["Location"] = f"/v1/jobs/{upload.job_id}"
    return shown(upload, UploadRead)


@router.get("/rapid-test-uploads/{upload_id}/rows")
async def list_upload_rows(
    upload_id: UUID,
    actor: CanReadRapidTests,
    session: Session,
    page: PageParameters,
    outcome: Annotated[RowOutcome | None, Query(description="只列这一种结果的行")] = None,
) -> Page[UploadRowRead]:
    """逐行答复，按文件中的次序。"""
    upload = await uploads.upload_for(session, upload_id, actor)
    answers, following = await repository.row_answers(session, upload.id, outcome, page)
    return Page(items=[UploadRowRead.model_validate(answer) for answer in answers], next_cursor=following)


@router.get("/rapid-test-uploads/{upload_id}/rejected-rows", response_class=Response, responses=REJECTED_FILE)
async def download_rejected_rows(
    upload_id: UUID,
    actor: CanReadRapidTests,
    session: Session,
    format: Annotated[FileFormat, Query(description="csv 或 xlsx")] = FileFormat.CSV,  # noqa: A002 (the parameter's name)
) -> Response:
    """下载退回的行：原有的列加上行号与原因，改正后可以再传。"""
    upload = await uploads.upload_for(session, upload_id, actor)
    header, rows = await rejected_rows(session, upload, RapidTestUploadRow)
    return await rejected_file(header, rows, upload.id, format)


@router.get("/rapid-tests")
async def list_rapid_tests(
    actor: CanReadRapidTests,
    session: Session,
    page: PageParameters,
    region: Annotated[RegionCode | None, Query(description="只列此区划及其下级的")] = None,
    site_id: Annotated[UUID | None, Query(description="检测点")] = None,
    verdict: Annotated[Verdict | None, Query(description="判定")] = None,
    item_code: Annotated[str | None, Query(max_length=64, description="检测项目代码")] = None,
    stall_number: Annotated[str | None, Query(max_length=50, description="摊位号")] = None,
    seller_business_id: Annotated[UUID | None, Query(description="销售者")] = None,
    since: Annotated[date | None, Query(description="检测日不早于")] = None,
    until: Annotated[date | None, Query(description="检测日不晚于")] = None,
    upload_id: Annotated[UUID | None, Query(description="所在的上传")] = None,
    corrects_id: Annotated[UUID | None, Query(description="只列更正这一条的")] = None,
    suspected_duplicates: Annotated[bool | None, Query(description="只列待确认的疑似重复（true）")] = None,
    superseded: Annotated[bool | None, Query(description="只列已被更正的（true）或现行的（false）")] = None,
) -> Page[RapidTestRead]:
    """快检记录，近的在前。"""
    wanted = TestFilter(
        region=region,
        site_id=site_id,
        verdict=verdict,
        item_code=item_code,
        stall_number=stall_number,
        seller_business_id=seller_business_id,
        since=since,
        until=until,
        upload_id=upload_id,
        corrects_id=corrects_id,
        suspected_duplicates=suspected_duplicates,
        superseded=superseded,
    )
    tests, following = await repository.list_tests(session, wanted, actor, page)
    return Page(items=[RapidTestRead.model_validate(test) for test in tests], next_cursor=following)


@router.get("/rapid-tests/{test_id}")
async def read_rapid_test(test_id: UUID, actor: CanReadRapidTests, session: Session) -> RapidTestRead:
    """一条快检记录。"""
    return RapidTestRead.model_validate(await service.test_for(session, test_id, actor))


@router.get("/rapid-tests/{test_id}/signature")
async def read_rapid_test_signature(test_id: UUID, actor: CanReadRapidTests, session: Session) -> SignatureRead:
    """一条快检记录的仪器签名，并重新验一遍。"""
    return await proofs.signature_of(session, await service.test_for(session, test_id, actor))


@router.post("/rapid-tests/{test_id}/corrections", status_code=201)
async def correct_rapid_test(
    test_id: UUID,
    body: CorrectionCreate,
    actor: CanUploadRapidTests,
    session: Session,
    response: Response,
    _: Idempotent,
) -> RapidTestRead:
    """更正快检记录：另记一条，原记录保留并注明已更正。"""
    test = await service.correct(session, test_id, body, actor)
    response.headers["Location"] = f"/v1/rapid-tests/{test.id}"
    return RapidTestRead.model_validate(test)


@router.post("/rapid-tests/{test_id}/confirmation")
async def confirm_rapid_test(
    test_id: UUID, actor: CanUploadRapidTests, session: Session, _: Idempotent
) -> RapidTestRead:
    """确认疑似重复的记录是另一次检测：自此计入统计，疑似阳性的随即吹哨。"""
    return RapidTestRead.model_validate(await service.confirm_separate(session, test_id, actor))
