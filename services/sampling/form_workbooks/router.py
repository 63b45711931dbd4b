"""抽样单工作簿: the national exchange workbook (71 columns), in and out."""

import asyncio
from datetime import date
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Request, Response

from services.sampling.form_workbooks import export, repository, uploads
from services.sampling.form_workbooks.models import FormUpload, FormUploadRow
from services.sampling.form_workbooks.schemas import FormRowRead, FormUploadForm, FormUploadRead
from services.sampling.form_workbooks.uploads import LIMITS
from services.sampling.samples.models import Sample
from services.sampling.samples.repository import SampleFilter
from shared.contracts.codes import OFFICIALS, FileFormat, Role, RowOutcome
from shared.contracts.regions import RegionCode
from shared.contracts.statutory_sampling import Link, SampleState, Stream
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router
from shared.personal_data.schemas import DisclosureRequest
from shared.tabular.downloads import REJECTED_FILE, rejected_file
from shared.tabular.receiving import received_file
from shared.tabular.writing import XLSX
from shared.uploads.repository import page_of_rows
from shared.uploads.service import page_of, rejected_rows, shown

CanImportForms = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE, Role.INSPECTOR))]
CanReadImports = Annotated[Actor, Depends(Allow(*OFFICIALS))]
CanExportForms = Annotated[Actor, Depends(Allow(*OFFICIALS, Role.SAMPLER))]
CanExportWhole = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE, Role.INSPECTOR))]
"""Who reports samples to the national system."""

WORKBOOK: dict[int | str, dict[str, Any]] = {
    200: {"content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}}
}

FILE_FORM = FormUploadForm.request_body(
    ".xlsx 或 CSV（UTF-8、GB18030）", {"file": "抽样单.xlsx", "region_code": "330203", "dry_run": True}
)

router = Router(prefix="/v1", tag="抽样单工作簿")


@router.post("/form-uploads", status_code=202, openapi_extra=FILE_FORM)
async def upload_forms(request: Request, actor: CanImportForms, session: Session, response: Response) -> FormUploadRead:
    """上传国家抽样单工作簿：先存下，再由后台任务逐行收下；同一文件再传，答复同一次上传。"""
    data_dir: Path = request.app.state.settings.data_dir
    async with received_file(request, data_dir / FormUpload.FOLDER, max_bytes=LIMITS.max_bytes) as received:
        form = FormUploadForm.read(received.fields)
        upload = await uploads.receive(session, received, form, data_dir, actor)
    response.headers["Location"] = f"/v1/jobs/{upload.job_id}"
    return shown(upload, FormUploadRead)


@router.get("/form-uploads")
async def list_form_uploads(actor: CanReadImports, session: Session, page: PageParameters) -> Page[FormUploadRead]:
    """辖区内上传过的抽样单工作簿，最近的在前。"""
    found, following = await page_of(session, FormUpload, repository.visible_uploads(actor), page)
    return Page(items=[shown(upload, FormUploadRead) for upload in found], next_cursor=following)


@router.get("/form-uploads/{upload_id}")
async def read_form_upload(upload_id: UUID, actor: CanReadImports, session: Session) -> FormUploadRead:
    """一次上传：进度、表头对照、各类行数。"""
    return shown(await uploads.upload_for(session, upload_id, actor), FormUploadRead)


@router.get("/form-uploads/{upload_id}/rows")
async def list_form_rows(
    upload_id: UUID,
    actor: CanReadImports,
    session: Session,
    page: PageParameters,
    outcome: Annotated[RowOutcome | None, Query(description="只列这一种结果的行")] = None,
) -> Page[FormRowRead]:
    """逐行答复，按文件中的次序。"""
    upload = await uploads.upload_for(session, upload_id, actor)
    rows, following = await page_of_rows(session, FormUploadRow, upload.id, outcome, page)
    items = [FormRowRead(**{name: getattr(row, name) for name in FormRowRead.model_fields}) for row in rows]
    return Page(items=items, next_cursor=following)


@router.get("/form-uploads/{upload_id}/rejected-rows", response_class=Response, responses=REJECTED_FILE)
async def download_rejected_forms(
    upload_id: UUID,
    actor: CanReadImports,
    session: Session,
    format: Annotated[FileFormat, Query(description="csv 或 xlsx")] = FileFormat.CSV,  # noqa: A002 (the parameter's name)
) -> Response:
    """下载退回的行：原有的列加上行号与原因，改正后可以再传。"""
    upload = await uploads.upload_for(session, upload_id, actor)
    header, rows = await rejected_rows(session, upload, FormUploadRow)
    return await rejected_file(header, rows, upload.id, format)


def _selection(
    state: Annotated[SampleState | None, Query(description="状态")] = None,
    region: Annotated[RegionCode | None, Query(description="只含此区划及其下级的")] = None,
    stream: Annotated[Stream | None, Query(description="任务类别")] = None,
    link: Annotated[Link | None, Query(description="抽样环节")] = None,
    task_id: Annotated[UUID | None, Query(description="所属抽样任务")] = None,
    since: Annotated[date | None, Query(description="抽样日不早于")] = None,
    until: Annotated[date | None, Query(description="抽样日不晚于")] = None,
) -> SampleFilter:
    return SampleFilter(state=state, region=region, stream=stream, link=link, task_id=task_id, since=since, until=until)


Selection = Annotated[SampleFilter, Depends(_selection)]


@router.get("/form-workbook", response_class=Response, responses=WORKBOOK)
async def export_forms(actor: CanExportForms, session: Session, wanted: Selection) -> Response:
    """导出国家抽样单工作簿（71 列）：选中的、已有编号的样品；不含盲样编码，联系人和电话遮去大半。"""
    samples = await export.samples_for(session, wanted, actor)
    return await _workbook(samples, whole=False)


@router.post("/form-workbook/disclosures", response_class=Response, responses=WORKBOOK)
async def export_whole_forms(
    actor: CanExportWhole, session: Session, wanted: Selection, body: DisclosureRequest
) -> Response:
    """导出联系人和电话齐全的抽样单工作簿，供上报国家系统：须写明为什么，导出了哪些样品都有记录。"""
    samples = await export.samples_for(session, wanted, actor)
    await export.disclose_workbook(session, samples, body.purpose, actor)
    return await _workbook(samples, whole=True)


async def _workbook(samples: list[Sample], *, whole: bool) -> Response:
    content = await asyncio.to_thread(export.workbook_of, samples, whole=whole)
    headers = {"Content-Disposition": 'attachment; filename="sample-forms.xlsx"'}
    return Response(content, media_type=XLSX, headers=headers)
