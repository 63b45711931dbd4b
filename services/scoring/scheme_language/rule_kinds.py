"""The closed list of rule kinds: how a clause gets its points. Data only; `services.scoring.evaluation` calculates.

It was drawn from the evaluation rules that could be read (demonstration cities and counties, assessments of towns, star
markets, catering grades, credit); every phrase found in them is one of these. Formulas name the scheme's inputs.
"""

from decimal import Decimal
from typing import Annotated, Literal, TypeAlias

from pydantic import BeforeValidator, ConfigDict, Field

from services.scoring.formulas.rules import MAX_LENGTH
from shared.contracts.schema import Schema


def _exact(value: object) -> object:
    """A binary fraction is not what the author wrote: 0.1 in JSON is taken at its text, a YAML float too."""
    return repr(value) if isinstance(value, float) else value


class Part(Schema):
    """A part of a scheme. Unknown keys are errors: a misspelt key would silently switch a rule off."""

    model_config = ConfigDict(frozen=True)


Exact = Annotated[Decimal, BeforeValidator(_exact), Field(ge=-(10**12), le=10**12, max_digits=24, decimal_places=9)]
Points = Annotated[Decimal, BeforeValidator(_exact), Field(ge=0, le=100_000, max_digits=12, decimal_places=6)]
Share = Annotated[Decimal, BeforeValidator(_exact), Field(ge=0, le=1, max_digits=7, decimal_places=6)]
FormulaText = Annotated[str, Field(min_length=1, max_length=MAX_LENGTH)]
Code = Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z_.-]{0,39}$")]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
Label = Annotated[str, Field(min_length=1, max_length=200)]
Times = Annotated[int, Field(ge=0, le=100_000)]


class Veto(Part):
    """否决项: the evaluation fails unless `requires` holds. What is unknown does not hold."""

    kind: Literal["veto"]
    requires: FormulaText


class AllOrNothing(Part):
    """得 N 分；否则不得分."""

    kind: Literal["all_or_nothing"]
    requires: FormulaText


class Expert(Part):
    """否则相应扣分: a person's judgement under a cap, with a reason, with so much evidence, if wanted by two people."""

    kind: Literal["expert"]
    evidence_at_least: Times = 0
    second_reviewer: bool = False


class Level(Part):
    """One level and the points that may be given in it (很好 9–10)."""

    name: Label
    low: Points
    high: Points


class LevelScale(Part):
    """Levels from which the assessor chooses, with points inside the level's range."""

    kind: Literal["level_scale"]
    levels: Annotated[tuple[Level, ...], Field(min_length=2, max_length=20)]


class Fault(Part):
    """One thing that may be wrong, and what it costs."""

    code: Code
    label: Label
    deduct: Points


class Checklist(Part):
    """Deductions for whatever is found wrong; never below nothing, even where they add up to more (单项扣完为止)."""

    kind: Literal["checklist"]
    faults: Annotated[tuple[Fault, ...], Field(min_length=1, max_length=100)]


class CountDeduct(Part):
    """每发现一次扣 x: so much for each; `at_most` caps the deduction."""

    kind: Literal["count_deduct"]
    count: FormulaText
    each: Points
    at_most: Points | None = None


class Band(Part):
    """Points from `low` to `high`; each edge says whether it belongs to the band. No edge: without end."""

    low: Exact | None = None
    low_closed: bool = True
    high: Exact | None = None
    high_closed: bool = False
    points: Points


class Bands(Part):
    """Points by the band into which a number falls."""

    kind: Literal["bands"]
    of: FormulaText
    bands: Annotated[tuple[Band, ...], Field(min_length=1, max_length=60)]


class LinearDeduct(Part):
    """每少 1 个百分点扣 1 分: below (or above) the target, `points` off for each `step`.

    `partial`: a step begun counts whole (`up`), by its part (`exact`), or not at all (`down`).
    """

    kind: Literal["linear_deduct"]
    of: FormulaText
    target: Exact
    direction: Literal["below", "above"] = "below"
    step: Annotated[Exact, Field(gt=0)]
    points: Points
    partial: Literal["up", "exact", "down"] = "exact"


class Piecewise(Part):
    """持平得 15 分，每降 1 点扣 7.5，每升 1 点加 1: two slopes around `around`; never below `floor`, above `cap`."""

    kind: Literal["piecewise"]
    of: FormulaText
    around: Exact
    points_there: Points
    per_unit_below: Points
    per_unit_above: Points
    floor: Points = Decimal(0)
    cap: Points | None = None


