"""What callers send and get about samples."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, Field

from services.sampling.samples.form import SampleForm, Sha256
from shared.clocks.schemas import ClockRead
from shared.contracts.schema import Schema
from shared.contracts.statutory_sampling import Conclusion, Link, SampleState, Stream
from shared.contracts.words import Words


class SampleWrite(Schema):
    """A form as the terminal has it."""

    task_id: UUID | None = Field(default=None, description="抽样任务；只有执法人员可以不凭任务抽样")
    revision: int = Field(default=1, ge=1, le=1_000_000, description="终端对草稿的修改次数，改一次加一", examples=[1])
    form: SampleForm = Field(description="抽样单；草稿可以不完整")


class Submission(Schema):
    """The form is complete: samples sealed, both sides signed."""

    revision: int = Field(ge=1, description="完成的是草稿的第几次修改", examples=[3])
    at: AwareDatetime | None = Field(default=None, description="何时完成抽样；不填为现在，不能在将来", examples=[None])


class Refusal(Submission):
    """The operator would not let a sample be taken."""

    reason: Words = Field(min_length=1, max_length=2000, description="拒绝的情形", examples=["（演示）拒不开启冷库"])


class Correction(Schema):
    """The form as it should be; what it was stays in the history."""

    reason: Words = Field(min_length=1, max_length=2000, description="为什么更正", examples=["（演示）批号抄错"])
    form: SampleForm = Field(description="更正后的整张抽样单")


class Annulment(Schema):
    reason: Words = Field(min_length=1, max_length=2000, description="作废原因", examples=["（演示）封样破损"])


class SampleEntryRead(Schema):
    number: int
    kind: str = Field(examples=["taken"])
    label: str = Field(examples=["完成抽样、封样"])
    at: datetime
    recorded_at: datetime
    actor_name: str = Field(examples=["演示抽样员甲（虚构）"])
    note: str = Field(examples=[""])
    details: dict[str, Any] = Field(description="这一步的细节；更正的为逐处的前后内容", examples=[{}])


class SampleSummary(Schema):
    """A sample in a list. Its blind code is not here: it ties what the laboratory sees to whom it was taken from."""

    id: UUID
    version: int
    number: str | None = Field(description="抽样单编号；抽样完成前为 null")
    state: SampleState
    task_id: UUID | None
    stream: Stream
    link: Link
    task_source: str = Field(examples=["（演示）区级监督抽检"])
    region_code: str = Field(examples=["330203009000"])
    bureau_code: str = Field(description="组织抽样的县（市、区）", examples=["330203000000"])
    category_code: str | None
    food_name: str = Field(examples=["豇豆"])
    business_id: UUID | None
    sampled_party_name: str = Field(examples=["演示蔬菜摊（虚构）"])
    sampled_party_uscc: str | None
    producer_name: str | None
    lot_code: str | None
    production_date: date | None
    sampled_on: date
    taken_at: datetime | None
    received_at: datetime | None
    reported_at: datetime | None
    conclusion: Conclusion | None
    concluded_at: datetime | None
    created_at: datetime


class SampleRead(SampleSummary):
    revision: int = Field(description="平台上是草稿的第几次修改")
    blind_code: str = Field(description="盲样编码，贴在样品上交检验机构；检验机构只见此码", examples=["7KQ2M9XWTR4H"])
    form: SampleForm
    doubts: list[str] = Field(description="需要核对的情形，不影响办理", examples=[[]])
    missing_files: list[str] = Field(description="抽样单写了、平台上还没有的文件（SHA-256）")
    clocks: list[ClockRead]
    entries: list[SampleEntryRead]


class AttachmentRead(Schema):
    sha256: Sha256
    size: int = Field(description="字节数")
    media_type: str = Field(examples=["image/jpeg"])
    uploaded_at: datetime
