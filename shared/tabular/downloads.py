"""Rejected rows as an answer: the file that is corrected and sent again."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fastapi import Response

from shared.contracts.codes import FileFormat
from shared.tabular.rejected import RejectedRow, rejected_csv, write_rejected_xlsx
from shared.tabular.writing import XLSX

REJECTED_FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            "text/csv": {"example": "摊位号,样品名称,行号,原因\r\nA-12,,17,样品名称：必填，不能为空\r\n"},
            XLSX: {"schema": {"type": "string", "format": "binary"}},
        }
    }
}
"""The answer of such a route, for its `responses`."""


async def rejected_file(
    header: Sequence[str], rows: Sequence[RejectedRow], upload_id: Any, file_format: FileFormat
) -> Response:
    """The rejected rows of an upload in the format asked for."""
    name = f"rejected-rows-{upload_id}.{file_format.value}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    if file_format is FileFormat.CSV:
        content = b"".join(rejected_csv(header, rows))
        return Response(content, media_type="text/csv; charset=utf-8", headers=headers)
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        await asyncio.to_thread(write_rejected_xlsx, path, header, rows)
        return Response(await asyncio.to_thread(path.read_bytes), media_type=XLSX, headers=headers)
