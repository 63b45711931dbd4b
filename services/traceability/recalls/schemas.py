"""Recalls as they cross the boundary."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from services.traceability.recalls.rules import Step
from shared.contracts.figures import Number
from shared.contracts.moments import PlausibleMoment
from shared.contracts.regions import RegionCode
from shared.contracts.schema import Schema
from shared.contracts.traceability import RecallLevel, RecallState
from shared.contracts.words import Words

Amount = Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=4)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class RecallCreate(Schema):
    """A recall, or a rehearsal of one. The scope is traced forwards from the code at once, and frozen."""

    code: str = Field(
        min_length=1,
        max_length=1000,
        description="任何一种写法的码",
        examples=["https://id.gs1.org/01/09520123456788/10/L1"],
    )
    product_name: Words = Field(min_length=1, max_length=100, examples=["演示酱鸭（虚构）"])
    reason: Words = Field(min_length=2, max_length=500, examples=["监督抽检不合格：防腐剂超标（演示）"])
    region_code: RegionCode
    level: RecallLevel | None = Field(default=None, description="1、2、3 级；可以先立项，后定级")
    known_at: PlausibleMoment | None = Field(default=None, description="知悉风险的时间，期限由此起算；不写为现在")
    rehearsal: bool = Field(default=False, description="演练：不通知、不锁定、不计期限")


class RecallGrade(Schema):
    level: RecallLevel
    reason: Words = Field(min_length=2, max_length=500, examples=["已有人食用后不适，属一级（演示）"])


class Because(Schema):
    reason: Words = Field(min_length=2, max_length=1000, examples=["经核实批号登记有误（演示）"])


class RecallClosure(Because):
    scope_note: Words = Field(
        default="",
        max_length=1000,
        description="范围没有追到底的，写明为什么已经足够",
        examples=["该批次只售给被抽样单位一家，有供货者书面证明（演示）"],
    )


class Note(Schema):
    note: Words = Field(default="", max_length=1000, examples=["已电话通知（演示）"])


class EvidenceFile(Schema):
    """A document, photograph or film that is kept elsewhere, by its hash."""

    name: Words = Field(min_length=1, max_length=200, examples=["销毁记录 2026-07-26.pdf"])
    sha256: Sha256 = Field(examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"])


class LineReport(Schema):
    """What became of one thing at one holder. What is sent back is told by who sends it, not again by who takes it."""

    key: str = Field(min_length=1, max_length=1000)
    unit: str = Field(max_length=20, examples=["KGM"])
    stock: Amount = Field(description="封存在库、尚未处理的", examples=["0"])
    returned: Amount = Field(description="已退回供货者的", examples=["12"])
    destroyed: Amount = Field(description="已无害化处理、销毁的，须有凭据", examples=["3.5"])


class NoticeReport(Schema):
    lines: list[LineReport] = Field(min_length=1, max_length=500)
    evidence: list[EvidenceFile] = Field(default_factory=list, max_length=50)
    note: Words = Field(default="", max_length=1000)


class LineRead(Schema):
    key: str
    name: str
    unit: str
    taken_in: Number = Field(description="按记录购进、产出", examples=["60"])
    left: Number | None = Field(description="按记录还应有；有一笔没写数量则为 null", examples=["5"])
    sold: Number = Field(description="按记录已卖给消费者", examples=["55"])
    stock: Number | None = Field(examples=["0"])
    returned: Number | None = Field(examples=["5"])
    destroyed: Number | None = Field(examples=["0"])
    exceeds_records: bool = Field(description="所报多于记录中的购进、产出")


class NoticeRead(Schema):
    id: UUID
    recall_id: UUID
    product_name: str
    reason: str
    level: RecallLevel | None
    holder_key: str
    holder_name: str
    business_id: UUID | None
    region_code: str
    cross_region: bool = Field(description="持有人在召回机关辖区之外")
    sent_at: datetime | None
    acknowledged_at: datetime | None
    reported_at: datetime | None
    verified_at: datetime | None
    evidence: list[EvidenceFile]
    lines: list[LineRead]
    holds: list[UUID] = Field(description="因召回作出的批次锁定")
    version: int


class ScopeRead(Schema):
    number: int
    as_of: datetime
    complete: bool
    links: int = Field(description="发货、收货共几个环节")
    gaps: int = Field(description="其中几处没有人记录")
    events: int
    sha256: str
    made_by_name: str
    made_at: datetime


class EntryRead(Schema):
    step: Step
    label: str
    at: datetime
    says: str
    notice_id: UUID | None
    actor_name: str


class RecoveredRead(Schema):
    unit: str = Field(examples=["KGM"])
    out: Number | None = Field(description="按记录还在外面的：各家应有的与已卖出的；说不清为 null", examples=["65"])
    recovered: Number = Field(examples=["15"])
    share: Number | None = Field(description="召回率，%", examples=["23.08"])


class MissingRead(Schema):
    code: str
    says: str


class Progress(Schema):
    holders: int
    cross_region: int
    acknowledged: int
    reported: int
    verified: int
    acknowledged_share: Number | None = Field(description="通知到达率，%")
    recovered: list[RecoveredRead]


class RehearsalRead(Schema):
    minutes: Number = Field(description="从立项到结束用了几分钟")
    links: int
    gaps: int
    score: Number = Field(description="有记录的环节占比，满分 100")


class RecallRead(Schema):
    id: UUID
    rehearsal: bool
    state: RecallState
    state_label: str
    level: RecallLevel | None
    level_label: str | None
    code: str
    key: str
    product_name: str
    reason: str
    region_code: str
    request_id: UUID | None
    known_at: datetime
    opened_at: datetime
    opened_by_name: str
    notified_at: datetime | None
    closed_at: datetime | None
    close_note: str
    version: int


class RecallDetail(RecallRead):
    """A recall with all that has come of it. `missing`: what it lacks before it may be closed."""

    progress: Progress
    missing: list[MissingRead]
    rehearsal_result: RehearsalRead | None
    scopes: list[ScopeRead]
    notices: list[NoticeRead]
    entries: list[EntryRead]
