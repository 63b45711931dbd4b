"""What callers send and get about laboratory equipment and meetings."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from services.sampling.capacity.rules import MeetingKind
from shared.contracts.regions import RegionCode
from shared.contracts.schema import Schema
from shared.contracts.words import Words

Sets = Annotated[int, Field(ge=0, le=100_000)]
Topic = Annotated[Words, Field(min_length=1, max_length=200)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
_HASH = "3b1f8c0de1a94d2f6c7b5a4930281f0e9d8c7b6a5f4e3d2c1b0a99887766554f"


class StatementCreate(Schema):
    """How many sets are required and owned from a day on."""

    day: date = Field(description="自哪一天起，不早于上一次填报，不晚于今天")
    required: Sets = Field(description="应配数量（台、套）；0 表示移出清单", examples=[2])
    owned: Sets | None = Field(description="实有数量；未核实为 null，不当作已配", examples=[1])
    basis: Words = Field(
        min_length=2, max_length=500, description="依据：清单文号、资产编号等", examples=["演示清单〔2026〕1号"]
    )


class EquipmentCreate(StatementCreate):
    region_code: RegionCode
    laboratory_name: Words = Field(
        min_length=2, max_length=100, description="检验机构", examples=["演示区检验检测中心（虚构）"]
    )
    item_name: Words = Field(min_length=1, max_length=100, description="设备", examples=["液相色谱—串联质谱仪"])
    list_name: Words = Field(min_length=2, max_length=100, description="所属配置清单", examples=["风险监测设备"])


class StatementRead(Schema):
    number: int
    day: date
    required: int
    owned: int | None
    basis: str = Field(examples=["演示清单〔2026〕1号"])
    actor_name: str = Field(examples=["演示人员"])
    recorded_at: datetime


class EquipmentRead(Schema):
    id: UUID
    region_code: str = Field(examples=["330203000000"])
    laboratory_name: str = Field(examples=["演示区检验检测中心（虚构）"])
    item_name: str = Field(examples=["液相色谱—串联质谱仪"])
    list_name: str = Field(examples=["风险监测设备"])
    required: int
    owned: int | None = Field(description="未核实为 null")
    stated_on: date
    version: int


class EquipmentDetail(EquipmentRead):
    statements: list[StatementRead]


class MeetingFacts(Schema):
    held_on: date = Field(description="会议日期，不晚于今天")
    attendees: int = Field(ge=2, le=10_000, description="到会人数", examples=[12])
    topics: list[Topic] = Field(
        min_length=1, max_length=50, description="议题", examples=[["豇豆农药残留风险研判（演示）"]]
    )
    minutes_sha256: Sha256 = Field(description="会议纪要文件的 SHA-256（小写十六进制）", examples=[_HASH])


class MeetingCreate(MeetingFacts):
    kind: MeetingKind = Field(description="risk_consultation 风险会商，laboratory_conference 检验机构联席会议")
    region_code: RegionCode


class MeetingCorrection(MeetingFacts):
    """The meeting as it should have been recorded; the earlier record stays beside it."""

    reason: Words = Field(
        min_length=2, max_length=500, description="更正或撤回的理由", examples=["到会人数抄错（演示）"]
    )
    withdrawn: bool = Field(default=False, description="整条撤回：没有开过、重复登记；不再计数")


class MeetingRecordRead(Schema):
    number: int
    held_on: date
    attendees: int
    topics: list[str]
    minutes_sha256: str = Field(examples=[_HASH])
    withdrawn: bool
    reason: str = Field(examples=[""])
    actor_name: str = Field(examples=["演示人员"])
    recorded_at: datetime


class MeetingRead(Schema):
    id: UUID
    kind: MeetingKind
    region_code: str = Field(examples=["330203000000"])
    record: MeetingRecordRead = Field(description="现行的记录")
    version: int


class MeetingDetail(MeetingRead):
    records: list[MeetingRecordRead] = Field(description="全部记录，含更正前的")
