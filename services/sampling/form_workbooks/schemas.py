"""What callers send and get about workbooks of forms."""

from uuid import UUID

from pydantic import Field

from shared.contracts.codes import RowOutcome
from shared.contracts.regions import RegionCode
from shared.contracts.schema import Schema
from shared.http.problems import FieldError
from shared.uploads.schemas import TableForm, TableUploadRead


class FormUploadForm(TableForm):
    """The fields beside the file."""

    region_code: RegionCode = Field(description="这些抽样单属于哪个县（市、区）")


class FormUploadRead(TableUploadRead):
    """A workbook of forms: how far it is, what became of its rows."""

    region_code: str = Field(examples=["330203000000"])
    accepted: int = Field(examples=[118])
    duplicate: int = Field(description="平台已有、内容相同的", examples=[0])
    rejected: int = Field(examples=[2])


class FormRowRead(Schema):
    """What became of one row of a workbook."""

    row_number: int = Field(examples=[17])
    outcome: RowOutcome
    sample_id: UUID | None
    errors: list[FieldError]
