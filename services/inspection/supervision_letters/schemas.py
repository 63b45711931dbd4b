"""What callers send and get about supervision letters."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints, model_validator

from services.inspection.supervision_letters.kinds import (
    FieldType,
    LetterKind,
    LetterState,
    LetterStep,
    ServiceMethod,
)
from services.inspection.supervision_letters.rules import TemplateField, hidden_in
from shared.clocks.schemas import ClockRead
from shared.contracts.clocks import LengthUnit
from shared.contracts.regions import RegionCode
from shared.contracts.schema import Schema
from shared.contracts.words import Words

FieldName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Evidence = Annotated[list[Annotated[Words, Field(min_length=1, max_length=200)]], Field(max_length=20)]


def _on_paper(text: str) -> str:
    if hidden := hidden_in(text):
        raise ValueError(f"有印不出来的字符 {hidden}，请删去重新输入")
    return text


Printed = Annotated[Words, AfterValidator(_on_paper)]


class IssuerCreate(Schema):
    region_code: RegionCode = Field(examples=["330203000000"])
    name: Printed = Field(
        min_length=2, max_length=100, description="发文机关", examples=["演示区食品安全办公室（虚构）"]
    )
    abbreviation: Printed = Field(min_length=1, max_length=20, description="文号中的代字", examples=["演食安办"])


class IssuerRead(IssuerCreate):
    id: UUID
    issued_count: int = Field(description="已签发多少件")
    head: str = Field(description="链的末端", examples=["0" * 64])


class TemplateFieldSchema(Schema):
    name: FieldName = Field(description="正文中写作 {名称}", examples=["reason"])
    label: Words = Field(min_length=1, max_length=50, examples=["约谈事由"])
    type: FieldType = Field(description="text 文字，day 日期，moment 时间", examples=["text"])
    required: bool = Field(examples=[True])
    max_length: int = Field(ge=1, le=4000, examples=[2000])


class TemplateCreate(Schema):
    """A form. Its text is data: {name} stands for a field, {reply_limit} and {supersedes} the platform fills in."""

    kind: LetterKind = Field(examples=["interview"])
    valid_from: date = Field(examples=["2027-01-01"])
    fields: list[TemplateFieldSchema] = Field(max_length=30)
    paragraphs: list[Annotated[Printed, Field(min_length=1, max_length=2000)]] = Field(
        min_length=1, max_length=50, examples=[["因{reason}，现通知你单位接受约谈。"]]
    )
    source: Words = Field(min_length=1, max_length=500, description="格式的出处", examples=["本区文书格式（演示）"])
    verified: bool = Field(description="是否已与原文核对", examples=[True])

    @property
    def typed_fields(self) -> list[TemplateField]:
        return [TemplateField(**dict(field)) for field in self.fields]


class TemplateRead(TemplateCreate):
    id: UUID
    number: int = Field(description="这种文书的第几版", examples=[1])
    recorded_at: datetime


class LetterWrite(Schema):
    """A draft. The addressee is a registered business, or somebody named with his region."""

    kind: LetterKind = Field(examples=["interview"])
    issuer_id: UUID
    business_id: UUID | None = Field(default=None, description="收件的主体；其他单位写名称和区划", examples=[None])
    addressee: Words | None = Field(
        default=None,
        min_length=2,
        max_length=200,
        description="收件单位；已登记的不填",
        examples=["演示小吃店（虚构）"],
    )
    region_code: RegionCode | None = Field(
        default=None, description="收件单位的区划；已登记的不填", examples=["330203009000"]
    )
    fields: dict[FieldName, Annotated[Words, Field(max_length=4000)]] = Field(
        description="格式的各项，见 /v1/letter-templates", max_length=30, examples=[{"reason": "逾期未整改（演示）"}]
    )
    correction_ids: list[UUID] = Field(default=[], max_length=100, description="所涉的整改")
    reply_length: int | None = Field(
        default=None, ge=1, le=366, description="多少天内答复，单位按期限规则；不填按规则", examples=[None]
    )
    supersedes_id: UUID | None = Field(default=None, description="取代哪一件已签发的文书", examples=[None])

    @model_validator(mode="after")
    def _names_an_addressee(self) -> Self:
        by_name = self.addressee is not None and self.region_code is not None
        if (self.business_id is None) != by_name or (self.business_id and (self.addressee or self.region_code)):
            raise ValueError("填主体编号（business_id），或者填收件单位和区划，二者选一")
        return self


class LetterStepBody(Schema):
    note: Words = Field(default="", max_length=2000, description="说明", examples=[""])


class ReturnStep(Schema):
    note: Words = Field(min_length=2, max_length=2000, description="退回的理由", examples=["请补充依据（演示）"])


class DatedStep(Schema):
    at: AwareDatetime | None = Field(default=None, description="何时；不填为现在，不能在将来", examples=[None])
    note: Words = Field(default="", max_length=2000, description="说明", examples=[""])


class ServiceStep(DatedStep):
    method: ServiceMethod = Field(description="送达方式", examples=["in_person"])
    evidence: Evidence = Field(min_length=1, description="送达回证、快递单号、照片编号", examples=[["送达回证 演示-1"]])


class ReplyStep(DatedStep):
    note: Words = Field(min_length=2, max_length=2000, description="答复的内容", examples=["已整改完毕（演示）"])
    evidence: Evidence = Field(default=[], description="复函文号、附件编号", examples=[["复函 演示-1"]])


class LetterEntryRead(Schema):
    number: int
    kind: LetterStep
    label: str = Field(examples=["签发"])
    at: datetime
    recorded_at: datetime
    actor_name: str
    note: str
    evidence: list[str]


class LetterSummary(Schema):
    id: UUID
    version: int
    kind: LetterKind
    label: str = Field(examples=["责任约谈通知书"])
    state: LetterState
    state_label: str = Field(examples=["已送达，待答复"])
    number: str | None = Field(description="文号；签发时编", examples=["演食安办责约〔2026〕1号"])
    issuer_id: UUID
    business_id: UUID | None
    addressee: str
    region_code: str = Field(examples=["330203009000"])
    issued_at: datetime | None
    served_at: datetime | None
    replied_at: datetime | None
    supersedes_id: UUID | None
    superseded_by: UUID | None


class LetterRead(LetterSummary):
    template_id: UUID
    fields: dict[str, str]
    correction_ids: list[UUID]
    reply_length: int | None
    reply_unit: LengthUnit | None
    paragraphs: list[str] = Field(description="正文；拟稿时为照现在所填的预览")
    position: int | None = Field(description="在发文机关的第几件")
    content_sha256: str | None
    previous_sha256: str | None
    chain_sha256: str | None
    service_method: ServiceMethod | None
    approved_by_name: str
    prepared_by_name: str
    clock: ClockRead | None = Field(description="答复的期限")
    entries: list[LetterEntryRead]


class ChainFault(Schema):
    number: str = Field(description="文号；空为链的末端", examples=["演食安办责约〔2026〕1号"])
    message: str


class ChainRead(Schema):
    """What recomputing the chain of an issuer found."""

    issuer_id: UUID
    letters: int = Field(description="核对了多少件")
    head: str = Field(description="重算的末端，应与文书上印的一致", examples=["0" * 64])
    intact: bool
    faults: list[ChainFault]
