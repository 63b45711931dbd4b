"""What a checklist (要点表) says, as data: the document it comes from, its items, and every rule that judges by them.

A version is one document. It is published, hashed, pinned by a visit and sent to a terminal whole, so it is kept whole.
Nothing in it is a constant of the code: each rule carries where it was read, whether that was compared with the
official text, and what was decided where the text is silent.
"""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints

from shared.contracts.inspection import BusinessKind
from shared.contracts.regions import RegionCode
from shared.contracts.schema import Schema

MAX_SECTIONS = 30
MAX_ITEMS_A_SECTION = 100
MAX_BANDS = 6
MAX_CASES = 5
"""A rule is checked at every bound against every other: these keep that below a second."""

Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
Number = Annotated[str, StringConstraints(pattern=r"^[A-Z]?\d{1,3}(\.\d{1,3}){0,3}$")]
Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)]
Share = Annotated[Decimal, Field(ge=0, le=1, max_digits=7, decimal_places=6)]
Points = Annotated[Decimal, Field(ge=0, le=1000, max_digits=7, decimal_places=3)]
Count = Annotated[int, Field(ge=0, le=10_000)]


class Finding(StrEnum):
    """What was found of one item. Unknown means that nobody could tell; like no answer at all, it is never a pass."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_APPLICABLE = "not_applicable"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        return {
            "passed": "合格",
            "failed": "不合格",
            "not_applicable": "合理缺项",
            "unknown": "未查或无法判定",
        }[self.value]


class InspectionKind(StrEnum):
    """How a business is inspected (食品生产经营监督检查管理办法)."""

    ROUTINE = "routine"
    FLIGHT = "flight"
    SYSTEM = "system"

    @property
    def label(self) -> str:
        return {"routine": "日常监督检查", "flight": "飞行检查", "system": "体系检查"}[self.value]


class Part(Schema):
    """A part of a checklist. It never changes: a correction is another version."""

    model_config = ConfigDict(frozen=True)


class Decision(Part):
    """What was decided where the official text is silent or can be read in two ways."""

    question: Label
    decision: Label
    reason: Label


class Grounds(Part):
    """Where a rule was read. `verified`: somebody compared it with the official text."""

    source: Words = ""
    verified: bool = False
    decisions: Annotated[tuple[Decision, ...], Field(max_length=20)] = ()


class Source(Part):
    """The document a list was issued with. `verified` is about the document and its dates."""

    document: Words = Field(default="", description="文件名称", examples=["食品生产经营监督检查要点表（演示）"])
    document_number: Words = Field(default="", description="文号", examples=[""])
    url: Words = ""
    note: Words = ""
    verified: bool = False


class Header(Part):
    """The list itself: what it is called, whom it is for, since when and until when it holds.

    `superseded_on` is the first day on which it no longer holds. Without `region_code` it is a national list.
    """

    code: Code = Field(examples=["catering-demo"])
    title: Label = Field(examples=["餐饮服务检查要点表（演示）"])
    kinds: Annotated[tuple[BusinessKind, ...], Field(max_length=40)] = Field(description="适用的业态")
    region_code: RegionCode | None = Field(default=None, description="省、市自定的要点表填其区划；全国的为 null")
    source: Source
    issued_on: date | None = Field(default=None, description="印发日期")
    effective_on: date | None = Field(default=None, description="施行日期")
    superseded_on: date | None = Field(default=None, description="自这一天起被取代")
    superseded_by: Code | None = Field(default=None, description="取代它的要点表")


class Scope(Part):
    """Something only some businesses of a kind do, on which an item may depend."""

    code: Code
    label: Label


class Item(Part):
    """One thing to check. No kinds: all of the list's. No scopes: whatever the business does.

    `points` by scoring profile: a profile not named here does not count the item. `follow_up_days` (calendar days) is
    only said where the document says it; the rule of 2021 leaves the time limit to the officers. `formerly` are the
    numbers of the same item in earlier versions of the list.
    """

    number: Number
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
    key: bool = Field(description="是否重点项")
    clause: Words = Field(default="", description="依据条款")
    na_allowed: bool = Field(default=False, description="可否合理缺项")
    kinds: Annotated[tuple[BusinessKind, ...], Field(max_length=40)] = ()
    scopes: Annotated[tuple[Code, ...], Field(max_length=20)] = ()
    points: Annotated[dict[Code, Points], Field(max_length=20)] = Field(default_factory=dict)
    photo_required: bool = False
    follow_up_days: Annotated[int, Field(ge=1, le=365)] | None = None
    formerly: Annotated[tuple[Number, ...], Field(max_length=10)] = ()


class Section(Part):
    """Items under one heading; `declared_items` is how many the document has there, where it is known."""

    title: Label
    declared_items: Count | None = None
    items: Annotated[tuple[Item, ...], Field(max_length=MAX_ITEMS_A_SECTION)]


class DeclaredCounts(Part):
    """How many items the document says it has."""

    key: Count
    general: Count


class AllItems(Grounds):
    """Every inspection covers all that applies, but for the exempt kinds (食品生产经营监督检查管理办法第二十七条)."""

    kind: Literal["all_items"]
    exempt: tuple[InspectionKind, ...] = ()


class MinimumItems(Grounds):
    """An inspection may be of drawn items, at least so many key, general and all together."""

    kind: Literal["minimum"]
    key: Count = 0
    general: Count = 0
    total: Count = 0


Extent = Annotated[AllItems | MinimumItems, Field(discriminator="kind")]


class CountSpan(Part):
    """From `at_least` to `at_most`, both included; null: no upper end."""

    at_least: Count = 0
    at_most: Count | None = None

    def holds(self, count: int) -> bool:
        return count >= self.at_least and (self.at_most is None or count <= self.at_most)


class ShareSpan(Part):
    """From `at_least` (included) to `below` (not included); null: up to the whole, included."""

    at_least: Share = Decimal(0)
    below: Share | None = None


class PassRateCase(Part):
    """Failed key items and the pass rate of general items that lead to a verdict.

    `decision` is filled where the document does not say what such a case is and it was decided here.
    """

    key_failures: CountSpan = CountSpan()
    general_pass_rate: ShareSpan = ShareSpan()
    decision: Words = ""


class FailureCountCase(Part):
    """Failed key items and failed general items that lead to a verdict."""

    key_failures: CountSpan = CountSpan()
    general_failures: CountSpan = CountSpan()
    decision: Words = ""


class PassRateBand(Part):
    """A verdict, what follows from it, and the cases of which any leads to it."""

    label: Label
    handling: Words = ""
    cases: Annotated[tuple[PassRateCase, ...], Field(min_length=1, max_length=MAX_CASES)]


class FailureCountBand(Part):
    """The same by counts of failures."""

    label: Label
    handling: Words = ""
    cases: Annotated[tuple[FailureCountCase, ...], Field(min_length=1, max_length=MAX_CASES)]


class PassRateRule(Grounds):
    """Verdict by failed key items and by passed ÷ (checked − not applicable) of the general items.

    Bands stand from the best to the worst. With `max_share_not_applicable` too many items said to be not applicable
    leave no verdict.
    """

    kind: Literal["pass_rate"]
    bands: Annotated[tuple[PassRateBand, ...], Field(max_length=MAX_BANDS)]
    max_share_not_applicable: Share | None = None


class FailureCountRule(Grounds):
    """Verdict by the numbers of failed key and general items; bands from the best to the worst."""

    kind: Literal["failure_counts"]
    bands: Annotated[tuple[FailureCountBand, ...], Field(max_length=MAX_BANDS)]
    max_share_not_applicable: Share | None = None


class ComprehensiveRule(Grounds):
    """The officers decide on the whole (综合判定); the counts are put before them and nothing is computed."""

    kind: Literal["comprehensive"]
    handling: Words = ""


VerdictRule = Annotated[PassRateRule | FailureCountRule | ComprehensiveRule, Field(discriminator="kind")]


class CarryOver(Grounds):
    """Whether items that failed must be checked at the next visit."""

    must_recheck: bool


class FullCoverage(Grounds):
    """Which items of a business must all have been checked within how many months."""

    cycle_months: Annotated[int, Field(ge=1, le=120)]
    items: Literal["all", "key"]


class ScoreProfile(Part):
    """A sort of business with points of its own; no kinds: all of the list's."""

    code: Code
    label: Label
    kinds: tuple[BusinessKind, ...] = ()


