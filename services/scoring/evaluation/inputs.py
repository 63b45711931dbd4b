"""What an evaluation starts from: stated values, marks of people, faults found, visited sites, claimed 合理缺项."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import (
    Field,
    TypeAdapter,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)

from services.scoring.formulas.values import Number, Unknown, Value
from services.scoring.scheme_language.content import InputItem
from services.scoring.scheme_language.rule_kinds import Code, Exact, Label, Name, Part, Points

_EXACT: TypeAdapter[Decimal] = TypeAdapter(Exact)
_REASONS = {"missing": "没有数据", "not_applicable": "不适用", "not_due": "还没有到期"}


Plain: TypeAlias = bool | int | float | Decimal | Annotated[str, Field(max_length=400)]
"""A value as it is written. Numbers are best written as text ("0.1"); the scheme says which kind each input is."""


class Stated(Part):
    """A value and its state. Zero is a value; missing is none. About 300: `low` and `high` instead of `value`."""

    state: Literal["value", "missing", "not_applicable", "not_due"] = "value"
    value: Plain | None = None
    low: Exact | None = None
    high: Exact | None = None
    note: str | None = Field(default=None, max_length=400)

    @model_validator(mode="after")
    def _one_of_them(self) -> "Stated":
        given = (self.value is not None) + (self.low is not None or self.high is not None)
        if given != (self.state == "value"):
            raise ValueError("state 为 value 时写 value，或写 low 与 high；其余状态不写值")
        if given and self.value is None and (self.low is None or self.high is None or self.low > self.high):
            raise ValueError("low 与 high 须都写，且 low 不大于 high")
        return self


def _one_or_an_object(value: Any, then: ValidatorFunctionWrapHandler) -> Any:
    """What is wrong with an object is told of the object, not of all else that a value might have been."""
    if isinstance(value, Mapping):
        return Stated.model_validate(value)
    if isinstance(value, list | tuple):
        raise ValueError("写一个值，或一个对象：value，或 low 与 high，或 state")
    return then(value)


Given: TypeAlias = Annotated[Plain | Stated | None, WrapValidator(_one_or_an_object)]
"""A value as it is written, or an object that says its state or range; null: nobody knows."""


class Mark(Part):
    """A person's mark. `evidence` is how many pieces lie behind it."""

    points: Points
    level: Label | None = None
    reason: str | None = Field(default=None, max_length=2000)
    evidence: Annotated[int, Field(ge=0, le=10_000)] = 0
    reviewer: Label | None = None
    second_reviewer: Label | None = None


class Claim(Part):
    """合理缺项: why a clause does not apply. Without an approval it changes nothing."""

    reason: Label
    approved_by: Label | None = None


class Site(Part):
    """One visited site: its form and what it got of how much."""

    form: Code
    name: Label
    points: Points
    maximum: Annotated[Points, Field(gt=0)]

    @model_validator(mode="after")
    def _within(self) -> "Site":
        if self.points > self.maximum:
            raise ValueError("点位的得分不能超过满分")
        return self

    @property
    def rate(self) -> Fraction:
        return Fraction(self.points) / Fraction(self.maximum)


class EvaluationInput(Part):
    """All that is known on the day `on`, by the codes of the scheme."""

    on: date
    values: Annotated[dict[Name, Given], Field(max_length=2000)] = Field(default_factory=dict)
    peers: Annotated[dict[Name, Annotated[tuple[Exact, ...], Field(max_length=5000)]], Field(max_length=200)] = Field(
        default_factory=dict
    )
    marks: Annotated[dict[Code, Mark], Field(max_length=2000)] = Field(default_factory=dict)
    stage_marks: Annotated[dict[Code, dict[Code, Points]], Field(max_length=2000)] = Field(default_factory=dict)
    faults: Annotated[dict[Code, dict[Code, bool | None]], Field(max_length=2000)] = Field(default_factory=dict)
    not_applicable: Annotated[dict[Code, Claim], Field(max_length=2000)] = Field(default_factory=dict)
    sites: Annotated[tuple[Site, ...], Field(max_length=5000)] = ()


def values_for(inputs: Mapping[str, InputItem], given: EvaluationInput) -> dict[str, Value]:
    """Each input as formulas see it; what was not given is unknown, by its label."""
    return {name: _value(item, given.values.get(name)) for name, item in inputs.items()}


def _value(item: InputItem, stated: Plain | Stated | None) -> Value:
    if stated is None:
        return Unknown.because(f"“{item.label}”没有数据")
    if isinstance(stated, Stated):
        if stated.state != "value":
            return Unknown.because(f"“{item.label}”{_REASONS[stated.state]}")
        if stated.value is None:
            assert stated.low is not None and stated.high is not None
            return Number(Fraction(stated.low), Fraction(stated.high)) if item.kind == "number" else _wrong(item)
        stated = stated.value
    match item.kind:
        case "boolean" if isinstance(stated, bool):
            return stated
        case "number" if not isinstance(stated, bool):
            return _number(item, str(stated))
        case "text" if not isinstance(stated, bool):
            return str(stated)
    return _wrong(item)


def _number(item: InputItem, text: str) -> Number | Unknown:
    if "_" in text:  # only Python takes 1_0 for ten
        return _wrong(item)
    try:
        number = _EXACT.validate_python(text.strip())
    except ValidationError:
        return _wrong(item)
    return Number.exact(number)


def _wrong(item: InputItem) -> Unknown:
    """A value of another kind than the scheme declares is not read as something it is not."""
    kind = {"number": "数", "boolean": "是非", "text": "文字", "peers": "一列数"}[item.kind]
    return Unknown.because(f"“{item.label}”的值不是{kind}")
