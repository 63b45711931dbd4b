"""What the routes of cells take and give."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from services.inspection.grid.cells.codes import GridLevel
from services.inspection.grid.cells.rules import CELL_CODE
from shared.contracts.inspection import BusinessKind
from shared.contracts.regions import RegionCode
from shared.contracts.schema import Schema
from shared.contracts.words import Words

CellCode = Annotated[
    str, Field(pattern=CELL_CODE, description="网格代码：区划代码，自设的加序号", examples=["330203001001-01"])
]


class CellCreate(Schema):
    """A new own cell."""

    region_code: RegionCode = Field(description="设在哪个区划之下", examples=["330203001001"])
    level: GridLevel = Field(description="town 镇街级，village 村级（如市场、园区专属网格），cell 微网格")
    name: Words = Field(min_length=2, max_length=60, examples=["澄浪社区第一微网格（演示）"])
    valid_from: date
    source: Words = Field(min_length=2, max_length=300, description="依据", examples=["街道网格划分方案（演示）"])


class CellClosure(Schema):
    on: date = Field(description="自这一天起不再是网格")
    reason: Words = Field(min_length=2, max_length=500, examples=["网格合并（演示）"])


class PlacementCreate(Schema):
    """A business is put into an own cell by hand."""

    business_id: UUID
    since: date
    reason: Words = Field(min_length=2, max_length=300, examples=["店面在市场专属网格内（演示）"])


class PlacementEnd(Schema):
    on: date = Field(description="自这一天起不在该网格")
    reason: Words = Field(min_length=2, max_length=300, examples=["搬离（演示）"])


class CellRead(Schema):
    """A cell: a region of the division tree, or an own one."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "code": "330203001001-01",
                    "name": "澄浪社区第一微网格（演示）",
                    "level": "cell",
                    "region_code": "330203001001",
                    "own": True,
                    "valid_from": "2026-01-01",
                    "valid_to": None,
                    "version": 1,
                }
            ]
        }
    )

    code: str
    name: str
    level: GridLevel
    region_code: str
    own: bool = Field(description="自设网格；false 为区划本身")
    valid_from: date | None
    valid_to: date | None = Field(description="自这一天起不再是网格")
    version: int


class PlacementRead(Schema):
    id: UUID
    business_id: UUID
    cell_code: str = Field(examples=["330203001001-01"])
    level: GridLevel
    since: date
    until: date | None
    reason: str = Field(examples=["店面在市场专属网格内（演示）"])
    ending_reason: str = Field(examples=[""])


class BusinessInCell(Schema):
    id: UUID
    name: str = Field(examples=["演示食品店（虚构）"])
    kind: BusinessKind
    region_code: str
    address: str = Field(examples=["演示路 1 号"])


class CellOfBusiness(Schema):
    """The cell of one level; null where the business lies in none, which is listed, not hidden."""

    level: GridLevel
    cell_code: str | None
    by_hand: bool = Field(description="人工归入；false 为按登记的区划")


class CellsOfBusiness(Schema):
    business_id: UUID
    on: date
    cells: list[CellOfBusiness]
    history: list[PlacementRead]
