"""Photos, films and documents of samples: kept once under the hash of their bytes, whoever names them how often."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.samples import repository
from services.sampling.samples.models import SampleAttachment
from services.sampling.samples.problems import AttachmentNotFound, AttachmentRefused
from shared.http.auth import Actor
from shared.http.problems import PayloadTooLarge
from shared.ids import uuid7

MAX_BYTES = 100 * 1024 * 1024
"""A film of unpacking is the largest that comes; photos are a few megabytes."""

_SIGNATURES = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (8, b"WEBP", "image/webp"),
    (0, b"%PDF-", "application/pdf"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftyp", "video/mp4"),
)


class AttachmentTooLarge(PayloadTooLarge):
    slug, title = "sample-attachment-too-large", "附件过大"


async def keep(
    session: AsyncSession, sha256: str, blocks: AsyncIterator[bytes], announced: int, data_dir: Path, actor: Actor
) -> tuple[SampleAttachment, bool]:
    """Store a file as it streams in; gives it and whether it is new. Sent again, nothing changes.

    Raises AttachmentTooLarge as soon as too much was announced or has come, AttachmentRefused where the bytes do not
    give the hash or are neither picture, film nor PDF: what a file is, is read from its bytes.
    """
    if announced > MAX_BYTES:
        raise _too_large()
    folder = data_dir / "sample-attachments"
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    part = folder / f"{uuid7()}.part"
    try:
        size, media_type = await _receive(part, sha256, blocks)
        await asyncio.to_thread(_put_in_place, part, path_of(data_dir, sha256))
    finally:
        part.unlink(missing_ok=True)
    values = {"sha256": sha256, "size": size, "media_type": media_type, "uploaded_by": actor.id}
    is_new = await repository.add_attachment(session, values)
    attachment = await repository.get_attachment(session, sha256)
    assert attachment is not None
    return attachment, is_new


async def attachment_for(session: AsyncSession, sha256: str, data_dir: Path, actor: Actor) -> SampleAttachment:
    """The file, if the actor sent it or may see a sample that names it. Raises AttachmentNotFound."""
    attachment = await repository.visible_attachment(session, sha256, actor)
    if attachment is None or not await asyncio.to_thread(path_of(data_dir, sha256).exists):
        raise AttachmentNotFound("请核对；只能查看自己上传的，或可见样品的附件")
    return attachment


def path_of(data_dir: Path, sha256: str) -> Path:
    """Where the bytes of a hash lie; two letters a folder keep folders small."""
    return data_dir / "sample-attachments" / sha256[:2] / sha256


async def _receive(part: Path, sha256: str, blocks: AsyncIterator[bytes]) -> tuple[int, str]:
    digest, size, beginning = hashlib.sha256(), 0, b""
    with part.open("wb") as target:
        async for block in blocks:
            size += len(block)
            if size > MAX_BYTES:
                raise _too_large()
            if len(beginning) < 16:
                beginning += block[:16]
            digest.update(block)
            target.write(block)
    if digest.hexdigest() != sha256:
        raise AttachmentRefused(f"收到的 {size} 字节与地址中的 SHA-256 不符，请核对后重传")
    media_type = _media_type(beginning)
    if media_type is None:
        raise AttachmentRefused("只收 JPEG、PNG、WebP、HEIC 图片，MP4 录像和 PDF 文书")
    return size, media_type


def _media_type(beginning: bytes) -> str | None:
    return next((kind for start, mark, kind in _SIGNATURES if beginning[start:].startswith(mark)), None)


def _put_in_place(part: Path, path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    part.replace(path)


def _too_large() -> AttachmentTooLarge:
    return AttachmentTooLarge(f"一个附件最多 {MAX_BYTES // 1024 // 1024} MB，请压缩后再传")
