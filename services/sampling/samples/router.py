"""样品与抽样单: from the draft on a phone to the sealed sample, and what is put right afterwards."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Query, Request, Response
from fastapi.responses import FileResponse

from services.sampling.samples import amending, attachments, repository, taking
from services.sampling.samples.models import Sample
from services.sampling.samples.numbers import FormNumber
from services.sampling.samples.reading import TAKERS, disclose_sample, show_sample, show_summary
from services.sampling.samples.repository import SampleFilter
from services.sampling.samples.schemas import (
    Annulment,
    AttachmentRead,
    Correction,
    Refusal,
    SampleRead,
    SampleSummary,
    SampleWrite,
    Submission,
)
from services.sampling.samples.service import sample_for
from shared.contracts.codes import OFFICIALS, Role
from shared.contracts.regions import RegionCode
from shared.contracts.statutory_sampling import Link, SampleState, Stream
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.etags import IfMatch, IfMatchWhenPresent, set_etag
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router
from shared.personal_data.schemas import DisclosureRead, DisclosureRequest

CanReadSamples = Annotated[Actor, Depends(Allow(*OFFICIALS, Role.SAMPLER))]
CanTakeSamples = Annotated[Actor, Depends(Allow(*TAKERS))]
CanSeePersons = Annotated[Actor, Depends(Allow(*TAKERS, Role.CASE_HANDLER))]
"""Who may see the persons on a form, saying why: who samples, and who works on what was found."""

Sha256InPath = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$", description="文件内容的 SHA-256，小写十六进制")]
FILE = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}

router = Router(prefix="/v1", tag="样品与抽样单")


@router.get("/samples")
async def list_samples(
    actor: CanReadSamples,
    session: Session,
    page: PageParameters,
    state: Annotated[SampleState | None, Query(description="状态")] = None,
    region: Annotated[RegionCode | None, Query(description="只列此区划及其下级的")] = None,
    stream: Annotated[Stream | None, Query(description="任务类别")] = None,
    link: Annotated[Link | None, Query(description="抽样环节")] = None,
    task_id: Annotated[UUID | None, Query(description="所属抽样任务")] = None,
    business_id: Annotated[UUID | None, Query(description="被抽样单位")] = None,
    number: Annotated[FormNumber | None, Query(description="抽样单编号；空格、全角不影响")] = None,
    since: Annotated[date | None, Query(description="抽样日不早于")] = None,
    until: Annotated[date | None, Query(description="抽样日不晚于")] = None,
) -> Page[SampleSummary]:
    """样品一览，最近的在前；抽样人员只看得到自己的。"""
    wanted = SampleFilter(
        state=state,
        region=region,
        stream=stream,
        link=link,
        task_id=task_id,
        business_id=business_id,
        number=number,
        since=since,
        until=until,
    )
    samples, following = await repository.list_samples(session, wanted, actor, page)
    return Page(items=[show_summary(sample) for sample in samples], next_cursor=following)


@router.get("/samples/{sample_id}")
async def read_sample(sample_id: UUID, actor: CanReadSamples, session: Session, response: Response) -> SampleRead:
    """一份样品：抽样单、期限、全部经过、还缺哪些文件。"""
    return await _answer(session, response, await sample_for(session, sample_id, actor), actor)


@router.post("/samples/{sample_id}/disclosures")
async def disclose_sample_persons(
    sample_id: UUID, body: DisclosureRequest, actor: CanSeePersons, session: Session
) -> DisclosureRead:
    """看全抽样单上的联系人和电话：须写明为什么，每次都有记录。"""
    return await disclose_sample(session, sample_id, body.purpose, actor)


@router.put("/samples/{sample_id}", responses={201: {"model": SampleRead}})
async def put_sample(
    sample_id: UUID,
    body: SampleWrite,
    actor: CanTakeSamples,
    version: IfMatchWhenPresent,
    session: Session,
    response: Response,
) -> SampleRead:
    """终端上传抽样单，编号（UUIDv7）由终端生成；断网后原样再发，答复不变；改过的草稿带更大的 revision 或 If-Match。"""
    sample, is_new = await taking.save(session, sample_id, body, version, actor)
    response.status_code = 201 if is_new else 200
    return await _answer(session, response, sample, actor)


@router.post("/samples/{sample_id}/submission")
async def submit_sample(
    sample_id: UUID, body: Submission, actor: CanTakeSamples, session: Session, response: Response
) -> SampleRead:
    """完成抽样：一次列出全部缺项；完成后送检期限起算，快检吹哨的任务随即登记抽样。重发不会重复。"""
    return await _answer(session, response, await taking.submit(session, sample_id, body, actor), actor)


@router.post("/samples/{sample_id}/refusal")
async def record_refusal(
    sample_id: UUID, body: Refusal, actor: CanTakeSamples, session: Session, response: Response
) -> SampleRead:
    """登记被抽样单位拒绝抽样，须有两名抽样人员和证据。重发不会重复。"""
    return await _answer(session, response, await taking.refuse(session, sample_id, body, actor), actor)


@router.post("/samples/{sample_id}/corrections")
async def correct_sample(
    sample_id: UUID, body: Correction, actor: CanTakeSamples, version: IfMatch, session: Session, response: Response
) -> SampleRead:
    """更正已完成的抽样单；改了哪些、原来怎样，都记入经过。"""
    return await _answer(session, response, await amending.correct(session, sample_id, body, version, actor), actor)


@router.post("/samples/{sample_id}/annulment")
async def annul_sample(
    sample_id: UUID, body: Annulment, actor: CanTakeSamples, version: IfMatch, session: Session, response: Response
) -> SampleRead:
    """作废样品，写明原因；编号不再使用。"""
    return await _answer(
        session, response, await amending.annul(session, sample_id, body.reason, version, actor), actor
    )


@router.put("/sample-attachments/{sha256}", openapi_extra=FILE, responses={201: {"model": AttachmentRead}})
async def put_attachment(
    sha256: Sha256InPath, request: Request, actor: CanTakeSamples, session: Session, response: Response
) -> AttachmentRead:
    """上传照片、录像、文书，地址即内容的 SHA-256；同一文件再传，答复不变。"""
    announced = int(request.headers.get("Content-Length") or 0)
    data_dir = request.app.state.settings.data_dir
    attachment, is_new = await attachments.keep(session, sha256, request.stream(), announced, data_dir, actor)
    response.status_code = 201 if is_new else 200
    return AttachmentRead.model_validate(attachment)


@router.get("/sample-attachments/{sha256}", response_class=FileResponse)
async def download_attachment(
    sha256: Sha256InPath, request: Request, actor: CanReadSamples, session: Session
) -> FileResponse:
    """下载附件：自己上传的，或可见样品的。"""
    data_dir = request.app.state.settings.data_dir
    attachment = await attachments.attachment_for(session, sha256, data_dir, actor)
    headers = {"X-Content-Type-Options": "nosniff", "Content-Disposition": "attachment"}
    return FileResponse(attachments.path_of(data_dir, sha256), media_type=attachment.media_type, headers=headers)


async def _answer(session: Session, response: Response, sample: Sample, actor: Actor) -> SampleRead:
    set_etag(response, sample)
    return await show_sample(session, sample, actor)
