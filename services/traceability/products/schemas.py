"""Products and chains as they cross the boundary."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.traceability.products.rules import StepKind
from services.traceability.tickets.rules import GoodsCategory
from shared.contracts.schema import Schema
from shared.contracts.words import Words
from shared.dated_rules.schemas import DatedRuleCreate, DatedRuleRead


class ProductWrite(Schema):
    business_id: UUID | None = Field(default=None, description="谁的产品；不填即调用者自己的主体")
    name: Words = Field(min_length=1, max_length=100, examples=["酱鸭"])
    category: GoodsCategory = GoodsCategory.FOOD
    specification: Words | None = Field(default=None, max_length=60, examples=["500g/袋"])
    shelf_life_days: Annotated[int, Field(ge=0, le=36_500)] | None = Field(default=None, description="保质期，天")
    chain_code: str | None = Field(
        default=None, max_length=40, description="一品一链：哪条链，见 /v1/chain-templates", examples=["cooked_food"]
    )
    active: bool = True


class ProductRead(Schema):
    id: UUID
    business_id: UUID
    region_code: str = Field(examples=["330203001000"])
    name: str = Field(examples=["酱鸭"])
    category: GoodsCategory
    specification: str | None
    shelf_life_days: int | None
    chain_code: str | None
    active: bool
    version: int


class StepWrite(Schema):
    """A required step and the fields that its records must say."""

    step: StepKind
    label: Words | None = Field(default=None, max_length=40)
    fields: list[Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")]] = Field(default_factory=list, max_length=20)


class _Template(Schema):
    code: str = Field(pattern=r"^[a-z_]{2,40}$", examples=["cooked_food"])
    name: Words = Field(min_length=2, max_length=100, examples=["熟食：原料—投料—出厂检验—销售"])
    steps: list[StepWrite] = Field(min_length=1, max_length=20)


class TemplateCreate(_Template, DatedRuleCreate):
    """A chain as it holds from a day on."""


class TemplateRead(_Template, DatedRuleRead):
    """A chain as it held, or holds, from a day on."""


class StepStateRead(Schema):
    step: StepKind
    label: str = Field(examples=["投料"])
    recorded: int = Field(description="有几条记录", examples=[1])
    missing: list[str] = Field(description="记录中没有写全的项")
    is_complete: bool


class LotChainRead(Schema):
    """How far the chain of one lot is recorded."""

    product_id: UUID
    lot_key: str
    chain_code: str = Field(examples=["cooked_food"])
    is_complete: bool
    steps: list[StepStateRead]
    verified: bool = Field(description="这条链的要求已与文件核对")
