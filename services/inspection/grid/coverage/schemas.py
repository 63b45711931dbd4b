"""What the routes of coverage give."""

from datetime import date

from pydantic import Field

from services.inspection.grid.cells.codes import GridLevel
from shared.contracts.schema import Schema


class CoverageRead(Schema):
    """How many places of a level have a responsible officer on a day."""

    region_code: str
    level: GridLevel
    on: date
    places: int = Field(examples=[280])
    covered: int = Field(examples=[279])
    uncovered: int = Field(description="无责任人，逐个列在 /v1/grid-gaps/places", examples=[1])


class UncoveredPlace(Schema):
    code: str = Field(examples=["330203001001"])
    name: str = Field(examples=["澄浪社区"])
    region_code: str
    uncovered_since: date | None = Field(description="自何日起没有责任人；null 为从未有过")
