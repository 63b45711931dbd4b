"""The bytes of evidence: each file once, under its hash; nothing ever replaces one. Blocking: use `asyncio.to_thread`.

A file gathers beside its place under a name of its own and is put there whole, so that a break leaves nothing half.
"""

import hashlib
import os
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

_SIGNATURES = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"%PDF-", "application/pdf"),
    (4, b"ftyp", "video/mp4"),
)
_OFFICE = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}


def path_of(data_dir: Path, sha256: str) -> Path:
    """Where the bytes of a hash lie; two letters a folder keep folders small."""
    return data_dir / "evaluation-evidence" / sha256[:2] / sha256


def media_type_of(beginning: bytes, name: str) -> str | None:
    """What a file is by its first bytes (and, for an office document, its name); None for what is not taken."""
    for start, mark, kind in _SIGNATURES:
        if beginning[start:].startswith(mark):
            return kind
    return _OFFICE.get(Path(name).suffix.lower()) if beginning.startswith(b"PK\x03\x04") else None


class Gathering:
    """A file that is coming in. `end` puts it in place or throws it away."""

    def __init__(self, data_dir: Path, sha256: str) -> None:
        self.path = path_of(data_dir, sha256)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._part = self.path.with_name(f"{sha256}.{uuid4().hex}.part")
        self._file: BinaryIO = self._part.open("xb")
        self._digest = hashlib.sha256()
        self.size, self.beginning = 0, b""

    def add(self, block: bytes) -> None:
        self.beginning = (self.beginning + block[:16])[:16]
        self.size += len(block)
        self._digest.update(block)
        self._file.write(block)

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def end(self, *, keep: bool) -> None:
        self._file.close()
        if keep:
            with suppress(FileExistsError):  # the same bytes came before
                os.link(self._part, self.path)
        self._part.unlink(missing_ok=True)
