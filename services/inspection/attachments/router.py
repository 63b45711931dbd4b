"""检查附件: photos, films and documents of visits, in chunks."""

from typing import Annotated

from fastapi import Depends, Header, Path, Request
from fastapi.responses import FileResponse

from services.inspection.attachments import files, service
from services.inspection.attachments.schemas import AttachmentRead, AttachmentsAsked
from shared.contracts.codes import OFFICIALS, Role
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.routing import Router

CanUpload = Annotated[
    Actor,
    Depends(Allow(Role.INSPECTOR, Role.GRID_OFFICER, Role.FOOD_SAFETY_OFFICE, Role.LEADER, Role.BUSINESS)),
]
CanReadFiles = Annotated[Actor, Depends(Allow(*OFFICIALS))]
Sha256InPath = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$", description="整个文件的 SHA-256，小写十六进制")]
CHUNK = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}

router = Router(prefix="/v1/attachments", tag="检查附件")


@router.get("/{sha256}")
async def read_progress(sha256: Sha256InPath, request: Request, actor: CanUpload, session: Session) -> AttachmentRead:
    """附件从本账号传到哪里了；断线以后从 received 接着传"""
    [told] = await service.progress(session, [sha256], request.app.state.settings.data_dir, actor)
    return told


@router.post("/needed")
async def ask_needed_attachments(
    body: AttachmentsAsked, request: Request, actor: CanUpload, session: Session
) -> list[AttachmentRead]:
    """一批附件里还要本账号上传哪些、各从哪里接着传；别人传过的照样要传，平台只存一份"""
    return await service.needed(session, body.hashes, request.app.state.settings.data_dir, actor)


@router.put("/{sha256}/chunks/{offset}", openapi_extra=CHUNK)
async def put_chunk(
    sha256: Sha256InPath,
    offset: Annotated[int, Path(ge=0, lt=2**40, description="这一块从第几个字节开始")],
    request: Request,
    actor: CanUpload,
    session: Session,
    upload_length: Annotated[int, Header(ge=1, lt=2**40, description="整个文件的字节数")],
) -> AttachmentRead:
    """上传附件的一块；收齐时核对哈希。重发同一块不会重复，已有的文件不会被替换"""
    data_dir = request.app.state.settings.data_dir
    return await service.append(session, sha256, offset, upload_length, request.stream(), data_dir, actor)


@router.get("/{sha256}/content", response_class=FileResponse)
async def download_attachment(
    sha256: Sha256InPath, request: Request, actor: CanReadFiles, session: Session
) -> FileResponse:
    """下载附件：自己上传的，或可见的检查、整改、线索的；可以分段（Range）"""
    data_dir = request.app.state.settings.data_dir
    attachment = await service.attachment_for(session, sha256, data_dir, actor)
    headers = {
        "X-Content-Type-Options": "nosniff",
        "Content-Disposition": "attachment",
        "ETag": f'"{sha256}"',
        "Cache-Control": "private, max-age=31536000, immutable",
    }
    return FileResponse(files.path_of(data_dir, sha256), media_type=attachment.media_type, headers=headers)
