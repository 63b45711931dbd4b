"""Purchase alliances as they cross the boundary."""

from datetime import date
from uuid import UUID

from pydantic import Field

from services.traceability.purchase_alliances.models import AllianceRole
from shared.contracts.figures import Number
from shared.contracts.regions import RegionCode
from shared.contracts.schema import Schema
from shared.contracts.words import Words


class AllianceWrite(Schema):
    name: Words = Field(min_length=2, max_length=100, examples=["演示区学校联盟采购（虚构）"])
    region_code: RegionCode


class PartyWrite(Schema):
    role: AllianceRole = Field(description="member 成员，supplier 入围供货者")
    business_id: UUID
    since: date = Field(examples=["2026-09-01"])
    until: date | None = Field(default=None, description="至哪一天，含当天；长期为 null")


class PartyEnd(Schema):
    until: date = Field(description="最后一天", examples=["2027-06-30"])


class PartyRead(Schema):
    id: UUID
    role: AllianceRole
    business_id: UUID
    name: str = Field(examples=["演示小学食堂（虚构）"])
    since: date
    until: date | None


class AllianceRead(Schema):
    id: UUID
    name: str = Field(examples=["演示区学校联盟采购（虚构）"])
    region_code: str = Field(examples=["330203000000"])
    version: int


class AllianceDetail(AllianceRead):
    parties: list[PartyRead]


class PurchasesRead(Schema):
    """What a member bought in the period, while it was a member."""

    business_id: UUID
    name: str = Field(examples=["演示小学食堂（虚构）"])
    purchases: int = Field(description="收货的进货票据", examples=[40])
    from_alliance: int = Field(description="其中来自当天入围的供货者", examples=[38])
    tested: int = Field(description="其中随货有检验报告、快检证明的", examples=[30])
    share: Number | None = Field(description="集中采购率，%；没有进货为 null", examples=["95"])
