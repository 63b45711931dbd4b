"""What a rule of credit grades says: three accounts, what moves their points, and from how many points which grade."""

from collections import Counter
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Annotated

from pydantic import Field, model_validator

from services.scoring.scheme_language.rule_kinds import Code, Exact, Label, Part, Share
from shared.contracts.scoring import CreditGrade
from shared.contracts.words import Words

Months = Annotated[int, Field(ge=1, le=120)]
ONE = Decimal(1)


class Account(StrEnum):
    """通用+专业+特定领域: the three accounts that a grade is drawn from."""

    GENERAL = "general"
    PROFESSIONAL = "professional"
    FIELD = "field"

    @property
    def label(self) -> str:
        return {"general": "通用", "professional": "专业", "field": "特定领域"}[self]


class FactRule(Part):
    """One kind of fact: it moves an account by `points` for `months`.

    `at_once`: the grade it makes whatever the points are, for as long. `repair_months`: when it may be repaired at the
    earliest, null if never. A fact of no points says that somebody looked: an account without any fact is unknown.
    """

    code: Code
    label: Annotated[Words, Field(min_length=1, max_length=100)]
    account: Account
    points: Exact
    months: Months
    at_once: CreditGrade | None = None
    repair_months: Months | None = None


class Band(Part):
    """From `at_least` points on, `grade`."""

    grade: CreditGrade
    at_least: Exact


class CreditRules(Part):
    """The whole rule. The weighted mean of the accounts is compared unrounded; below the last band it is `below`."""

    title: Label
    base: Exact
    weights: dict[Account, Share]
    bands: Annotated[tuple[Band, ...], Field(min_length=1, max_length=3)]
    below: CreditGrade
    facts: Annotated[tuple[FactRule, ...], Field(min_length=1, max_length=200)]

    @model_validator(mode="after")
    def _holds_together(self) -> "CreditRules":
        if sum(self.weights.values()) != ONE:
            raise ValueError(f"各账户的权重相加应为 1，现为 {sum(self.weights.values())}")
        if faulty := [code for code, count in Counter(fact.code for fact in self.facts).items() if count > 1]:
            raise ValueError(f"情形代码写了两次：{'、'.join(faulty)}")
        steps = [*self.bands, Band(grade=self.below, at_least=Decimal(-(10**12)))]
        for upper, lower in pairwise(steps):
            if upper.at_least <= lower.at_least or upper.grade >= lower.grade:
                raise ValueError(f"等级应从高到低、分数线逐级下降：{upper.grade} 与 {lower.grade} 不是这样")
        for account in [account for account, weight in self.weights.items() if weight]:
            if all(fact.account is not account for fact in self.facts):
                raise ValueError(f"{account.label}账户有权重而没有一种情形，永远评不出来")
        return self

    def fact(self, code: str) -> FactRule | None:
        """The rule of one kind of fact; None where the rule does not know it."""
        return next((fact for fact in self.facts if fact.code == code), None)
