"""What callers send and get about every dated rule, beside its content."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from pydantic import AfterValidator, Field

from shared.contracts.schema import Schema
from shared.contracts.words import Words


class DatedRuleCreate(Schema):
    valid_from: date = Field(description="自哪一天起", examples=["2027-01-01"])
    source: Words = Field(min_length=1, max_length=500, description="依据", examples=["本局会议纪要（演示）"])
    verified: bool = Field(description="是否已与原文核对", examples=[True])


class DatedRuleRead(Schema):
    id: UUID
    valid_from: date
    source: str
    verified: bool = Field(description="是否已与原文核对")
    recorded_at: datetime


def each_once_of(known: Collection[str]) -> AfterValidator:
    """For a list of names: all of them are known, none stands there twice."""

    def check(names: list[str]) -> list[str]:
        if unknown := next((name for name in names if name not in known), None):
            raise ValueError(f"没有“{unknown}”这一项，可写的有：{'、'.join(known)}")
        if len(set(names)) < len(names):
            raise ValueError("同一项写了两次，请删去一个")
        return names

    return AfterValidator(check)
