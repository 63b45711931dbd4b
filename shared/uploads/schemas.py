"""What senders say beside a file, and what they are told of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import Field, Json, ValidationError

from shared.contracts.schema import Schema
from shared.contracts.uploads import UploadState
from shared.http.problems import FieldError, invalid_request
from shared.tabular.preview import MappingPreview


class FileForm(Schema):
    """The fields beside a file. An empty field of an HTML form is a field that was not filled in."""

    dry_run: bool = Field(default=False, description="只检查，不收下")

    @classmethod
    def read(cls, fields: Mapping[str, str]) -> Self:
        """Raises the problem that names each wrong field."""
        try:
            return cls.model_validate({name: text for name, text in fields.items() if text.strip()})
        except ValidationError as error:
            raise invalid_request([{**fault, "loc": ("body", *fault["loc"])} for fault in error.errors()]) from None

    @classmethod
    def request_body(cls, file: str, example: Mapping[str, str | bool]) -> dict[str, Any]:
        """The form as a route's `openapi_extra`; `file` says what files are taken."""
        own = cls.model_json_schema()
        schema = {
            "type": "object",
            "required": ["file", *own.get("required", ())],
            "properties": {"file": {"type": "string", "format": "binary", "description": file}, **own["properties"]},
        }
        content = {"multipart/form-data": {"schema": schema, "example": dict(example)}}
        return {"requestBody": {"required": True, "content": content}}


class TableForm(FileForm):
    """The fields beside a file of one table."""

    sheet: str | None = Field(default=None, max_length=100, description="工作表名")
    mapping: Json[dict[str, str | int | None]] = Field(
        default_factory=dict, description="字段名到表头（或从 1 数起的列号）的对照，JSON"
    )


class UploadProblem(Schema):
    """Why a file as a whole could not be taken in."""

    type: str = Field(examples=["/problems/table-header-unclear"])
    title: str
    detail: str | None
    errors: list[FieldError]


class TableUploadRead(Schema):
    """A file of one table: how it was read and how far it is."""

    id: UUID
    file_name: str = Field(examples=["七月.csv"])
    file_size: int = Field(examples=[20480])
    dry_run: bool
    state: UploadState
    job_id: UUID | None = Field(description="后台任务：/v1/jobs/{id}")
    created_at: datetime
    finished_at: datetime | None
    preview: MappingPreview | None = Field(description="读表头之前为 null")
    rows_expected: int | None = Field(description="数据行数的上限，用来显示进度", examples=[1200])
    rows_done: int = Field(examples=[1200])
    problem: UploadProblem | None
