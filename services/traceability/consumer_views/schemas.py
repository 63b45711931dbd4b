"""What a consumer is told, as it crosses the boundary."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from services.traceability.code_scans.schemas import PublicCode
from shared.contracts.schema import Schema


class PublicRecall(Schema):
    """A recall of these goods."""

    level_label: str | None = Field(examples=["一级召回"])
    product_name: str = Field(examples=["演示酱鸭（虚构）"])
    reason: str = Field(examples=["监督抽检不合格：防腐剂超标（演示）"])
    told_on: date = Field(description="召回通知发出的日期")
    closed_on: date | None = Field(description="召回完成的日期；还在召回为 null")


class PublicStep(Schema):
    """One step of the goods, with who entered it and when."""

    label: str = Field(examples=["生产加工"])
    what: str = Field(description="哪种货物；没有登记名称为空", examples=["演示酱鸭（虚构）"])
    who: str = Field(description="由谁记录", examples=["演示熟食坊（虚构）"])
    region: str | None = Field(description="所在县（市、区）", examples=["海曙区"])
    on: date
    recorded_at: datetime = Field(description="何时录入")
    passed: bool | None = Field(description="检验结论；不是检验、没有结论为 null，不当作合格")


class PublicPaper(Schema):
    label: str = Field(examples=["承诺达标合格证"])
    number: str = Field(examples=["HGZ202607245D4E3F2A"])
    issuer: str = Field(examples=["演示合作社（虚构）"])
    issued_on: date | None
    certificate_id: UUID | None = Field(description="本平台的证，其编号；见 /v1/public-certificates/{编号}")


class PublicStory(Schema):
    """What everybody may know of scanned goods beyond the code itself. Nothing here is a judgement of ours."""

    code: PublicCode = Field(description="码的登记；warnings 为空，提示在扫码时给出")
    issued_here: bool = Field(description="码是否本平台发的；false 时只有别处发的码的记录，code.levels 为空")
    name: str = Field(description="货物名称；没有人登记过为空", examples=["演示酱鸭（虚构）"])
    spellings: list[str] = Field(description="这批货的全码的各种写法，用来查检测结果；商品码、店码为空")
    made: str | None = Field(
        description="批号连同生产者，写作“统一社会信用代码/批号”，用来查只写了批号的检测；条码归属未经机关核对为 null",
        examples=[None],
    )
    recalls: list[PublicRecall] = Field(description="召回，最近的在前")
    held: bool = Field(description="这一批是否被停止销售")
    steps: list[PublicStep] = Field(description="一步一步的经过，早的在前")
    papers: list[PublicPaper]
    origins: list[str] = Field(description="产地", examples=[["演示镇演示村（虚构）"]])
    produced_on: date | None
    expires_on: date | None
    missing: list[str] = Field(description="没有登记的", examples=[["出厂检验：没有登记；没有登记不等于合格"]])
    shop_results: UUID | None = Field(description="一店一码：这家店的检查结果，见检查结果公示；别的码为 null")
