"""What callers send and get about visit records, besides the content itself (`content.py`)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from services.inspection.quarantine.models import QuarantineState
from services.inspection.visit_records.kinds import EntryKind, RecordState, Standing, VisitKind
from shared.contracts.schema import Schema
from shared.contracts.words import Words


class ReasonRead(Schema):
    """Why something is not (yet) as it should be, and where."""

    pointer: str = Field(description="内容中的位置（JSON 指针）", examples=["/inspectors"])
    message: str = Field(examples=["检查人员不少于 2 人"])
    code: str = Field(examples=["inspectors"])


class DeliveryRead(Schema):
    """The receipt of a delivery. With it the terminal may delete what it keeps to be sent."""

    sha256: str = Field(description="平台算出的内容哈希；终端下一次修改以它为 base")
    standing: Standing
    standing_label: str = Field(examples=["已收下"])
    reasons: list[ReasonRead] = Field(description="待核的原因")
    state: RecordState | None = Field(description="整份记录现在的状态；看不到记录的为 null")
    version: int | None = Field(description="记录的版本，即 ETag")
    heads: list[str] = Field(description="现在的最新版本；多于一个的，平台已合并，下一次修改全部列入 base")
    disputed: list[str] = Field(description="几方改得不同的字段；双方内容与采用的一方见 GET")
    missing_files: list[str] = Field(description="还没有传完的附件（SHA-256）")
    faults: list[ReasonRead] = Field(description="已结束的检查还缺的要素")
    received_at: datetime = Field(description="平台收到的时间")
    answered_at: datetime = Field(description="平台答复的时间；终端连同自己的收发时间记入 saved.contacts")


class VisitRecordSummary(Schema):
    id: UUID
    version: int
    kind: VisitKind
    state: RecordState
    state_label: str = Field(examples=["完整"])
    region_code: str = Field(examples=["330203009000"])
    authority_code: str = Field(examples=["330203000000"])
    business_id: UUID | None
    unregistered_place: str
    began_at: datetime | None = Field(description="开始时间，已按终端时钟的误差校正")
    ended_at: datetime | None
    formed_at: datetime | None = Field(description="检查结果形成的时间；公布期限由此起算")
    heads: list[str]
    aside: list[str] = Field(description="同一编号下另有的、没有并入的内容")
    waiting: list[str] = Field(description="先前版本还没有到的内容")
    disputed: list[str]
    faults: list[ReasonRead]
    missing_files: list[str]
    created_at: datetime


class VersionRead(Schema):
    """One delivered content with who saved it and when, by the device's clock and by ours."""

    sha256: str
    base: list[str]
    author_id: UUID
    author_name: str
    device: str
    stated_at: datetime = Field(description="保存时间，按终端的时钟")
    saved_at: datetime = Field(description="保存时间，已校正")
    skew_ms: int | None = Field(description="终端时钟应加的毫秒数；不知道为 null")
    skew_error_ms: int | None = Field(description="至多差多少毫秒；不知道为 null")
    clock_moved: bool = Field(description="终端的时钟中途被拨动过")
    received_at: datetime
    handed_in_by: UUID
    handed_in_name: str
    admitted: bool = Field(description="计入记录；否则待核或已归档")
    content: dict[str, Any] = Field(examples=[{}])


class ClaimRead(Schema):
    value: Any = Field(description="这一方的内容；删去的为 null", examples=["（演示）"])
    by: UUID
    device: str = Field(examples=["demo-1"])
    at: datetime


class DisputeRead(Schema):
    """A field that several changed without knowing of each other: both sides, who won and why."""

    pointer: str = Field(examples=["/answers/1"])
    base: Any = Field(description="改动之前的内容", examples=[None])
    claims: list[ClaimRead]
    winner: ClaimRead
    why: str = Field(examples=["同一条目结果不一，取较差的；请检查人员核对"])


class KeptRead(Schema):
    id: UUID
    sha256: str
    state: QuarantineState
    reasons: list[ReasonRead]


class JudgedRead(Schema):
    """A verdict with its steps, and which versions it was reckoned from."""

    id: UUID
    heads: list[str]
    verdict: str | None = Field(examples=["符合"])
    judgement: dict[str, Any] = Field(examples=[{"steps": []}])
    judged_at: datetime


class ResultRead(Schema):
    """A published result (检查结果): what everybody may know of a visit."""

    record_id: UUID
    business_id: UUID | None
    region_code: str
    result: dict[str, Any] = Field(examples=[{"verdict": "符合", "failed": []}])
    published_at: datetime
    current: bool = Field(description="现行的；更正以后的旧结果为 false")


class PublicationRead(ResultRead):
    note: str
    published_by_name: str


class DuplicateRead(Schema):
    record_id: UUID
    reasons: list[str] = Field(examples=[["检查时间重叠"]])


class EntryRead(Schema):
    kind: EntryKind
    label: str = Field(examples=["收到终端上传"])
    at: datetime
    actor_name: str
    note: str
    details: dict[str, Any] = Field(examples=[{}])


class VisitRecordRead(VisitRecordSummary):
    """A record with what it settles to, everything that was delivered, and everything that followed."""

    content: dict[str, Any] | None = Field(description="合并后的内容；还没有可计入的版本时为 null", examples=[{}])
    disputes: list[DisputeRead]
    versions: list[VersionRead]
    quarantined: list[KeptRead]
    judgements: list[JudgedRead] = Field(description="历次判定，最后一次有效")
    publication_due_at: datetime | None = Field(description="公布结果的期限")
    publications: list[PublicationRead]
    possible_duplicates: list[DuplicateRead] = Field(description="可能是同一次检查的其他记录，由人核对")
    entries: list[EntryRead]


class PublicationWrite(Schema):
    note: Words = Field(
        default="", max_length=2000, description="更正公布的，写明原因；会一并公布，请不要写个人信息", examples=[""]
    )
