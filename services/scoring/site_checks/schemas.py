"""What callers send and get about site checks."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, Field, model_validator

from services.scoring.site_checks.content import (
    Aggregate,
    FrameUnit,
    FromRegister,
    SiteForm,
    VisitContent,
    VisitKind,
    each_once,
)
from shared.contracts.schema import Schema
from shared.dated_rules.schemas import DatedRuleCreate, DatedRuleRead

_FORM = {
    "code": "school-gate",
    "label": "中小学校周边（演示）",
    "open": 2,
    "hidden": 1,
    "items": [
        {"code": "39-1", "clause": "S11", "text": "开展食品安全宣传周活动", "kind": "all_or_nothing", "points": "3"},
        {
            "code": "65-1",
            "clause": "S20",
            "text": "校园周边 200 米内的经营者规范经营",
            "kind": "per_finding",
            "points": "3",
            "each": "0.5",
        },
    ],
}


class SiteTownRuleCreate(DatedRuleCreate):
    kind: VisitKind = Field(examples=["open"])
    numerator: Annotated[int, Field(ge=0, le=1000, description="占全部乡镇（街道）的几分之几：分子", examples=[2])]
    denominator: Annotated[int, Field(ge=1, le=1000, description="分母", examples=[3])]
    at_least: Annotated[int, Field(ge=0, le=1000, description="至少几个", examples=[0])]

    @model_validator(mode="after")
    def _a_share(self) -> "SiteTownRuleCreate":
        if self.numerator > self.denominator:
            raise ValueError(f"占比不能大于 1，现为 {self.numerator}/{self.denominator}")
        return self


class SiteTownRuleRead(DatedRuleRead):
    kind: VisitKind
    numerator: int
    denominator: int
    at_least: int


class SitePlanCreate(Schema):
    """What is drawn from. The towns are those of the division tree: none can be left out. The units are posted, or all
    of some kinds that the business register has, or both.
    """

    forms: Annotated[tuple[SiteForm, ...], Field(min_length=1, max_length=60, examples=[[_FORM]])]
    aggregate: Aggregate = Field(examples=[{"how": "mean"}])
    units: Annotated[
        tuple[FrameUnit, ...],
        Field(
            max_length=20_000,
            description="可抽的单位全部列出；取自一户一档的不写",
            examples=[
                [
                    {
                        "code": "SCH-1",
                        "name": "演示小学（虚构）",
                        "town": "330203001000",
                        "form": "school-gate",
                    }
                ]
            ],
        ),
    ] = ()
    from_register: Annotated[
        tuple[FromRegister, ...],
        Field(
            max_length=60,
            description="取自一户一档：这些业态在营的全部",
            examples=[[{"form": "school-gate", "kinds": ["small_catering", "stall"]}]],
        ),
    ] = ()

    @model_validator(mode="after")
    def _each_once(self) -> "SitePlanCreate":
        if not self.units and not self.from_register:
            raise ValueError("写 units（列出单位），或写 from_register（取自一户一档的业态）")
        each_once("业态", (kind.value for one in self.from_register for kind in one.kinds))
        each_once("检查表", (form.code for form in self.forms))
        each_once("单位", (unit.code for unit in self.units))
        return self


class SiteVisitRead(Schema):
    """A drawn site. `points` are null while nobody has been there, where it could not be checked, and for whom it is
    not to know yet.
    """

    id: UUID
    number: int
    kind: VisitKind
    form: str
    town_code: str
    town_name: str
    unit_code: str
    unit_name: str
    scored: bool | None = Field(description="是否已有结果；null 为现在不公开")
    points: Decimal | None
    maximum: Decimal | None


class ShortRead(Schema):
    kind: VisitKind
    form: str
    wanted: int
    drawn: int


class FormResult(Schema):
    """What the visited sites of a form come to. `rate` null: none has points yet."""

    form: str
    label: str
    sites: int
    rate: Decimal | None


class ClauseResult(Schema):
    clause: str
    sites: int
    rate: Decimal


class SiteResults(Schema):
    how: str
    forms: list[FormResult]
    clauses: list[ClauseResult]


class SitePlanRead(Schema):
    """The draw. What would tell the examined where somebody comes unannounced is null for them until it is over."""

    id: UUID
    evaluation_id: UUID
    algorithm: str
    frame_sha256: str
    frame: dict[str, Any] | None
    seed: str | None
    towns: dict[VisitKind, list[str]]
    short: list[ShortRead]
    forms: list[SiteForm]
    aggregate: Aggregate
    drawn_at: datetime
    drawn_by_name: str
    closed_at: datetime | None
    complete: bool = Field(description="列出了全部点位；false 为暗访尚未公开")
    visits: list[SiteVisitRead]
    results: SiteResults | None
    version: int


class SiteVerification(Schema):
    """The draw reckoned anew from its own seed and frame."""

    agrees: bool
    algorithm: str
    seed: str
    frame_sha256: str


class SiteScoringPut(Schema):
    """What a device sends. `replaces` names the result that it puts right; null for the first."""

    content: VisitContent = Field(examples=[{"marks": {"39-1": {"met": True}, "65-1": {"findings": 2}}}])
    visited_at: AwareDatetime = Field(examples=["2026-10-20T09:30:00+08:00"])
    replaces: UUID | None = None


class SiteScoringRead(Schema):
    id: UUID
    visit_id: UUID
    replaces: UUID | None
    content: VisitContent
    sha256: str = Field(description="内容的指纹：同一编号再发，指纹相同的算同一份")
    points: Decimal | None
    maximum: Decimal | None
    visited_at: datetime
    recorded_at: datetime
    recorded_by_name: str


class SiteVisitWhole(SiteVisitRead):
    """A site with its form and everything said of it."""

    evaluation_id: UUID
    content: SiteForm
    standing: UUID | None = Field(description="现在算数的那一份")
    scorings: list[SiteScoringRead]
    closed: bool
    may_score: bool
    version: int
