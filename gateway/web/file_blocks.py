"""Files of a form, read block by block: none is ever held in memory whole."""

import hashlib
from collections.abc import AsyncIterator

from starlette.datastructures import UploadFile

BLOCK = 1024 * 1024


async def measured(file: UploadFile) -> tuple[str, int]:
    """SHA-256 in hexadecimal, and size in bytes."""
    digest, size = hashlib.sha256(), 0
    async for block in blocks_of(file):
        digest.update(block)
        size += len(block)
    return digest.hexdigest(), size


async def blocks_of(file: UploadFile) -> AsyncIterator[bytes]:
    """The file from its beginning."""
    await file.seek(0)
    while block := await file.read(BLOCK):
        yield block
