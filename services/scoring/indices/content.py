"""What a rule of an index says: its indicators with goalposts and weights, how they become one number."""

from collections import Counter
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, model_validator

from services.scoring.evaluation.bounds import beyond
from services.scoring.indicators.references import Reference, UnknownView
from services.scoring.scheme_language.rule_kinds import Code, Exact, Label, Part, Share

ONE = Decimal(1)


class Indicator(Part):
    """One indicator. `worst` is worth 0, `best` 100, between them straight; beyond them nothing more. Where less is
    better, `best` is the smaller of the two. `figure` of `service` gives its values live; without, they are posted.
    """

    code: Code
    title: Label
    group: Label
    unit: Label
    worst: Exact
    best: Exact
    weight: Annotated[Share, Field(gt=0)]
    service: Literal["sampling", "traceability", "inspection", "scoring"] | None = None
    figure: Annotated[str, Field(max_length=120)] | None = None

    @model_validator(mode="after")
    def _has_room(self) -> "Indicator":
        if self.worst == self.best:
            raise ValueError(f"“{self.title}”最差和最好不能相同")
        if why := beyond(self.unit, self.worst, self.best):
            raise ValueError(f"“{self.title}”的{why}")
        return self

    @model_validator(mode="after")
    def _read_from_one_place(self) -> "Indicator":
        if (self.service is None) != (self.figure is None):
            raise ValueError(f"“{self.title}”的 service 和 figure 要么都写，要么都不写")
        if self.figure is not None:
            try:
                reference = Reference.parse(self.figure)
            except UnknownView as unknown:
                raise ValueError(str(unknown)) from unknown
            if reference.view == "peers":
                raise ValueError(f"“{self.title}”要的是一个数，不能写 @peers")
        return self


class IndexRules(Part):
    """A whole index. `minimum_data`: the share of the weights that must be known, else there is no index. `floor`: the
    least a normalised value counts in a geometric mean, so that one nothing does not extinguish all.
    """

    title: Label
    mean: Literal["arithmetic", "geometric"]
    floor: Annotated[Exact, Field(gt=0, le=100)] = ONE
    minimum_data: Share
    indicators: Annotated[tuple[Indicator, ...], Field(min_length=1, max_length=100)]

    @model_validator(mode="after")
    def _holds_together(self) -> "IndexRules":
        if twice := [code for code, number in Counter(one.code for one in self.indicators).items() if number > 1]:
            raise ValueError(f"指标代码写了两次：{'、'.join(twice)}")
        if (whole := sum(one.weight for one in self.indicators)) != ONE:
            raise ValueError(f"各指标的权重相加应为 1，现为 {whole:f}")
        return self
