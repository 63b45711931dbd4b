"""What the dashboard of several deployments answers: who told, and what may be added up."""

from datetime import datetime

from pydantic import Field

from gateway.dashboards.schemas import RankedChild, SectionStatus
from shared.contracts.codes import Unit
from shared.contracts.figures import FigureDefinition, FigureState, Number
from shared.contracts.schema import Schema


class MemberSection(Schema):
    """What one service of a deployment told. `note` says in Chinese what is missing."""

    service: Unit
    title: str = Field(examples=["抽检快检"])
    status: SectionStatus
    as_of: datetime | None = Field(description="数据截至；一直没有取到则为空")
    note: str = Field(examples=[""])


class Member(Schema):
    """One deployment. `note` says in Chinese what it did not tell, and is empty when it told all."""

    region_code: str = Field(examples=["330203000000"])
    region_name: str = Field(examples=["海曙区"])
    pages: str = Field(description="它自己的网页的地址", examples=["https://shian.haishu.example"])
    status: SectionStatus
    as_of: datetime | None = Field(description="数据截至，各部分中最早的；一直没有取到则为空")
    note: str = Field(examples=[""])
    sections: list[MemberSection] = Field(description="它的各部分；一直没有取到则为空")


class Total(Schema):
    """The sum over the members that told a number: never an average of rates, always from numerators and
    denominators. `covers` names whose it is; `value` is null where nothing may be added.
    """

    state: FigureState
    value: Number | None = Field(examples=["412"])
    numerator: Number | None = Field(examples=["412"])
    denominator: Number | None = Field(examples=[None])
    low: Number | None = Field(description="率的 95% 置信区间下限（Wilson）", examples=[None])
    high: Number | None = Field(description="率的 95% 置信区间上限", examples=[None])
    covers: list[str] = Field(description="加进来的是哪些区划", examples=[["330203000000"]])
    note: str = Field(description="没有加进来的是谁、为什么；不能相加的是什么缘故", examples=["不含：鄞州区"])


class FederatedFigure(Schema):
    """A figure of each member under its own definition, ranked only where all mean the same."""

    definition: FigureDefinition
    total: Total
    members: list[RankedChild]


class FederatedDashboard(Schema):
    """The figures of several deployments, each read from its own gateway."""

    period: str = Field(examples=["2026-07"])
    members: list[Member]
    figures: list[FederatedFigure]
