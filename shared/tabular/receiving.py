"""Receiving a file over HTTP: the form is read as it comes, the file goes to disk, too much is refused on the way.

The framework's own form parser reads the whole upload before it asks anybody, so a limit on it would come too late.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import unquote

from fastapi import Request
from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header

from shared.http.problems import FieldError, InvalidRequest
from shared.ids import uuid7
from shared.tabular.problems import TableTooLarge

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

_MAX_FIELD_BYTES = 64 * 1024
_MAX_NAME = 200


class NotAFileUpload(InvalidRequest):
    slug, title = "not-a-file-upload", "没有收到文件"


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """A file on disk, with the other fields of its form. `name` is what the sender calls it, and only for showing."""

    path: Path
    name: str
    size: int
    sha256: bytes
    fields: Mapping[str, str]


@asynccontextmanager
async def received_file(request: Request, folder: Path, *, max_bytes: int) -> AsyncIterator[ReceivedFile]:
    """The file of a `multipart/form-data` request, in `folder` until the block ends; move it away to keep it.

    Raises `TableTooLarge` as soon as more than `max_bytes` have come, `NotAFileUpload` when the form has no file.
    """
    media_type, options = parse_options_header(request.headers.get("Content-Type"))
    boundary = options.get(b"boundary")
    if media_type != b"multipart/form-data" or not boundary:
        raise NotAFileUpload("请用 multipart/form-data 上传，文件放在 file 这一项")
    if int(request.headers.get("Content-Length") or 0) > max_bytes + 10 * _MAX_FIELD_BYTES:
        raise _too_large(max_bytes)
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    path = folder / f"{uuid7()}.part"
    try:
        with path.open("wb") as target:
            form = _Form(target, max_bytes)
            parser = MultipartParser(boundary, form.callbacks())
            try:
                async for block in request.stream():
                    parser.write(block)
                parser.finalize()
            except FormParserError:
                raise NotAFileUpload("表单内容不完整，请重新上传") from None
        if not form.has_file:
            raise NotAFileUpload(
                "表单里没有文件", errors=[FieldError(pointer="/file", message="请选择要上传的文件", code="missing")]
            )
        yield ReceivedFile(path, form.file_name, form.size, form.digest.digest(), form.fields)
    finally:
        path.unlink(missing_ok=True)


@dataclass
class _Form:
    """What the parser has found so far."""

    target: BinaryIO
    max_bytes: int
    has_file: bool = False
    file_name: str = ""
    size: int = 0
    fields: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.digest = hashlib.sha256()
        self._header: list[bytes] = [b"", b""]
        self._name: str | None = None
        self._in_file = False
        self._value = bytearray()

    def callbacks(self) -> "MultipartCallbacks":
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._header_field,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_part_data": self._data,
            "on_part_end": self._end,
        }

    def _begin(self) -> None:
        self._name, self._in_file, self._value = None, False, bytearray()

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._header[0] += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._header[1] += data[start:end]

    def _header_end(self) -> None:
        name, value = self._header
        self._header = [b"", b""]
        if name.lower() != b"content-disposition":
            return
        _, options = parse_options_header(value)
        self._name = options.get(b"name", b"").decode(errors="replace")
        file_name = options.get(b"filename")
        if self._name == "file" and file_name is not None and not self.has_file:
            self._in_file = self.has_file = True
            self.file_name = (
                unquote(file_name.decode(errors="replace")).replace("\\", "/").rpartition("/")[2][:_MAX_NAME]
            )

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._in_file:
            self.size += end - start
            if self.size > self.max_bytes:
                raise _too_large(self.max_bytes)
            part = memoryview(data)[start:end]
            self.digest.update(part)
            self.target.write(part)
        else:
            self._value += data[start:end]
            if len(self._value) > _MAX_FIELD_BYTES:
                raise NotAFileUpload(f"表单的「{self._name}」过长")

    def _end(self) -> None:
        if self._name and not self._in_file:
            self.fields[self._name] = self._value.decode(errors="replace")


def _too_large(max_bytes: int) -> TableTooLarge:
    return TableTooLarge(f"文件超过 {max_bytes // 1024 // 1024} MB，请分成几份再传")
