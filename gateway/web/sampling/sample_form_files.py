"""Photos, films and documents of a sampling form: from the browser to the sampling service, under their SHA-256."""

from collections.abc import Sequence

from starlette.datastructures import FormData, UploadFile

from gateway.clients import Caller, Refused, Services, ServiceSilent
from gateway.web.file_blocks import blocks_of, measured
from gateway.web.forms import FieldError
from gateway.web.sampling.sample_form_fields import FormBlock, FormField, fields_of
from shared.contracts.codes import Unit

SENDING_SECONDS = 120.0
REMOVED = "remove"
"""The name of the marks by which files are taken off the form: `<field> <sha256>`."""


async def typed_with_files(
    form: FormData, blocks: Sequence[FormBlock], services: Services, caller: Caller
) -> tuple[dict[str, str], list[FieldError]]:
    """What was typed, by field; files are sent on at once, so that nothing is lost should the form be refused.

    A field of files holds the hashes that came with the form, without those marked as removed, and the new ones, one
    a line; a signature holds the new one, else the one it had. Errors say which files did not arrive.
    """
    typed: dict[str, str] = {}
    errors: list[FieldError] = []
    removed = {mark for mark in form.getlist(REMOVED) if isinstance(mark, str)}
    for field in fields_of(blocks):
        if field.look not in ("photos", "signature"):
            typed[field.name] = str(form.get(field.name, ""))
            continue
        parts = form.getlist(field.name)
        kept = [part for part in parts if isinstance(part, str) and part and f"{field.name} {part}" not in removed]
        sent = [await _send(part, field, services, caller, errors) for part in parts if isinstance(part, UploadFile)]
        found = list(dict.fromkeys([*kept, *(sha256 for sha256 in sent if sha256)]))
        typed[field.name] = "\n".join(found[-1:] if field.look == "signature" else found)
    return typed, errors


async def _send(
    file: UploadFile, field: FormField, services: Services, caller: Caller, errors: list[FieldError]
) -> str:
    """The hash under which the file was taken in; empty where none was chosen, or where it was refused."""
    if not file.filename:
        return ""
    sha256, size = await measured(file)
    headers = {"content-type": "application/octet-stream", "content-length": str(size)}
    path = f"/v1/sample-attachments/{sha256}"
    try:
        await services.send(
            Unit.SAMPLING, "PUT", path, caller, SENDING_SECONDS, content=blocks_of(file), headers=headers
        )
    except (Refused, ServiceSilent) as refusal:
        said = refusal.detail or (refusal.answered_title if isinstance(refusal, Refused) else refusal.title)
        errors.append(FieldError(field.name, f"{field.label}“{file.filename}”没有传上去：{said}。请再选一次"))
        return ""
    return sha256
