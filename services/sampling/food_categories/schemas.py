"""What callers send and get about food categories."""

from pydantic import Field

from services.sampling.food_categories.rules import DateBasis
from shared.contracts.schema import Schema

CODE = r"^[0-9A-Za-z][0-9A-Za-z.\-]{0,31}$"


class CategoryFields(Schema):
    name: str = Field(min_length=1, max_length=60, description="名称", examples=["鱼类"])
    aliases: list[str] = Field(default=[], max_length=50, description="其他写法", examples=[["鲜活鱼"]])
    excluded_codes: list[str] = Field(
        default=[], max_length=100, description="除外：这些类别不沿用本类别的限值", examples=[["33.03.01.03"]]
    )
    date_basis: DateBasis | None = Field(default=None, description="按哪个日期选用标准版本；不填为同上级")
    source: str = Field(min_length=4, max_length=500, description="依据", examples=["当年抽检计划附件（演示）"])
    verified: bool = Field(description="是否已对照原文核实", examples=[False])


class CategoryCreate(CategoryFields):
    code: str = Field(pattern=CODE, description="代码，不再更改", examples=["33.03.05"])
    parent_code: str | None = Field(default=None, description="上级代码；大类不填", examples=["33.03"])


class CategoryUpdate(CategoryFields):
    pass


class CategoryRead(Schema):
    code: str = Field(examples=["33.03.01"])
    version: int
    parent_code: str | None = Field(examples=["33.03"])
    level: int = Field(description="1 大类、2 亚类、3 次亚类、4 细类", examples=[3])
    name: str = Field(examples=["鱼类"])
    aliases: list[str]
    excluded_codes: list[str]
    date_basis: DateBasis | None
    source: str
    verified: bool
