"""What callers send and get about publications."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, Field, model_validator

from services.sampling.publications.rules import EditionKind, PublicationKind, PublicationState, personal_data_in
from shared.contracts.codes import RowOutcome
from shared.contracts.regions import RegionCode
from shared.contracts.schema import Schema
from shared.contracts.statutory_sampling import UnqualifiedItem
from shared.contracts.words import Words

MAX_AT_ONCE = 200


def _of_nobody(text: str) -> str:
    if found := personal_data_in(text):
        raise ValueError(f"像有{found}，公布的内容不得含个人信息，请删去")
    return text


PublicWords = Annotated[Words, AfterValidator(_of_nobody)]
"""What everybody will read."""


def _is_web_address(text: str) -> str:
    if not text.startswith(("https://", "http://")):
        raise ValueError("公告网址应以 https:// 或 http:// 开头")
    return text


class PublicationWrite(Schema):
    number: PublicWords = Field(min_length=1, max_length=100, description="公告号", examples=["演示〔2026〕第1号"])
    title: PublicWords = Field(min_length=2, max_length=200, examples=["食品安全监督抽检不合格样品信息（演示）"])
    period_from: date = Field(description="抽样日期自")
    period_to: date = Field(description="抽样日期至")
    task_source: PublicWords | None = Field(
        default=None, max_length=200, description="任务来源/项目名称；不填为多种来源", examples=["（演示）区级监督抽检"]
    )
    link: Annotated[str, AfterValidator(_is_web_address)] | None = Field(
        default=None, max_length=500, description="公告网址链接", examples=["https://www.example.gov.cn/1.html"]
    )

    @model_validator(mode="after")
    def _period_runs_forward(self) -> "PublicationWrite":
        if self.period_from > self.period_to:
            raise ValueError("抽样日期的起止颠倒了")
        return self


class PublicationCreate(PublicationWrite):
    kind: PublicationKind = Field(description="qualified 合格，unqualified 不合格", examples=["unqualified"])
    region_code: RegionCode


class PublicTable(Schema):
    """A table as everybody reads it."""

    id: UUID
    kind: PublicationKind
    region_code: str = Field(description="公布单位的区划", examples=["330203000000"])
    number: str = Field(description="公告号", examples=["演示〔2026〕第1号"])
    title: str = Field(examples=["食品安全监督抽检不合格样品信息（演示）"])
    period_from: date
    period_to: date
    task_source: str | None = Field(description="多种来源的为 null，看各行")
    link: str | None
    announced_on: date | None = Field(description="公告日期；拟公布的为 null")
    row_count: int = Field(description="公布的样品数；拟公布的为 0")


class PublicationRead(PublicTable):
    state: PublicationState
    published_at: datetime | None
    version: int


class Entry(Schema):
    """A sample to be listed."""

    sample_id: UUID
    remark: PublicWords = Field(default="", max_length=500, description="备注", examples=[""])


class Entries(Schema):
    samples: list[Entry] = Field(min_length=1, max_length=MAX_AT_ONCE)


class EntryOutcome(Schema):
    sample_id: UUID
    outcome: RowOutcome
    row_id: UUID | None
    reasons: list[str] = Field(description="退回的原因", examples=[["检验结论还没有送达“演示食品厂（虚构）”"]])


class EntryOutcomes(Schema):
    items: list[EntryOutcome]


class CandidateRead(Schema):
    """A sample that belongs in the table and stands in none yet."""

    sample_id: UUID
    sample_number: str | None = Field(description="抽样编号", examples=["XBJ26330203000000001"])
    food_name: str = Field(examples=["挂面"])
    sampled_party_name: str = Field(examples=["演示超市（虚构）"])
    producer_name: str | None
    sampled_on: date
    task_source: str = Field(examples=["（演示）区级监督抽检"])
    reasons: list[str] = Field(description="现在还不能列入的原因；能列入的为空", examples=[[]])


class Cells(Schema):
    """The announcement's columns that are the sample's own. Null means unknown; nothing is made up.

    Columns that only a table of failed samples has are null (`failed_items` empty) in one of samples that passed.
    """

    sample_number: str = Field(description="抽样编号", examples=["XBJ26330203000000001"])
    producer_name: str | None = Field(description="标称生产企业名称", examples=["演示食品厂（虚构）"])
    producer_address: str | None = Field(description="标称生产企业地址", examples=["演示路 1 号（虚构）"])
    sampled_party_name: str = Field(description="被抽样单位名称", examples=["演示超市（虚构）"])
    sampled_party_address: str | None = Field(description="被抽样单位地址")
    province: str | None = Field(description="被抽样单位所在省份", examples=["浙江省"])
    food_name: str = Field(description="食品名称", examples=["挂面"])
    specification: str | None = Field(description="规格型号", examples=["500克/袋"])
    trade_mark: str | None = Field(description="商标")
    date_and_lot: str | None = Field(description="生产日期/批号", examples=["2026-07-01/DEMO-1"])
    category: str | None = Field(description="分类", examples=["粮食加工品"])
    failed_items: list[UnqualifiedItem] = Field(description="不合格项目、检验结果、标准值")
    laboratory: str | None = Field(description="检验机构", examples=["演示检测中心（虚构）"])
    task_source: str = Field(description="任务来源/项目名称", examples=["（演示）区级监督抽检"])
    remark: str = Field(description="备注", examples=[""])


class CellChanges(Schema):
    """The columns to be corrected, as they should read; what is not named stays as it was published."""

    producer_name: PublicWords | None = Field(default=None, max_length=200)
    producer_address: PublicWords | None = Field(default=None, max_length=200)
    sampled_party_name: PublicWords = Field(default="", min_length=1, max_length=200)
    sampled_party_address: PublicWords | None = Field(default=None, max_length=200)
    food_name: PublicWords = Field(default="", min_length=1, max_length=200)
    specification: PublicWords | None = Field(default=None, max_length=200)
    trade_mark: PublicWords | None = Field(default=None, max_length=200)
    date_and_lot: Words | None = Field(default=None, max_length=200)
    category: PublicWords | None = Field(default=None, max_length=200)
    failed_items: list[UnqualifiedItem] = Field(default=[], min_length=1, max_length=100)
    laboratory: PublicWords | None = Field(default=None, max_length=200)
    remark: PublicWords = Field(default="", max_length=500)

    def named(self) -> dict[str, Any]:
        """What was named, as it is stored."""
        return self.model_dump(mode="json", exclude_unset=True)


class CorrectionCreate(Schema):
    """What is published beside a row, and why. Withdrawing says that the row no longer stands; upholding, that it does
    after it was re-examined.
    """

    reason: PublicWords = Field(min_length=2, max_length=500, examples=["规格型号抄录有误（演示）"])
    changes: CellChanges = Field(default=CellChanges(), examples=[{"specification": "250克/袋"}])
    withdrawn: bool = Field(default=False, description="撤回这一行：不再以此公布")
    upheld: bool = Field(default=False, description="维持这一行：经重新核查，结论不变；只用于标明重新核查的行")

    @model_validator(mode="after")
    def _says_one_thing(self) -> "CorrectionCreate":
        if [self.withdrawn, self.upheld, bool(self.changes.model_fields_set)].count(True) != 1:
            raise ValueError("更正请写明要改的列，撤回、维持则不改任何一列；三者只取其一")
        return self

    @property
    def kind(self) -> EditionKind:
        if self.withdrawn:
            return EditionKind.WITHDRAWAL
        return EditionKind.UPHELD if self.upheld else EditionKind.CORRECTION


class PublicRow(Schema):
    """A row as everybody reads it. `edition` 1 is what was published first; later ones stand beside it."""

    id: UUID
    number: int | None = Field(description="序号；拟公布的为 null")
    edition: int
    cells: Cells
    kind: EditionKind = Field(
        description="first 首次公布，correction 更正，withdrawal 撤回，reexamination 重新核查，upheld 维持"
    )
    reason: str = Field(description="更正、撤回、重新核查或维持的理由", examples=[""])
    withdrawn: bool = Field(description="true：此行已撤回")
    under_reexamination: bool = Field(description="true：检验报告已退回，此行正在重新核查，其后一版说明结果")
    recorded_at: datetime


class PublicationRowRead(PublicRow):
    sample_id: UUID
