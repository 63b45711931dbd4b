"""What callers send and get about workbooks of forms."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from pydantic import Field, Json, ValidationError

from services.sampling.rapid_tests.rules import UploadState
from services.sampling.rapid_tests.schemas import UploadProblem
from shared.contracts.codes import RowOutcome
from shared.contracts.regions import RegionCode
from shared.contracts.schema import Schema
from shared.http.problems import FieldError, invalid_request
from shared.tabular.preview import MappingPreview


class FormUploadForm(Schema):
    """The fields beside the file. An empty field of an HTML form is a field that was not filled in."""

    region_code: RegionCode = Field(description="这些抽样单属于哪个县（市、区）")
    dry_run: bool = Field(default=False, description="只检查，不收下")
    sheet: str | None = Field(default=None, max_length=100, description="工作表名")
    mapping: Json[dict[str, str | int | None]] = Field(
        default_factory=dict, description="字段名到表头（或从 1 数起的列号）的对照，JSON"
    )

    @classmethod
    def read(cls, fields: Mapping[str, str]) -> "FormUploadForm":
        """Raises the problem that names each wrong field."""
        try:
            return cls.model_validate({name: text for name, text in fields.items() if text.strip()})
        except ValidationError as error:
            raise invalid_request([{**fault, "loc": ("body", *fault["loc"])} for fault in error.errors()]) from None


class FormUploadRead(Schema):
    """A workbook of forms: how far it is, what became of its rows."""

    id: UUID
    region_code: str = Field(examples=["330203000000"])
    file_name: str = Field(examples=["抽样单.xlsx"])
    file_size: int = Field(examples=[20480])
    dry_run: bool
    state: UploadState
    job_id: UUID | None = Field(description="后台任务：/v1/jobs/{id}")
    created_at: datetime
    finished_at: datetime | None
    preview: MappingPreview | None = Field(description="读表头之前为 null")
    rows_expected: int | None = Field(description="数据行数的上限，用来显示进度", examples=[120])
    rows_done: int = Field(examples=[120])
    accepted: int = Field(examples=[118])
    duplicate: int = Field(description="平台已有、内容相同的", examples=[0])
    rejected: int = Field(examples=[2])
    problem: UploadProblem | None


class FormRowRead(Schema):
    """What became of one row of a workbook."""

    row_number: int = Field(examples=[17])
    outcome: RowOutcome
    sample_id: UUID | None
    errors: list[FieldError]
