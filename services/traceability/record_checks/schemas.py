"""Legal records as they are read."""

from datetime import date
from uuid import UUID

from pydantic import Field

from services.traceability.record_checks.rules import RecordKind
from shared.contracts.figures import Number
from shared.contracts.schema import Schema


class FieldRead(Schema):
    name: str = Field(examples=["party_contact"])
    label: str = Field(examples=["供货者（购货者）联系方式"])


class RecordRuleRead(Schema):
    """What the law asks for, with its source."""

    id: UUID
    kind: RecordKind
    label: str = Field(examples=["食品进货查验记录"])
    fields: list[FieldRead]
    months_after_expiry: int | None = Field(description="保质期满后再保存几个月；不按保质期的为 null", examples=[6])
    months_without_expiry: int = Field(description="没有保质期的，自当日起保存几个月", examples=[24])
    article: str = Field(examples=["第五十三条"])
    valid_from: date
    source: str = Field(examples=["中华人民共和国食品安全法（2021-04-29 修正）"])
    verified: bool = Field(description="是否已与原文核对")


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
