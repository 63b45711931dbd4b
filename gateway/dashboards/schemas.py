"""What a dashboard answers: sections by service, each with its own state."""

from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any

from pydantic import ConfigDict, Field

from shared.contracts.codes import Unit
from shared.contracts.figures import FigureDefinition, FigureValue, Number, RegisteredFigureRead
from shared.contracts.schema import Schema

EXAMPLE: dict[str, Any] = {
    "region_code": "330203000000",
    "region_name": "海曙区",
    "period": "2026-07",
    "previous_period": "2026-06",
    "as_known_at": None,
    "not_rewound": [],
    "sections": [
        {
            "service": "sampling",
            "title": "抽检快检",
            "status": "ok",
            "as_of": "2026-07-24T02:32:00Z",
            "note": "",
            "figures": [
                {
                    "definition": {
                        "code": "sampling.rapid_tests",
                        "name": "快检批次",
                        "kind": "flow",
                        "unit": "批次",
                        "numerator": "当期检测的快检记录数",
                        "denominator": None,
                        "higher_is_better": None,
                        "decimals": 0,
                        "version": 1,
                        "note": "仪器异常与待判定的记录计入批次",
                    },
                    "figure": {
                        "code": "sampling.rapid_tests",
                        "definition_version": 1,
                        "region_code": "330203000000",
                        "period": "2026-07",
                        "state": "value",
                        "value": "412",
                        "numerator": "412",
                        "denominator": None,
                        "low": None,
                        "high": None,
                        "as_of": "2026-07-24T02:32:00Z",
                        "rows": "/api/sampling/v1/figures/sampling.rapid_tests/rows?region=330203000000&period=2026-07",
                    },
                    "previous_value": "398",
                    "children": [],
                }
            ],
        },
        {
            "service": "traceability",
            "title": "追溯",
            "status": "unavailable",
            "as_of": None,
            "note": "追溯服务暂不可用，稍后刷新再看",
            "figures": [],
        },
    ],
}


class SectionStatus(StrEnum):
    """How much of a section is there."""

    OK = "ok"
    PARTIAL = "partial"
    STALE = "stale"
    UNAVAILABLE = "unavailable"

    @property
    def label(self) -> str:
        return {"ok": "数据完整", "partial": "数据不全", "stale": "显示较早的数据", "unavailable": "服务暂不可用"}[self]


class RankedChild(Schema):
    """A region directly below, with its figure and its place; equal values share a place (1, 2, 2, 4)."""

    region_code: str
    region_name: str
    rank: int | None = Field(description="名次；没有数值的不排名次")
    figure: FigureValue


class DashboardFigure(Schema):
    """A figure of the region, the same figure one period earlier, and the ranked children."""

    definition: FigureDefinition
    figure: FigureValue
    previous_value: Number | None = Field(description="上一期间的数值；没有则为空")
    children: list[RankedChild]


class Section(Schema):
    """The part of one service. `note` says in Chinese what is missing, and is empty when nothing is."""

    service: Unit
    title: str
    status: SectionStatus
    as_of: datetime | None = Field(description="数据截至；一直没有取到则为空")
    note: str
    figures: list[DashboardFigure]


class Dashboard(Schema):
    """The figures of a region and of the regions directly below it, composed from the four services."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    region_code: str
    region_name: str = Field(description="区划名称；没有一个服务给出则为代码")
    period: str
    previous_period: str
    as_known_at: datetime | None = Field(description="回看到何时：按当时已知的记录重算；为空即现在")
    not_rewound: list[str] = Field(description="回看时哪些仍按现在的；不回看则为空")
    sections: list[Section]

    @cached_property
    def body(self) -> bytes:
        """As it is sent: made once for all who share it."""
        return self.model_dump_json().encode()


class Trend(Schema):
    """One figure of a region over periods in a row, the oldest first."""

    region_code: str = Field(examples=["330203000000"])
    definition: FigureDefinition
    points: list[FigureValue]


class ComparedFigure(Schema):
    """A figure in each of the compared regions, ranked among them; ties share a place, no value has none."""

    definition: FigureDefinition
    places: list[RankedChild]


class ComparedSection(Schema):
    """What one service tells of the compared regions. `note` says in Chinese which region it did not tell of."""

    service: Unit
    title: str
    status: SectionStatus
    note: str
    figures: list[ComparedFigure]


class ComparedRegion(Schema):
    region_code: str = Field(examples=["330203001000"])
    region_name: str = Field(examples=["南门街道"])


class Comparison(Schema):
    """Chosen regions side by side, in the order asked for."""

    period: str = Field(examples=["2026-07"])
    regions: list[ComparedRegion]
    sections: list[ComparedSection]


class RegisteredSection(Schema):
    """What one unit keeps of stated values. `note` says in Chinese what is missing, and is empty when nothing is."""

    service: Unit
    title: str = Field(examples=["抽检快检"])
    status: SectionStatus
    note: str = Field(examples=[""])
    figures: list[RegisteredFigureRead]


class RegisteredFigures(Schema):
    """Values that documents state about a region. The platform has not computed them and ranks nobody by them."""

    region_code: str = Field(examples=["330203000000"])
    region_name: str = Field(examples=["海曙区"])
    sections: list[RegisteredSection]
