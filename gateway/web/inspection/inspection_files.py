"""Photos, films and documents of supervision: from the browser to its service, in chunks, under their hash."""

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.datastructures import UploadFile
from starlette.responses import Response

from gateway.clients import Caller, Services, ServicesHere
from gateway.web.file_blocks import measured
from gateway.web.step_pages import Keep
from gateway.web.visitors import CanReadInspections
from shared.contracts.codes import Unit

router = APIRouter(include_in_schema=False)

SENDING_SECONDS = 120.0
CHUNK = 8 * 1024 * 1024
ADDRESS = "/visits"
"""Files are shown below `{ADDRESS}/files/`."""

Sha256 = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]


def keeper(services: Services, caller: Caller) -> Keep:
    """Hands chosen files on to the inspection service."""

    async def keep(file: UploadFile) -> str:
        return await send_file(file, services, caller)

    return keep


async def send_file(file: UploadFile, services: Services, caller: Caller) -> str:
    """The hash under which the file was taken in; empty where none was chosen. Raises `Refused`, `ServiceSilent`.

    What the caller has sent already, now or before, is not sent again.
    """
    if not file.filename:
        return ""
    sha256, size = await measured(file)
    path, received = f"/v1/attachments/{sha256}", 0
    headers = {"content-type": "application/octet-stream", "upload-length": str(size)}
    while received < size:
        await file.seek(received)
        chunk = await file.read(CHUNK)
        answer = await services.send(
            Unit.INSPECTION,
            "PUT",
            f"{path}/chunks/{received}",
            caller,
            SENDING_SECONDS,
            content=chunk,
            headers=headers,
        )
        progress = answer.json()
        if progress["complete"]:
            break
        received = int(progress["received"])
    return sha256


@router.get(ADDRESS + "/files/{sha256}")
async def attached_file(visitor: CanReadInspections, services: ServicesHere, sha256: Sha256) -> Response:
    """A file that a visit, correction or clue names, or that the visitor has just sent. Pictures are shown, the rest
    saved.
    """
    path = f"/v1/attachments/{sha256}/content"
    answer = await services.send(Unit.INSPECTION, "GET", path, visitor.caller, SENDING_SECONDS)
    media_type = answer.headers.get("content-type", "application/octet-stream")
    shown = media_type.startswith("image/")
    headers = {
        "content-disposition": f'{"inline" if shown else "attachment"}; filename="{sha256[:12]}"',
        "cache-control": "private, max-age=86400",
    }
    return Response(answer.content, media_type=media_type, headers=headers)
