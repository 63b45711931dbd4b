"""What callers send and get about sites and stalls."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from shared.contracts.business_numbers import check_uscc
from shared.contracts.codes import RowOutcome
from shared.contracts.regions import RegionCode
from shared.contracts.sampling import SiteKind
from shared.contracts.schema import Schema

Uscc = Annotated[
    str,
    AfterValidator(check_uscc),
    Field(description="统一社会信用代码（GB 32100），18 位", examples=["91330203MA00000010"]),
]


class SiteFields(Schema):
    name: str = Field(min_length=1, max_length=200, description="名称", examples=["演示农贸市场（虚构）"])
    kind: SiteKind = Field(description="种类", examples=["farmers_market"])
    region_code: RegionCode
    address: str | None = Field(default=None, max_length=500, description="地址", examples=["演示路 1 号"])
    operator_name: str | None = Field(
        default=None, max_length=200, description="开办者或承担单位名称", examples=["演示市场经营公司（虚构）"]
    )
    operator_uscc: Uscc | None = Field(default=None, description="开办者的统一社会信用代码", examples=[None])
    operator_business_id: UUID | None = Field(
        default=None, description="开办者在监督检查服务登记的主体；填了代码而留空的，登记事件到达后自动对上"
    )


class SiteCreate(SiteFields):
    code: str = Field(min_length=1, max_length=64, description="编号，上传文件与设备用它指称", examples=["HS-001"])


class SiteUpdate(SiteFields):
    active: bool = Field(description="是否在用", examples=[True])


class SiteRead(Schema):
    id: UUID
    version: int
    code: str = Field(examples=["HS-001"])
    name: str = Field(examples=["演示农贸市场（虚构）"])
    kind: SiteKind
    region_code: str = Field(examples=["330203001000"])
    address: str | None
    operator_name: str | None
    operator_uscc: str | None
    operator_business_id: UUID | None
    active: bool


class StallEntry(Schema):
    """Who sells at a stall from a day on. Without a seller the stall is empty from that day."""

    number: str = Field(min_length=1, max_length=64, description="摊位号", examples=["A-12"])
    seller_name: str | None = Field(default=None, max_length=200, description="销售者", examples=["演示蔬菜摊（虚构）"])
    seller_uscc: Uscc | None = Field(default=None, description="销售者的统一社会信用代码", examples=[None])
    seller_business_id: UUID | None = Field(default=None, description="销售者在监督检查服务登记的主体")
    valid_from: date = Field(description="从哪一天起（含当日）")


class StallEntries(Schema):
    stalls: list[StallEntry] = Field(min_length=1, max_length=2000, description="摊位，一次至多 2000 个")


class StallRead(Schema):
    id: UUID
    number: str = Field(examples=["A-12"])
    seller_name: str | None
    seller_uscc: str | None
    seller_business_id: UUID | None
    valid_from: date
    valid_to: date | None = Field(description="到哪一天为止（不含当日）；仍有效为 null")


class StallOutcome(Schema):
    """What became of one entry, in the order sent."""

    number: str = Field(examples=["A-12"])
    outcome: RowOutcome
    reason: str | None = Field(description="退回的原因与改法", examples=[None])


class StallOutcomes(Schema):
    items: list[StallOutcome]
