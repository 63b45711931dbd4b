"""The bytes of files: parts that grow chunk by chunk, one folder an uploader, and whole files under their hash.

A part belongs to who uploads it, so nobody can spoil another's. Its length is how far it has come; there is no other
record of it. What is kept under a hash was copied while it was hashed: no late writer of the part reaches it.
Blocking: call through `asyncio.to_thread`.
"""

import hashlib
import os
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO
from uuid import UUID

BLOCK = 1024 * 1024
FORGET_PARTS_AFTER = 60 * 60 * 24 * 30

_SIGNATURES = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (8, b"WEBP", "image/webp"),
    (0, b"%PDF-", "application/pdf"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftyp", "video/mp4"),
)


def path_of(data_dir: Path, sha256: str) -> Path:
    """Where the bytes of a hash lie; two letters a folder keep folders small."""
    return data_dir / "visit-attachments" / sha256[:2] / sha256


def part_of(data_dir: Path, sha256: str, uploader: UUID) -> Path:
    """Where the bytes gather that an uploader has sent so far."""
    return data_dir / "visit-attachments" / "parts" / str(uploader) / sha256


@dataclass(frozen=True, slots=True)
class Bytes:
    """What the bytes of a file are; `media_type` None for what is not taken."""

    size: int
    sha256: str
    media_type: str | None


def length_of(part: Path) -> int:
    """How far a part has come."""
    try:
        return part.stat().st_size
    except FileNotFoundError:
        return 0


def unfinished(part: Path) -> int:
    """How many other parts its uploader has begun; those given up long ago are thrown away on the way."""
    count = 0
    for other in part.parent.iterdir() if part.parent.exists() else ():
        with suppress(FileNotFoundError):  # another request finishes it meanwhile
            if other == part:
                continue
            if time.time() - other.stat().st_mtime > FORGET_PARTS_AFTER:
                other.unlink()
            else:
                count += 1
    return count


def write_at(part: Path, offset: int, block: bytes) -> None:
    """Write a block at its place. Sent again it writes the same bytes again."""
    part.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        os.pwrite(descriptor, block, offset)
    finally:
        os.close(descriptor)


def keep(part: Path, path: Path, sha256: str) -> Bytes | None:
    """Say what a part is and throw it away; None where there is none. With the right hash, and of a kind that is
    taken, its bytes become the file of the hash; one that is there already stays.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with part.open("rb") as source, tempfile.NamedTemporaryFile(dir=path.parent) as copy:
            found = _copied(source, copy)
            if found.sha256 == sha256 and found.media_type is not None:
                copy.flush()
                os.fsync(copy.fileno())
                with suppress(FileExistsError):
                    os.link(copy.name, path)
    except FileNotFoundError:
        return None
    part.unlink(missing_ok=True)
    return found


def _copied(source: BinaryIO, copy: IO[bytes]) -> Bytes:
    digest, size, beginning = hashlib.sha256(), 0, b""
    while block := source.read(BLOCK):
        beginning = beginning or block[:16]
        size += len(block)
        digest.update(block)
        copy.write(block)
    media_type = next((kind for start, mark, kind in _SIGNATURES if beginning[start:].startswith(mark)), None)
    return Bytes(size, digest.hexdigest(), media_type)
