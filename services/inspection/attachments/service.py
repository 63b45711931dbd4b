"""Photos, films and documents of visits: sent in chunks that may break off anywhere, kept once under their hash."""

import asyncio
from collections.abc import AsyncIterator, Sequence
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
from services.inspection.visit_records.repository import is_shown_by_a_visit
from services.inspection.visit_records.service import note_file_arrived
from shared.http.auth import Actor

MAX_BYTES = 200 * 1024 * 1024
"""A film of a refusal is the largest that comes; photos are a few megabytes."""

MAX_CHUNK = 8 * 1024 * 1024
MAX_UNFINISHED = 50


async def progress(session: AsyncSession, hashes: Sequence[str], data_dir: Path, actor: Actor) -> list[AttachmentRead]:
    """How far files have come from the actor himself. What others have sent shows nowhere in it."""
    sent = await repository.sent_by(session, actor.id, hashes)
    parts = {sha256: files.part_of(data_dir, sha256, actor.id) for sha256 in hashes if sha256 not in sent}
    received = await asyncio.to_thread(lambda: {sha256: files.length_of(part) for sha256, part in parts.items()})
    return [_whole(sent[each]) if each in sent else _so_far(each, received[each]) for each in hashes]


async def needed(session: AsyncSession, hashes: Sequence[str], data_dir: Path, actor: Actor) -> list[AttachmentRead]:
    """Those of the files that the actor has not sent whole, each once, in the order in which he names them."""
    told = await progress(session, list(dict.fromkeys(hashes)), data_dir, actor)
    return [one for one in told if not one.complete]


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

    Every sender sends every byte, though the file is kept once: whoever only knows the hash has shown nothing. What
    came before a break stays, so the next chunk may begin there. Raises AttachmentTooLarge for a file or chunk
    that is too large, ChunkOutOfPlace for a chunk with a gap before it, AttachmentRefused where the bytes do not give
    the hash (they are thrown away, and can be sent anew) or are neither picture, film nor PDF.
    """
    if size > MAX_BYTES:
        raise AttachmentTooLarge(f"一个附件最多 {MAX_BYTES // 1024 // 1024} MB，请压缩后再传")
    if sent := await repository.sent_by(session, actor.id, [sha256]):
        return _whole(sent[sha256])
    part = files.part_of(data_dir, sha256, actor.id)
    received = await asyncio.to_thread(files.length_of, part)
    if offset > received:
        await repository.finish_alone(session, sha256, actor.id)  # who brings the same last bytes may be finishing it
        if sent := await repository.sent_by(session, actor.id, [sha256]):
            return _whole(sent[sha256])
        raise ChunkOutOfPlace(f"已收到 {received} 字节，请从这里接着传", received=received)
    if received == 0 and await asyncio.to_thread(files.unfinished, part) >= MAX_UNFINISHED:
        raise TooManyUnfinished(f"已有 {MAX_UNFINISHED} 个附件没有传完，请先传完")
    received = max(received, await _write(part, offset, size, blocks))
    if received < size:
        return _so_far(sha256, received)
    return await _finish(session, sha256, part, data_dir, actor)


async def attachment_for(session: AsyncSession, sha256: str, data_dir: Path, actor: Actor) -> Attachment:
    """The file, if the actor sent it, or sees a visit, correction or clue in which a sender of it named it.

    Raises AttachmentNotFound, whether there is no such file or it is not shown to the actor.
    """
    attachment = (await repository.sent_by(session, actor.id, [sha256])).get(sha256)
    if attachment is None and (
        await is_shown_by_a_visit(session, sha256, actor) or await repository.is_shown_elsewhere(session, sha256, actor)
    ):
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
    await repository.finish_alone(session, sha256, actor.id)
    if sent := await repository.sent_by(session, actor.id, [sha256]):
        return _whole(sent[sha256])  # by another request that brought the same last bytes
    found = await asyncio.to_thread(files.keep, part, files.path_of(data_dir, sha256), sha256)
    if found is None or found.sha256 != sha256:
        raise AttachmentRefused("收到的字节与地址中的 SHA-256 不符，已丢弃，请从头重传", received=0)
    if found.media_type is None:
        raise AttachmentRefused("只收 JPEG、PNG、WebP、HEIC 图片，MP4 录像和 PDF 文书", received=0)
    values = {
        "sha256": sha256,
        "size": found.size,
        "media_type": found.media_type,
        "uploaded_by": actor.id,
    }
    await repository.add_attachment(session, values)
    await repository.add_sender(session, sha256, actor.id)
    await note_file_arrived(session, sha256, actor)
    return _whole(Attachment(**values))


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
