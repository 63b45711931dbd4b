"""What a plan of site checks says: forms that point at clauses, how many sites of each, what became of an item."""

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from services.scoring.scheme_language.rule_kinds import Code, Part, Points, Share
from shared.contracts.inspection import BusinessKind
from shared.contracts.regions import RegionCode
from shared.contracts.words import Words

Text = Annotated[Words, Field(min_length=1, max_length=1000)]
Name = Annotated[Words, Field(min_length=1, max_length=120)]
Number = Annotated[int, Field(ge=0, le=1000)]


class VisitKind(StrEnum):
    """Whether the examined are told that somebody comes."""

    OPEN = "open"
    HIDDEN = "hidden"

    @property
    def label(self) -> str:
        return {"open": "明查", "hidden": "暗访"}[self]


class ItemKind(StrEnum):
    """The three phrasings of site forms: 得 N 分，否则不得分; 否则相应扣分; 每发现一次扣 x，单项扣完为止."""

    ALL_OR_NOTHING = "all_or_nothing"
    JUDGEMENT = "judgement"
    PER_FINDING = "per_finding"


class SiteItem(Part):
    """One line of a form. `clause` is the clause of the evaluation's scheme to which it belongs.

    `each`: the points that every finding costs, of a line that counts findings. `may_be_absent`: it may not apply to a
    site (合理缺项).
    """

    code: Code
    clause: Code
    text: Text
    kind: ItemKind
    points: Annotated[Points, Field(gt=0)]
    each: Annotated[Points, Field(gt=0)] | None = None
    may_be_absent: bool = False

    @model_validator(mode="after")
    def _each_where_findings_count(self) -> "SiteItem":
        if (self.each is not None) != (self.kind is ItemKind.PER_FINDING):
            raise ValueError("按次扣分（per_finding）的写 each，其余的不写")
        return self


class SiteForm(Part):
    """The form of one kind of site (业态), and how many such sites are drawn to be visited openly and hidden."""

    code: Code
    label: Name
    open: Number
    hidden: Number
    items: Annotated[tuple[SiteItem, ...], Field(min_length=1, max_length=200)]

    @model_validator(mode="after")
    def _each_item_once(self) -> "SiteForm":
        each_once(f"检查表 {self.code} 的条目", (item.code for item in self.items))
        return self

    def item(self, code: str) -> SiteItem | None:
        return next((item for item in self.items if item.code == code), None)


class Aggregate(Part):
    """How several sites become one rate: their mean, the share that reaches `at_least`, or the worst of them."""

    how: Literal["mean", "count", "worst"]
    at_least: Share | None = None

    @model_validator(mode="after")
    def _line_where_sites_are_counted(self) -> "Aggregate":
        if (self.at_least is not None) != (self.how == "count"):
            raise ValueError("how 为 count 时写 at_least（得分率达到多少算一个），其余的不写")
        return self


class FrameUnit(Part):
    """One unit that may be drawn, by the bureau's own code of it."""

    code: Code
    name: Annotated[Words, Field(min_length=1, max_length=200)]
    town: RegionCode
    form: Code


class FromRegister(Part):
    """All trading businesses of these kinds of the business register, to be checked by `form`."""

    form: Code
    kinds: Annotated[tuple[BusinessKind, ...], Field(min_length=1, max_length=len(BusinessKind))]


class ItemMark(Part):
    """What was found on one line: one of the four, as its kind wants it; `absent` is why the line does not apply."""

    met: bool | None = None
    deducted: Points | None = None
    findings: Number | None = None
    absent: Text | None = None
    note: Annotated[Words, Field(max_length=1000)] = ""

    @model_validator(mode="after")
    def _one_of_them(self) -> "ItemMark":
        if sum(one is not None for one in (self.met, self.deducted, self.findings, self.absent)) != 1:
            raise ValueError(
                "met（是否做到）、deducted（扣几分）、findings（发现几次）、absent（缺项理由）写且只写一个"
            )
        return self


class VisitContent(Part):
    """What one visit found: a mark on every line, or why the site could not be checked."""

    marks: Annotated[dict[Code, ItemMark], Field(max_length=200)] = Field(default_factory=dict)
    unreachable: Text | None = None
    note: Annotated[Words, Field(max_length=2000)] = ""

    @model_validator(mode="after")
    def _either(self) -> "VisitContent":
        if bool(self.marks) == (self.unreachable is not None):
            raise ValueError("写各条目的结果（marks），或写未能检查的原因（unreachable），二者居一")
        return self


def each_once(what: str, codes: Iterable[str]) -> None:
    """Raise ValueError where a code stands twice."""
    if twice := [code for code, count in Counter(codes).items() if count > 1]:
        raise ValueError(f"{what}写了两次：{'、'.join(twice)}")
