"""Legal records as they are read."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.traceability.record_checks.rules import FIELDS, RecordKind
from shared.contracts.figures import Number
from shared.contracts.schema import Schema
from shared.contracts.words import Words
from shared.dated_rules.schemas import DatedRuleCreate, DatedRuleRead, each_once_of

Months = Annotated[int, Field(ge=1, le=1_200)]


class FieldRead(Schema):
    name: str = Field(examples=["party_contact"])
    label: str = Field(examples=["供货者（购货者）联系方式"])


class _RecordRule(Schema):
    kind: RecordKind
    months_after_expiry: Months | None = Field(description="保质期满后再保存几个月；不按保质期的为 null", examples=[6])
    months_without_expiry: Months = Field(description="没有保质期的，自当日起保存几个月", examples=[24])
    article: Words = Field(min_length=1, max_length=60, examples=["第五十三条"])


class RecordRuleCreate(_RecordRule, DatedRuleCreate):
    """What the law asks for, from a day on."""

    fields: Annotated[list[str], each_once_of(FIELDS)] = Field(
        min_length=1, description="要记的各项", examples=[["product_name", "quantity", "at"]]
    )


class RecordRuleRead(_RecordRule, DatedRuleRead):
    """What the law asks for, with its source."""

    label: str = Field(examples=["食品进货查验记录"])
    fields: list[FieldRead]


class RecordScoreRead(Schema):
    """How complete a shop's records are."""

    business_id: UUID
    business_name: str = Field(examples=["演示卤味店（虚构）"])
    records: int = Field(description="应有记录的票据行数", examples=[120])
    incomplete: int = Field(description="其中有缺项的", examples=[12])
    required: int = Field(description="应填项数", examples=[1080])
    missing: int = Field(description="缺的项数", examples=[15])
    score: Number = Field(description="完整率，%", examples=["98.6"])


class RecordGapRead(Schema):
    """One record that lacks something."""

    act_id: UUID = Field(description="哪张票据、哪次生产")
    line: int = Field(description="第几行", examples=[1])
    kind: RecordKind
    day: date
    missing: list[FieldRead]
    keep_until: date = Field(description="至少保存到哪一天")
