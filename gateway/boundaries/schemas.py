"""What callers send and get about boundary files."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from shared.contracts.schema import Schema
from shared.contracts.words import Words

EXAMPLE = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"code": "330203001000"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[121.5, 29.8], [121.6, 29.8], [121.6, 29.9], [121.5, 29.8]]],
            },
        }
    ],
}


class BoundaryCreate(Schema):
    source: Annotated[Words, Field(min_length=2, max_length=200)] = Field(
        description="边界从哪里来，谁有权给", examples=["演示形状，不是真实边界（虚构）"]
    )
    approval: Annotated[Words, Field(min_length=2, max_length=100)] = Field(
        description="审图号；没有的写明在什么范围内使用", examples=["内部使用，不公开（演示）"]
    )
    boundary: dict[str, Any] = Field(
        description="GeoJSON 的 FeatureCollection，一个直接下级一项，properties.code 为区划代码", examples=[EXAMPLE]
    )


class BoundaryRead(Schema):
    id: UUID
    region_code: str
    source: str
    approval: str
    recorded_at: datetime
    outlines: dict[str, list[list[list[float]]]] = Field(
        description="区划代码 → 各圈边界 [经度, 纬度]", examples=[{"330203001000": [[[121.5, 29.8], [121.6, 29.8]]]}]
    )
    missing: list[str] = Field(description="文件里没有的直接下级", examples=[["330203002000"]])
