"""Tables as CSV files that a spreadsheet opens as text: UTF-8 with a mark, no cell that runs as a formula."""

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from urllib.parse import quote

from starlette.responses import Response

from shared.tabular.inert import make_inert


def inert(cell: object) -> str:
    """The cell as text that no spreadsheet runs. Numbers stay numbers."""
    text = "" if cell is None else str(cell)
    return text if isinstance(cell, Decimal | int) else make_inert(text)


def download(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """The file as an answer to save under `name`."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(header)
    writer.writerows([inert(cell) for cell in row] for row in rows)
    return Response(
        "\ufeff" + buffer.getvalue(),
        media_type="text/csv; charset=utf-8",
        headers={
            "content-disposition": f"attachment; filename*=UTF-8''{quote(name)}",
            "cache-control": "private, no-cache",
        },
    )
