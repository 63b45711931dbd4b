"""What a scheme (评价细则) says, whole: inputs, dated parameters, the tree of clauses, the verdict, its own tests."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field

from services.scoring.scheme_language.codes import NodeClass
from services.scoring.scheme_language.rule_kinds import (
    ClauseRule,
    Code,
    Exact,
    FormulaText,
    GroupRule,
    Label,
    Name,
    Part,
    Points,
    Share,
    Sum,
)
from shared.contracts.regions import RegionCode

Text = Annotated[str, Field(min_length=1, max_length=4000)]
Units = Annotated[tuple[Label, ...], Field(max_length=60)]


class InputItem(Part):
    """One input that formulas may name.

    `source`: a live figure of a service (`figure` is its code), a registered figure, or entered by hand.
    `nature`: a flow adds up over time, a stock is what there is at the end. `unit` is for people.
    """

    label: Label
    kind: Literal["number", "boolean", "text", "peers"] = "number"
    unit: str | None = Field(default=None, max_length=40)
    source: Literal["live", "registered", "entered"] = "entered"
    service: Literal["sampling", "traceability", "inspection", "scoring"] | None = None
    figure: str | None = Field(default=None, max_length=120)
    nature: Literal["flow", "stock"] | None = None


class ParameterValue(Part):
    """A threshold as it holds from a day on."""

    valid_from: date
    value: Exact
    source: Text


ParameterHistory = Annotated[tuple[ParameterValue, ...], Field(min_length=1, max_length=60)]


class NotApplicable(Part):
    """合理缺项: what follows when a clause does not apply and somebody approved that.

    `exclude` takes its points out of the maximum, `full_points` gives them all.
    """

    effect: Literal["exclude", "full_points"]


class Node(Part):
    """A clause with its rule, or a group with its parts.

    A clause of a class that scores has `points`, the most it can bring; a veto has none. `lead` and `join` are the
    responsible units (牵头、配合). What is not `counted` is only looked at by other clauses.
    """

    code: Code
    title: Text
    node_class: NodeClass = NodeClass.GROUP
    points: Points | None = None
    counted: bool = True
    clause: Text | None = None
    source: Text | None = None
    lead: Units = ()
    join: Units = ()
    evidence: Annotated[tuple[Label, ...], Field(max_length=60)] = ()
    not_applicable: NotApplicable | None = None
    rule: ClauseRule | None = None
    group_rule: GroupRule = Field(default_factory=lambda: Sum(kind="sum"), description="缺省为各部分相加")
    parts: Annotated[tuple["Node", ...], Field(max_length=300)] = ()


class Totals(Part):
    """What the document itself declares; publishing compares it with the sum of the clauses."""

    total: Points
    key: Points | None = None
    basic: Points | None = None
    bonus: Points | None = None


class VetoGate(Part):
    """No veto clause may be against it."""

    kind: Literal["veto"]


class KeyMinimumGate(Part):
    """关键项单项得分率 ≥ x: each clause of the classes (or all of them together), over the points that apply."""

    kind: Literal["key_min"]
    classes: Annotated[tuple[NodeClass, ...], Field(min_length=1)] = (NodeClass.KEY,)
    rate: Share
    each: bool = True


class TotalGate(Part):
    """The total (points, or rate over what applies) of the classes, or of the whole tree, reaches `at_least`."""

    kind: Literal["total"]
    classes: Annotated[tuple[NodeClass, ...], Field(min_length=1)] | None = None
    measure: Literal["points", "rate"] = "points"
    at_least: Exact


class GradeBand(Part):
    """The grade of totals from `at_least` on."""

    grade: Label
    at_least: Exact


class Override(Part):
    """An event that decides the grade whatever the total: to a grade, or down by so many.

    `lock_months`: how long the grade may not rise again.
    """

    code: Code
    label: Label
    when: FormulaText
    grade: Label | None = None
    down: Annotated[int, Field(ge=1, le=10)] | None = None
    lock_months: Annotated[int, Field(ge=1, le=240)] | None = None


class GradeMap(Part):
    """Grades from the best to the least, and what overrides them."""

    measure: Literal["points", "rate"] = "points"
    bands: Annotated[tuple[GradeBand, ...], Field(min_length=1, max_length=20)]
    below: Label
    overrides: Annotated[tuple[Override, ...], Field(max_length=60)] = ()


class Verdict(Part):
    """In order: the gates, then the grade."""

    gates: Annotated[
        tuple[Annotated[VetoGate | KeyMinimumGate | TotalGate, Field(discriminator="kind")], ...],
        Field(max_length=20),
    ] = ()
    passed: Label = "通过"
    failed: Label = "不通过"
    grades: GradeMap | None = None


class Rounding(Part):
    """How totals are shown. Comparisons are made before rounding."""

    places: Annotated[int, Field(ge=0, le=6)] = 2
    mode: Literal["half_up", "half_even", "down"] = "half_up"


class SchemeTest(Part):
    """A case the author gives: `input` as for an evaluation, `output` what must come of it (dotted paths)."""

    name: Label
    on: date | None = None
    input: dict[str, Any]
    output: Annotated[dict[str, Any], Field(min_length=1)]
    absolute_error_margin: Annotated[Exact, Field(ge=0)] = Decimal(0)


class SchemeContent(Part):
    """A whole scheme. `official` is true only of one whose full official text lies before its author.

    Without `region_code` it is for everybody and kept by the administrator.
    """

    format: Literal["shian-scheme/1"] = "shian-scheme/1"
    code: Code
    version: Code
    title: Label
    issuer: Label
    region_code: RegionCode | None = None
    document_number: Label | None = None
    official: bool = False
    notes: Text | None = None
    valid_from: date
    valid_to: date | None = None
    inputs: Annotated[dict[Name, InputItem], Field(max_length=2000)] = Field(default_factory=dict)
    parameters: Annotated[dict[Name, ParameterHistory], Field(max_length=500)] = Field(default_factory=dict)
    stages: Annotated[tuple[Code, ...], Field(max_length=20)] = ()
    nodes: Annotated[tuple[Node, ...], Field(min_length=1, max_length=300)]
    totals: Totals | None = None
    verdict: Verdict = Verdict()
    rounding: Rounding = Rounding()
    tests: Annotated[tuple[SchemeTest, ...], Field(max_length=500)] = ()
