"""What a plan of a survey says. It never changes once the survey is there: another questionnaire is another survey."""

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator

from services.scoring.scheme_language.rule_kinds import Code, Exact, Label, Part
from shared.contracts.words import Words

ONE = Decimal(1)
Text = Annotated[Words, Field(min_length=1, max_length=300)]


class Measure(StrEnum):
    """The three headline measures; every other question only tells."""

    SATISFACTION = "satisfaction"
    AWARENESS = "awareness"
    SUPPORT = "support"

    @property
    def label(self) -> str:
        return {"satisfaction": "总体满意度", "awareness": "创建知晓率", "support": "创建支持率"}[self]


class Mode(StrEnum):
    """How somebody was asked."""

    TELEPHONE = "telephone"
    WEB = "web"
    PAPER = "paper"

    @property
    def label(self) -> str:
        return {"telephone": "电话", "web": "网络", "paper": "纸质"}[self]


class Option(Part):
    """One answer. `counts` true: satisfied (knows, supports), false: not, null: says nothing (说不清), neither counted
    above nor below the line. `score`: of 100, for the mean, null where none.
    """

    code: Code
    label: Text
    counts: bool | None
    score: Annotated[Exact, Field(ge=0, le=100)] | None


class Question(Part):
    code: Code
    text: Text
    measure: Measure | None
    options: Annotated[tuple[Option, ...], Field(min_length=2, max_length=12)]

    def option(self, code: str) -> Option | None:
        return next((option for option in self.options if option.code == code), None)


class Stratum(Part):
    """A part of the population: `share` of the whole, and how many answers are wanted of it."""

    code: Code
    label: Text
    share: Annotated[Exact, Field(gt=0, le=1)]
    quota: Annotated[int, Field(ge=1, le=100_000)]


class Plan(Part):
    """`z`: of the confidence wanted (1.96 for 95 %). An answer quicker than `seconds_at_least`, of somebody younger, or
    shorter resident than wanted is kept and not counted; if wanted, nor is one that takes the same place everywhere.
    """

    questionnaire: Label
    age_at_least: Annotated[int, Field(ge=0, le=120)]
    months_resident_at_least: Annotated[int, Field(ge=0, le=600)]
    seconds_at_least: Annotated[int, Field(ge=0, le=3600)]
    refuse_all_alike: bool
    z: Annotated[Exact, Field(gt=0, le=5)]
    questions: Annotated[tuple[Question, ...], Field(min_length=1, max_length=60)]
    strata: Annotated[tuple[Stratum, ...], Field(min_length=1, max_length=300)]

    @model_validator(mode="after")
    def _holds_together(self) -> "Plan":
        _each_once("问题", (question.code for question in self.questions))
        _each_once("层", (stratum.code for stratum in self.strata))
        for question in self.questions:
            _each_once(f"问题 {question.code} 的选项", (option.code for option in question.options))
        _each_once("指标", (question.measure for question in self.questions if question.measure))
        if sum(stratum.share for stratum in self.strata) != ONE:
            raise ValueError(f"各层的人口比重相加应为 1，现为 {sum(stratum.share for stratum in self.strata)}")
        return self

    def question(self, code: str) -> Question | None:
        return next((question for question in self.questions if question.code == code), None)


def _each_once(what: str, codes: Iterable[str]) -> None:
    if twice := [code for code, count in Counter(codes).items() if count > 1]:
        raise ValueError(f"{what}写了两次：{'、'.join(twice)}")
