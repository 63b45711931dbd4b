"""Exports as they cross the boundary."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import ConfigDict, Field

from shared.contracts.schema import Schema
from shared.exports.definition import MOST_ROWS, FilterKind
from shared.jobs.models import JobState


class ExportFormat(StrEnum):
    """In what form the file is written."""

    CSV = "csv"
    CSV_GBK = "csv-gbk"
    XLSX = "xlsx"
    NDJSON = "ndjson"

    @property
    def label(self) -> str:
        return {
            "csv": "CSV（UTF-8）",
            "csv-gbk": "CSV（GBK，旧版表格软件用）",
            "xlsx": "Excel（XLSX）",
            "ndjson": "NDJSON（给程序用）",
        }[self]

    @property
    def suffix(self) -> str:
        return "csv" if self is ExportFormat.CSV_GBK else self.value


class ColumnRead(Schema):
    """A column, and what it means."""

    name: str = Field(examples=["region_code"])
    label: str = Field(examples=["区划"])
    description: str = Field(examples=["12 位区划代码"])


class FilterRead(Schema):
    """A filter of the list."""

    name: str = Field(examples=["region"])
    label: str = Field(examples=["区划代码，含其下级"])
    kind: FilterKind
    choices: dict[str, str] = Field(description="可选的值及其含义", examples=[{}])


class ExportKindRead(Schema):
    """A list that can be exported."""

    kind: str = Field(examples=["businesses"])
    name: str = Field(examples=["主体"])
    columns: list[ColumnRead]
    filters: list[FilterRead]
    most_rows: int = Field(default=MOST_ROWS, description="一个文件最多多少行；超过的请缩小范围分次导出")


class ExportCreate(Schema):
    """Order a file of a list."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"kind": "businesses", "format": "xlsx", "filters": {"region": "330203000000"}}]
        }
    )

    kind: str = Field(max_length=60, description="见 GET /v1/export-kinds", examples=["businesses"])
    format: ExportFormat = ExportFormat.CSV
    filters: dict[str, Any] = Field(
        default_factory=dict, description="与列表的查询参数相同", examples=[{"region": "330203000000"}]
    )


class ExportRead(Schema):
    """An export: where it stands, and what the file is."""

    id: UUID
    kind: str = Field(examples=["businesses"])
    name: str = Field(examples=["主体"])
    format: ExportFormat
    filters: dict[str, Any] = Field(examples=[{"region": "330203000000"}])
    job_id: UUID | None = Field(description="进度与取消：/v1/jobs/{job_id}")
    state: JobState
    done: int = Field(description="已写多少行")
    error: str | None = Field(description="没有完成的原因")
    created_at: datetime
    as_of: datetime | None = Field(description="数据截至：全部行读自这一刻的同一份快照")
    rows: int | None = Field(description="行数，不含表头")
    bytes: int | None
    sha256: str | None = Field(
        description="文件的 SHA-256", examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"]
    )
    expires_at: datetime | None = Field(description="文件保存到何时")
    deleted_at: datetime | None
    columns: list[ColumnRead]
