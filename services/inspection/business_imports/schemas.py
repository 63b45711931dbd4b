"""What the routes of bulk imports give."""

from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict, Field

from shared.contracts.codes import FileFormat, RowOutcome
from shared.contracts.inspection import ImportState
from shared.contracts.schema import Schema
from shared.http.problems import FieldError


class BusinessImportRead(Schema):
    """An uploaded file and how far it has come."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1b",
                    "file_name": "主体名录（演示）.csv",
                    "format": "csv",
                    "size": 182340,
                    "dry_run": False,
                    "state": "finished",
                    "job_id": "0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1c",
                    "rows_done": 1000,
                    "accepted": 980,
                    "duplicate": 10,
                    "suspected_duplicate": 2,
                    "rejected": 8,
                    "error": None,
                    "uploaded_at": "2026-07-24T09:30:00+08:00",
                    "finished_at": "2026-07-24T09:30:02+08:00",
                }
            ]
        }
    )

    id: UUID
    file_name: str
    format: FileFormat | None = Field(description="读出的格式；尚未读为 null")
    size: int = Field(description="字节数")
    dry_run: bool = Field(description="试算：逐行答复，什么都不录入")
    state: ImportState
    job_id: UUID | None = Field(description="后台任务，进度见 /v1/jobs/{id}")
    rows_done: int = Field(description="已答复的行数")
    accepted: int
    duplicate: int
    suspected_duplicate: int
    rejected: int
    error: str | None = Field(description="整份文件读不出来时的原因")
    uploaded_at: datetime
    finished_at: datetime | None


class BusinessImportRowRead(Schema):
    """A line that was not simply taken in, and why."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "row_number": 12,
                    "outcome": "rejected",
                    "business_id": None,
                    "reasons": [
                        {
                            "pointer": "/uscc",
                            "message": "统一社会信用代码应为 18 位，这里有 17 位",
                            "code": "cell",
                            "row": 12,
                            "column": "信用代码",
                        }
                    ],
                }
            ]
        }
    )

    row_number: int = Field(description="文件中的行号，从 1 数起，含表头")
    outcome: RowOutcome
    business_id: UUID | None = Field(description="重复或疑似重复的那个主体；试算中与同一文件前面的行重复时为 null")
    reasons: list[FieldError]
