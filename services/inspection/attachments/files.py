"""The bytes of files: parts that grow chunk by chunk, one folder an uploader, and whole files under their hash.

A part belongs to who uploads it, so nobody can spoil another's. Its length is how far it has come; there is no other
record of it. Blocking: call through `asyncio.to_thread`.
"""

import hashlib
import os
import time
from contextlib import suppress
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


def length_of(part: Path) -> int:
    """How far a part has come."""
    return part.stat().st_size if part.exists() else 0


def unfinished(part: Path) -> int:
    """How many other parts its uploader has begun; those given up long ago are thrown away on the way."""
    if not part.parent.exists():
        return 0
    others = [other for other in part.parent.iterdir() if other != part]
    forgotten = [other for other in others if time.time() - other.stat().st_mtime > FORGET_PARTS_AFTER]
    for other in forgotten:
        other.unlink(missing_ok=True)
    return len(others) - len(forgotten)


def write_at(part: Path, offset: int, block: bytes) -> None:
    """Write a block at its place. Sent again it writes the same bytes again."""
    part.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        os.pwrite(descriptor, block, offset)
    finally:
        os.close(descriptor)


def digest_of(part: Path) -> str:
    """The SHA-256 of a part, read in blocks."""
    digest = hashlib.sha256()
    with part.open("rb") as source:
        while block := source.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def media_type_of(part: Path) -> str | None:
    """What a file is, read from its bytes; None for what is not taken."""
    with part.open("rb") as source:
        beginning = source.read(16)
    return next((kind for start, mark, kind in _SIGNATURES if beginning[start:].startswith(mark)), None)


def put_in_place(part: Path, path: Path) -> None:
    """Make a verified part the file of its hash. One that is there already stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        os.link(part, path)
    part.unlink(missing_ok=True)
