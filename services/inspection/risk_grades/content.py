"""What a grading scheme (风险分级方案) says, as data: factors and bands, cut-offs, events, frequency, each with source.

Nothing in it is a constant of the code. The points of all parts together are 100; the higher, the riskier.
"""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from services.inspection.checklists.content import Code, Grounds, Label, Part, Source, Words
from services.inspection.risk_grades.codes import FactKind, FactState, Grade
from shared.contracts.inspection import BusinessKind
from shared.contracts.regions import RegionCode

TOTAL = Decimal(100)
"""The hundred of the hundred-mark system (百分制), in which all of these schemes count."""

Points = Annotated[Decimal, Field(ge=0, le=100, max_digits=6, decimal_places=3)]
Quantity = Annotated[Decimal, Field(ge=0, le=10**9, max_digits=13, decimal_places=3)]
Months = Annotated[int, Field(ge=1, le=120)]
Times = Annotated[int, Field(ge=1, le=52)]


class Choice(Part):
    """One of the things a business may be, and its points."""

    code: Code
    label: Label
    points: Points


class Step(Part):
    """Points of a quantity up to `at_most` (included); null: any greater one."""

    at_most: Quantity | None
    points: Points


class ChoiceFactor(Grounds):
    """A factor of which the riskiest choice that holds is taken (就高不就低).

    `changeable`: the business can bring about another choice; it may be told so.
    """

    kind: Literal["choice"]
    code: Code
    label: Label
    maximum: Points
    choices: Annotated[tuple[Choice, ...], Field(max_length=200)]
    changeable: bool = False


class NumberFactor(Grounds):
    """A factor counted or measured: the greater, the riskier. `absent`: the points when the business has none of it."""

    kind: Literal["number"]
    code: Code
    label: Label
    unit: Label
    maximum: Points
    steps: Annotated[tuple[Step, ...], Field(max_length=20)]
    absent: Points | None = None
    changeable: bool = False


Factor = Annotated[ChoiceFactor | NumberFactor, Field(discriminator="kind")]


class FactorPart(Grounds):
    """A part of the hundred made of factors: static risk, general credit risk."""

    kind: Literal["factors"]
    code: Code
    label: Label
    maximum: Points
    factors: Annotated[tuple[Factor, ...], Field(max_length=60)]


class LostScore(Part):
    """Points by what the inspection's score lost: maximum × (1 − share of the score). Without a score it is unknown."""

    kind: Literal["lost_score"]


class FailedItems(Part):
    """Points by the share of checked items that were not passed, a key item weighing `key_weight` general ones.

    Items that nobody could judge count as not passed.
    """

    kind: Literal["failed_items"]
    key_weight: Annotated[int, Field(ge=1, le=20)]


class CheckPart(Grounds):
    """The part that the results of inspections make: dynamic risk.

    Only inspections of the last `months` count, `worst` of them or the `latest`. Without one the part is unknown.
    """

    kind: Literal["checks"]
    code: Code
    label: Label
    maximum: Points
    months: Months
    of_several: Literal["latest", "worst"]
    measure: Annotated[LostScore | FailedItems, Field(discriminator="kind")]


SchemePart = Annotated[FactorPart | CheckPart, Field(discriminator="kind")]


class Band(Part):
    """The grade of scores up to `at_most` (included); null: any higher one."""

    grade: Grade
    at_most: Points | None


class Bands(Grounds):
    """The cut-offs, from the least risk to the greatest."""

    rows: Annotated[tuple[Band, ...], Field(max_length=4)]


class EventRule(Grounds):
    """Facts that move the grade: at least `at_least` of `kinds` in the last `months`, all in one of `states`.

    `effect`: `raise` or `lower` by so many grades, or `set` to a grade whatever the score.
    """

    code: Code
    label: Label
    kinds: Annotated[tuple[FactKind, ...], Field(min_length=1, max_length=20)]
    states: Annotated[tuple[FactState, ...], Field(min_length=1, max_length=4)] = (FactState.CONFIRMED,)
    at_least: Times = 1
    months: Months
    effect: Literal["raise", "lower", "set"]
    by: Annotated[int, Field(ge=1, le=3)] = 1
    grade: Grade | None = None


class CleanRule(Grounds):
    """Nothing adverse for so long lowers the grade.

    Open facts are not clean. Nor is a time in which nobody looked: on file throughout, and inspected at least `checks`
    times without a failed key item.
    """

    code: Code
    label: Label
    months: Months
    checks: Annotated[int, Field(ge=0, le=50)]
    by: Annotated[int, Field(ge=1, le=3)] = 1


class Events(Grounds):
    """How facts move the grade. All raises together go up `most_up` at most, all lowers `most_down`.

    `lower_despite_raise`: whether a business with a raise may also be lowered.
    """

    rules: Annotated[tuple[EventRule, ...], Field(max_length=40)] = ()
    clean: CleanRule | None = None
    most_up: Annotated[int, Field(ge=0, le=3)] = 2
    most_down: Annotated[int, Field(ge=0, le=3)] = 1
    lower_despite_raise: bool = False


class FrequencyRow(Part):
    """At least so many inspections in so many months."""

    grade: Grade
    visits: Times
    months: Months


class Frequency(Grounds):
    """How often a business of each grade is inspected."""

    rows: Annotated[tuple[FrequencyRow, ...], Field(max_length=4)]


class Header(Part):
    """The scheme itself: what it is called, whom it grades, where, since when.

    `variant` narrows it to businesses whose profile says so (保健食品生产者). `ends_on` is the first day on which it no
    longer grades. Without `region_code` it is for the whole country.
    """

    code: Code = Field(examples=["sales-demo"])
    title: Label = Field(examples=["食品销售者风险分级方案（演示）"])
    kinds: Annotated[tuple[BusinessKind, ...], Field(max_length=40)]
    variant: Code | None = None
    region_code: RegionCode | None = None
    source: Source
    ends_on: date | None = None


class Content(Part):
    """All that one version says. `complete`: every factor and choice of the document is here."""

    complete: bool = Field(description="是否收齐全部因素与档次")
    note: Words = ""
    parts: Annotated[tuple[SchemePart, ...], Field(max_length=10)]
    bands: Bands
    events: Events
    frequency: Frequency

    @property
    def factors(self) -> list[ChoiceFactor | NumberFactor]:
        """All factors in the order of the scheme."""
        return [factor for part in self.parts if isinstance(part, FactorPart) for factor in part.factors]
