"""Photos, films and documents of visits: sent in chunks that may break off anywhere, kept once under their hash."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.attachments import files, repository
from services.inspection.attachments.models import Attachment
from services.inspection.attachments.problems import (
    AttachmentNotFound,
    AttachmentRefused,
    AttachmentTooLarge,
    ChunkOutOfPlace,
    TooManyUnfinished,
)
from services.inspection.attachments.schemas import AttachmentRead
from services.inspection.visit_records.repository import visible_attachment
from services.inspection.visit_records.service import note_file_arrived
from shared.http.auth import Actor

MAX_BYTES = 200 * 1024 * 1024
"""A film of a refusal is the largest that comes; photos are a few megabytes."""

MAX_CHUNK = 8 * 1024 * 1024
MAX_UNFINISHED = 50


async def progress(session: AsyncSession, sha256: str, data_dir: Path, actor: Actor) -> AttachmentRead:
    """How far a file has come: whole, whoever sent it, or as much as the actor has sent."""
    attachment = await repository.get_attachment(session, sha256)
    if attachment is not None:
        return _whole(attachment)
    received = await asyncio.to_thread(files.length_of, files.part_of(data_dir, sha256, actor.id))
    return _so_far(sha256, received)


async def append(
    session: AsyncSession,
    sha256: str,
    offset: int,
    size: int,
    blocks: AsyncIterator[bytes],
    data_dir: Path,
    actor: Actor,
) -> AttachmentRead:
    """Take a chunk at its place in a file of `size` bytes; with the last byte the hash is verified.

    What came before a break stays, so the next chunk may begin there. Raises AttachmentTooLarge for a file or chunk
    that is too large, ChunkOutOfPlace for a chunk with a gap before it, AttachmentRefused where the bytes do not give
    the hash (they are thrown away, and can be sent anew) or are neither picture, film nor PDF.
    """
    if size > MAX_BYTES:
        raise AttachmentTooLarge(f"一个附件最多 {MAX_BYTES // 1024 // 1024} MB，请压缩后再传")
    attachment = await repository.get_attachment(session, sha256)
    if attachment is not None:
        return _whole(attachment)
    part = files.part_of(data_dir, sha256, actor.id)
    received = await asyncio.to_thread(files.length_of, part)
    if offset > received:
        raise ChunkOutOfPlace(f"已收到 {received} 字节，请从这里接着传", received=received)
    if received == 0 and await asyncio.to_thread(files.unfinished, part) >= MAX_UNFINISHED:
        raise TooManyUnfinished(f"已有 {MAX_UNFINISHED} 个附件没有传完，请先传完")
    received = max(received, await _write(part, offset, size, blocks))
    if received < size:
        return _so_far(sha256, received)
    return await _finish(session, sha256, part, data_dir, actor)


async def attachment_for(session: AsyncSession, sha256: str, data_dir: Path, actor: Actor) -> Attachment:
    """The file, if the actor sent it, or sees a visit, correction or clue that names it. Raises AttachmentNotFound."""
    attachment = await visible_attachment(session, sha256, actor)
    if attachment is None and await repository.is_shown_elsewhere(session, sha256, actor):
        attachment = await repository.get_attachment(session, sha256)
    if attachment is None or not await asyncio.to_thread(files.path_of(data_dir, sha256).exists):
        raise AttachmentNotFound("请核对；只能查看自己上传的，或可见的检查、整改、线索的附件")
    return attachment


async def _write(part: Path, offset: int, size: int, blocks: AsyncIterator[bytes]) -> int:
    place = offset
    async for block in blocks:
        if place + len(block) - offset > MAX_CHUNK:
            raise AttachmentTooLarge(f"一块最多 {MAX_CHUNK // 1024 // 1024} MB，请分成小块", received=place)
        if place + len(block) > size:
            raise AttachmentRefused(f"内容超出了 Upload-Length 所说的 {size} 字节，请核对", received=place)
        await asyncio.to_thread(files.write_at, part, place, block)
        place += len(block)
    return place


async def _finish(session: AsyncSession, sha256: str, part: Path, data_dir: Path, actor: Actor) -> AttachmentRead:
    path = files.path_of(data_dir, sha256)
    found = await asyncio.to_thread(files.read, part) or await asyncio.to_thread(files.read, path)
    if found is None or found.sha256 != sha256:
        await asyncio.to_thread(part.unlink, missing_ok=True)
        raise AttachmentRefused("收到的字节与地址中的 SHA-256 不符，已丢弃，请从头重传", received=0)
    if found.media_type is None:
        await asyncio.to_thread(part.unlink, missing_ok=True)
        raise AttachmentRefused("只收 JPEG、PNG、WebP、HEIC 图片，MP4 录像和 PDF 文书", received=0)
    await asyncio.to_thread(files.put_in_place, part, path)
    values = {
        "sha256": sha256,
        "size": found.size,
        "media_type": found.media_type,
        "uploaded_by": actor.id,
    }
    if await repository.add_attachment(session, values):
        await note_file_arrived(session, sha256, actor)
    attachment = await repository.get_attachment(session, sha256)
    assert attachment is not None
    return _whole(attachment)


def _whole(attachment: Attachment) -> AttachmentRead:
    return AttachmentRead(
        sha256=attachment.sha256,
        complete=True,
        received=attachment.size,
        size=attachment.size,
        media_type=attachment.media_type,
    )


def _so_far(sha256: str, received: int) -> AttachmentRead:
    return AttachmentRead(sha256=sha256, complete=False, received=received, size=None, media_type=None)
