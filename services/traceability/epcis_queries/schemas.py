"""Named queries as they come in."""

from typing import Annotated, Any

from pydantic import Field

from shared.contracts.schema import Schema

Name = Annotated[
    str,
    Field(
        min_length=1,
        max_length=200,
        pattern=r"^[^/?#\s\x00-\x1f\x7f]+$",
        description="查询的名字，本单位内不重复，不含空白、/、? 和 #",
        examples=["dailyShipments"],
    ),
]


class QueryCreate(Schema):
    """A query to be kept (EPCIS 2.0 §12.8: `POST /queries`)."""

    name: Name
    query: dict[str, Any] = Field(
        description="查询参数 → 值", examples=[{"eventType": ["ObjectEvent"], "EQ_bizStep": ["shipping", "receiving"]}]
    )