class Ratio(Part):
    """Points by a ratio: maximum × factor × n / d, at most the maximum. `without`: what holds when d is zero."""

    kind: Literal["ratio"]
    numerator: FormulaText
    denominator: FormulaText
    factor: Annotated[Exact, Field(gt=0)] = Decimal(1)
    without: Literal["unknown", "full_points", "zero", "not_applicable"] = "unknown"


class RankStep(Part):
    """Points up to this rank (included)."""

    up_to: Annotated[int, Field(ge=1, le=10_000)]
    points: Points


class Relative(Part):
    """Measured against peers: own / mean of the peers × factor, or the rank among them (ties 1, 2, 2, 4).

    `peers` names a list of inputs. `higher_is_better` is about the rank.
    """

    kind: Literal["relative"]
    of: FormulaText
    peers: Name
    against: Literal["mean", "rank"]
    factor: Annotated[Exact, Field(gt=0)] = Decimal(1)
    higher_is_better: bool = True
    steps: Annotated[tuple[RankStep, ...], Field(max_length=100)] = ()


class Growth(Part):
    """Against an earlier period: 持平 `points_there`, then by each percent more or less (or percentage point)."""

    kind: Literal["growth"]
    current: FormulaText
    previous: FormulaText
    unit: Literal["percent", "points"] = "percent"
    points_there: Points
    per_unit_below: Points
    per_unit_above: Points
    floor: Points = Decimal(0)
    cap: Points | None = None


class CountBonus(Part):
    """So much more for each, up to the clause's maximum."""

    kind: Literal["count_bonus"]
    count: FormulaText
    each: Points


class Tier(Part):
    """What holds `when`."""

    when: FormulaText
    points: Points


class Tiered(Part):
    """Conditions in order; the first that holds gives the points. A condition before it that is unknown: unknown."""

    kind: Literal["tiered"]
    cases: Annotated[tuple[Tier, ...], Field(min_length=1, max_length=60)]
    otherwise: Points


class Sum(Part):
    """The points of the parts, added. `rescale`: over what applies, brought to the group's own points (标化分)."""

    kind: Literal["sum"]
    rescale: bool = False


class Weight(Part):
    """The weight of one part."""

    code: Code
    weight: Annotated[Exact, Field(gt=0)]


class WeightedMean(Part):
    """The parts' rates by weight: points = maximum × Σ weight × rate / Σ weight, over what applies."""

    kind: Literal["weighted_mean"]
    weights: Annotated[tuple[Weight, ...], Field(min_length=1, max_length=200)]


class SiteMean(Part):
    """The mean rate of the visited sites of these kinds × the clause's points."""

    kind: Literal["site_mean"]
    forms: Annotated[tuple[Code, ...], Field(min_length=1, max_length=60)]


class SiteCount(Part):
    """The share of visited sites whose rate reaches `at_least` × the clause's points."""

    kind: Literal["site_count"]
    forms: Annotated[tuple[Code, ...], Field(min_length=1, max_length=60)]
    at_least: Share


class SiteWorst(Part):
    """The worst site decides."""

    kind: Literal["site_worst"]
    forms: Annotated[tuple[Code, ...], Field(min_length=1, max_length=60)]


class Stage(Part):
    """The marks of several stages (自评、资料审核、现场): which of them counts; all are kept.

    `first` takes the first of `order` that has a mark, `lowest` and `mean` need all of them.
    """

    kind: Literal["stage"]
    order: Annotated[tuple[Code, ...], Field(min_length=1, max_length=10)]
    take: Literal["first", "lowest", "mean"]


class Convert(Part):
    """The points of another clause, converted by bands (70–80 分折 1 分)."""

    kind: Literal["convert"]
    of_clause: Code
    bands: Annotated[tuple[Band, ...], Field(min_length=1, max_length=60)]


ClauseRule: TypeAlias = Annotated[
    Veto
    | AllOrNothing
    | Expert
    | LevelScale
    | Checklist
    | CountDeduct
    | Bands
    | LinearDeduct
    | Piecewise
    | Ratio
    | Relative
    | Growth
    | CountBonus
    | Tiered
    | SiteMean
    | SiteCount
    | SiteWorst
    | Stage
    | Convert,
    Field(discriminator="kind"),
]
GroupRule: TypeAlias = Annotated[Sum | WeightedMean, Field(discriminator="kind")]
