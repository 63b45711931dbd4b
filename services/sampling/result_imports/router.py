"""检验结果导入: the exchange workbook, public tables and the province's table, taken in by a job."""

from pathlib import Path
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request, Response

from services.sampling.result_imports import repository, uploads
from services.sampling.result_imports.models import ResultUpload, ResultUploadRow
from services.sampling.result_imports.schemas import ResultUploadForm, ResultUploadRead, ResultUploadRowRead
from services.sampling.result_imports.uploads import LIMITS
from shared.contracts.codes import FileFormat, Role, RowOutcome
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router
from shared.tabular.downloads import REJECTED_FILE, rejected_file
from shared.tabular.receiving import received_file
from shared.uploads.repository import page_of_rows
from shared.uploads.service import page_of, rejected_rows, shown

CanImportResults = Annotated[Actor, Depends(Allow(Role.LABORATORY, Role.FOOD_SAFETY_OFFICE, Role.INSPECTOR))]

FILE_FORM = ResultUploadForm.request_body(
    "交换工作簿 .xlsx，或一张 .xlsx / CSV（UTF-8 或 GB18030）表", {"file": "七月检验结果.xlsx", "dry_run": True}
)
router = Router(prefix="/v1/result-uploads", tag="检验结果导入")


@router.post("", status_code=202, openapi_extra=FILE_FORM)
async def upload_results(
    request: Request, actor: CanImportResults, session: Session, response: Response
) -> ResultUploadRead:
    """上传检验结果：检验机构用盲样编码，主管部门用抽样单编号；一份样品整份收下或整份退回，同一文件再传不变。"""
    data_dir: Path = request.app.state.settings.data_dir
    async with received_file(request, data_dir / ResultUpload.FOLDER, max_bytes=LIMITS.max_bytes) as received:
        form = ResultUploadForm.read(received.fields)
        upload = await uploads.receive(session, received, form, data_dir, actor)
    response.headers["Location"] = f"/v1/jobs/{upload.job_id}"
    return shown(upload, ResultUploadRead)


@router.get("")
async def list_result_uploads(
    actor: CanImportResults, session: Session, page: PageParameters
) -> Page[ResultUploadRead]:
    """自己上传过的结果文件，近的在前。"""
    found, following = await page_of(session, ResultUpload, repository.own_uploads(actor), page)
    return Page(items=[shown(upload, ResultUploadRead) for upload in found], next_cursor=following)


@router.get("/{upload_id}")
async def read_result_upload(upload_id: UUID, actor: CanImportResults, session: Session) -> ResultUploadRead:
    """一次上传：进度、表头对照、收下与退回的数量。"""
    return shown(await uploads.upload_for(session, upload_id, actor), ResultUploadRead)


@router.post("/{upload_id}/acceptance", status_code=202)
async def accept_result_dry_run(
    upload_id: UUID, actor: CanImportResults, session: Session, request: Request, response: Response
) -> ResultUploadRead:
    """把试算过的文件转为报送，不必再传；只限试算的人自己，7 天之内；再次请求，答复同一次上传。"""
    upload = await uploads.accept(session, upload_id, request.app.state.settings.data_dir, actor)
    response.headers["Location"] = f"/v1/jobs/{upload.job_id}"
    return shown(upload, ResultUploadRead)


@router.get("/{upload_id}/rows")
async def list_result_rows(
    upload_id: UUID,
    actor: CanImportResults,
    session: Session,
    page: PageParameters,
    outcome: Annotated[RowOutcome | None, Query(description="只列这一种结果的行")] = None,
) -> Page[ResultUploadRowRead]:
    """没有收下的行：表、行、列与原因，按文件中的次序。"""
    upload = await uploads.upload_for(session, upload_id, actor)
    rows, following = await page_of_rows(session, ResultUploadRow, upload.id, outcome, page)
    return Page(
        items=[
            ResultUploadRowRead.model_validate({name: getattr(row, name) for name in ResultUploadRowRead.model_fields})
            for row in rows
        ],
        next_cursor=following,
    )


@router.get("/{upload_id}/rejected-rows", response_class=Response, responses=REJECTED_FILE)
async def download_rejected_results(
    upload_id: UUID,
    actor: CanImportResults,
    session: Session,
    format: Annotated[FileFormat, Query(description="csv 或 xlsx")] = FileFormat.CSV,  # noqa: A002 (the parameter's name)
) -> Response:
    """下载退回的样品：每份的全部行，连同报告信息、行号与原因，改正后可以再传。"""
    upload = await uploads.upload_for(session, upload_id, actor)
    header, rows = await rejected_rows(session, upload, ResultUploadRow)
    return await rejected_file(header, rows, upload.id, format)
