"""The bytes of files: parts that grow chunk by chunk, one folder an uploader, and whole files under their hash.

A part belongs to who uploads it, so nobody can spoil another's. Its length is how far it has come; there is no other
record of it. Blocking: call through `asyncio.to_thread`.
"""

import hashlib
import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
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
    return part.stat().st_size if part.exists() else 0


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


def read(path: Path) -> Bytes | None:
    """What a file is, read in blocks; None where there is none."""
    digest, size, beginning = hashlib.sha256(), 0, b""
    try:
        with path.open("rb") as source:
            while block := source.read(BLOCK):
                beginning = beginning or block[:16]
                size += len(block)
                digest.update(block)
    except FileNotFoundError:
        return None
    media_type = next((kind for start, mark, kind in _SIGNATURES if beginning[start:].startswith(mark)), None)
    return Bytes(size, digest.hexdigest(), media_type)


def put_in_place(part: Path, path: Path) -> None:
    """Make a verified part the file of its hash. One that is there already stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError, FileNotFoundError):  # or another request has just put the same part in place
        os.link(part, path)
    part.unlink(missing_ok=True)