class ScoreExtra(Part):
    """Points that no item of the list gives, awarded by the officers."""

    code: Code
    title: Label
    points: Points


class ScoreBand(Part):
    """A grade from so many normalised points on."""

    label: Label
    at_least: Points


class Scoring(Grounds):
    """Points: those of passed items, as a share of those that applied, on a scale of `total`; bands from the best."""

    total: Points
    decimals: Annotated[int, Field(ge=0, le=3)]
    profiles: Annotated[tuple[ScoreProfile, ...], Field(min_length=1, max_length=20)]
    extras: Annotated[tuple[ScoreExtra, ...], Field(max_length=20)] = ()
    bands: Annotated[tuple[ScoreBand, ...], Field(min_length=1, max_length=10)]


class Content(Part):
    """All that one version says. `complete`: every item of the document is here; `verified`: its text was compared."""

    complete: bool = Field(description="是否收齐全部条目；否则为部分收入（partial）")
    verified: bool = Field(description="条文是否与正式文本核对过")
    note: Words = ""
    declared: DeclaredCounts | None = None
    scopes: Annotated[tuple[Scope, ...], Field(max_length=60)] = ()
    sections: Annotated[tuple[Section, ...], Field(max_length=MAX_SECTIONS)]
    extent: Extent
    verdict: VerdictRule
    carry_over: CarryOver
    full_coverage: FullCoverage | None = None
    scoring: Scoring | None = None

    @property
    def items(self) -> list[Item]:
        """All items in the order of the list."""
        return [item for section in self.sections for item in section.items]


class Subject(Part):
    """Whom a list is applied to. `scopes` null: not known, so items that depend on one are put to the officer.

    `profile` chooses the points of a list that has several.
    """

    kind: BusinessKind
    scopes: Annotated[tuple[Code, ...], Field(max_length=60)] | None = None
    profile: Code | None = None


class Answer(Part):
    """What was found of one item. `photos`: how many were taken of it."""

    number: Number
    finding: Finding
    reason: Words = Field(default="", description="不合格的情形，或为何合理缺项")
    photos: Count = 0
