"""What a rule of a list says: its entries from the first that is tried to the last, and the terms of each."""

from collections import Counter
from enum import StrEnum
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, model_validator

from services.scoring.scheme_language.rule_kinds import Code, Exact, Label, Part
from shared.contracts.words import Words

Months = Annotated[int, Field(ge=1, le=120)]


class Removal(StrEnum):
    """Why a favourable entry is taken away before its term is over."""

    DOWNGRADED = "downgraded"
    REVOKED = "revoked"

    @property
    def label(self) -> str:
        return {"downgraded": "降级", "revoked": "摘牌"}[self]


class ByResult(Part):
    """By the verdict of a scheme."""

    kind: Literal["result"]
    passed: bool


class ByBand(Part):
    """By points: `at_least` belongs to the band, `below` does not; null is open."""

    kind: Literal["band"]
    at_least: Exact | None
    below: Exact | None

    @model_validator(mode="after")
    def _has_room(self) -> "ByBand":
        if self.at_least is None and self.below is None:
            raise ValueError("分数段两头都没有写")
        if self.at_least is not None and self.below is not None and self.at_least >= self.below:
            raise ValueError(f"分数段没有范围：不低于 {self.at_least:f} 又低于 {self.below:f}")
        return self


class ByRank(Part):
    """By place: the first or the last `count`; equals share a place (1、2、2、4), so more may be in."""

    kind: Literal["rank"]
    end: Literal["first", "last"]
    count: Annotated[int, Field(ge=1, le=1000)]


class ByEvent(Part):
    """By something established, one of `codes`."""

    kind: Literal["event"]
    codes: Annotated[tuple[Code, ...], Field(min_length=1, max_length=50)]


Basis: TypeAlias = Annotated[ByResult | ByBand | ByRank | ByEvent, Field(discriminator="kind")]


class EntryRule(Part):
    """One entry of a list (红榜、五星). A favourable one may be taken away, which locks; another may be repaired, if
    `repair_months` says from when.
    """

    code: Code
    label: Annotated[Words, Field(min_length=1, max_length=40)]
    favourable: bool
    basis: Basis
    term_months: Months
    locks: dict[Removal, Months] = Field(default_factory=dict)
    repair_months: Months | None = None

    @model_validator(mode="after")
    def _terms_fit(self) -> "EntryRule":
        if self.favourable and self.repair_months is not None:
            raise ValueError(f"“{self.label}”是好的一档，没有信用修复")
        if not self.favourable and self.locks:
            raise ValueError(f"“{self.label}”是差的一档，没有降级和摘牌")
        if self.repair_months is not None and self.repair_months > self.term_months:
            raise ValueError(
                f"“{self.label}”到期以后才能修复：修复 {self.repair_months} 个月，期限 {self.term_months} 个月"
            )
        return self


class ListRules(Part):
    """A whole list. Of the entries the first whose basis holds is the one."""

    title: Label
    appeal_days: Annotated[int, Field(ge=0, le=180)]
    entries: Annotated[tuple[EntryRule, ...], Field(min_length=1, max_length=20)]

    @model_validator(mode="after")
    def _names_each_once(self) -> "ListRules":
        if twice := [code for code, count in Counter(entry.code for entry in self.entries).items() if count > 1]:
            raise ValueError(f"档次代码写了两次：{'、'.join(twice)}")
        return self

    def entry(self, code: str) -> EntryRule:
        return next(entry for entry in self.entries if entry.code == code)
