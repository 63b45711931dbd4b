"""How a file was understood, for the person who sent it to check before anything is taken in."""

from typing import Any

from pydantic import Field

from shared.contracts.codes import FileFormat
from shared.contracts.schema import Schema
from shared.tabular.cells import storable
from shared.tabular.headers import HeaderMapping
from shared.tabular.tables import Table

_ROWS = 5


class MappedHeader(Schema):
    field: str = Field(examples=["printed_item"])
    label: str = Field(examples=["检测项目"])
    header: str = Field(description="文件中的表头", examples=["检测项目名称"])
    column: int = Field(description="第几列，从 1 数起", examples=[5])
    unit: str | None = Field(description="表头括号里的单位", examples=[None])


class MappingPreview(Schema):
    """How the file was read: format, header, which column is which field, and the first rows."""

    format: FileFormat
    encoding: str | None = Field(examples=["gb18030"])
    sheet: str | None
    header_row: int = Field(examples=[1])
    mapped: list[MappedHeader]
    missing: list[str] = Field(description="缺少的必填列", examples=[[]])
    unused: list[str] = Field(description="没有用到的列", examples=[["照片"]])
    first_rows: list[list[str]]


def preview_of(table: Table, mapping: HeaderMapping) -> dict[str, Any]:
    """The preview as an upload stores it, with the whole `header` beside it for the file of rejected rows. Blocking."""
    chunk = next(table.chunks(_ROWS), None)
    headers = [
        MappedHeader(
            field=found.column.name,
            label=found.column.label,
            header=storable(found.header),
            column=found.position + 1,
            unit=found.unit,
        )
        for found in mapping.mapped
    ]
    preview = MappingPreview(
        format=table.format,
        encoding=table.encoding,
        sheet=table.sheet,
        header_row=table.header_row,
        mapped=headers,
        missing=[error.column or "" for error in mapping.errors if error.code == "missing"],
        unused=list(map(storable, mapping.unused)),
        first_rows=[list(map(storable, row)) for row in chunk.rows] if chunk else [],
    )
    return preview.model_dump(mode="json") | {"header": list(map(storable, table.header))}
