"""What callers get about files of inspection results."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import ConfigDict, Field

from shared.contracts.codes import FileFormat, RowOutcome
from shared.contracts.schema import Schema
from shared.contracts.uploads import UploadState
from shared.http.problems import FieldError
from shared.uploads.schemas import FileForm


class MappedColumn(Schema):
    """A column that was found, as the file writes its header."""

    field: str
    label: str
    header: str
    sheet: str | None
    column: int = Field(description="列号，从 1 数起")


class WorkbookPreview(Schema):
    """How the file is read."""

    format: FileFormat
    encoding: str | None
    item_sheet: str | None = Field(description="检验项目所在的表")
    report_sheet: str | None = Field(description="报告主信息所在的表；与项目在同一张表时为 null")
    header_row: int
    mapped: list[MappedColumn]
    unused: list[str] = Field(description="没有用到的列")


class ResultUploadForm(FileForm):
    """The fields beside the file."""

    report_date: date | None = Field(default=None, description="表中没有报告日期时以此为准")


class ResultUploadRead(Schema):
    """A file of results and what has become of it so far. Samples are taken in or refused whole."""

    id: UUID
    version: int
    file_name: str
    file_size: int
    dry_run: bool
    report_date: date | None
    state: UploadState
    job_id: UUID | None
    preview: WorkbookPreview | None
    problem: dict[str, Any] | None
    rows_expected: int | None
    rows_done: int
    reports_accepted: int = Field(description="收下的报告（样品）数")
    reports_duplicate: int = Field(description="已收下、内容相同的报告数")
    reports_rejected: int = Field(description="整份退回的样品数")
    items: int = Field(description="收下的检验项目数")
    in_doubt: int = Field(description="收下的报告中有待复核之处的")
    created_at: datetime
    finished_at: datetime | None

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1b",
                    "version": 3,
                    "file_name": "七月检验结果.xlsx",
                    "file_size": 482311,
                    "dry_run": False,
                    "report_date": None,
                    "state": "done",
                    "job_id": "0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1c",
                    "preview": None,
                    "problem": None,
                    "rows_expected": 2000,
                    "rows_done": 2000,
                    "reports_accepted": 98,
                    "reports_duplicate": 0,
                    "reports_rejected": 2,
                    "items": 1960,
                    "in_doubt": 5,
                    "created_at": "2026-07-24T09:30:00+08:00",
                    "finished_at": "2026-07-24T09:30:04+08:00",
                }
            ]
        }
    )


class ResultUploadRowRead(Schema):
    """A row that was not simply taken in, with its place and reasons."""

    sheet: str
    row_number: int
    sample: str = Field(description="所属样品：上传时所用的抽样单编号或盲样编码")
    outcome: RowOutcome
    report_id: UUID | None = Field(description="内容相同的，已收下的报告")
    errors: list[FieldError]
