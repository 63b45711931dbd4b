"""What everybody may know of the tests of a lot."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from shared.contracts.schema import Schema


class TestKind(StrEnum):
    RAPID = "rapid"
    SAMPLED = "sampled"

    __test__ = False  # no test of pytest's

    @property
    def label(self) -> str:
        return {"rapid": "快速检测", "sampled": "监督抽检"}[self]


class PublicLotTest(Schema):
    """One test. Only `passed: true` is a pass; an open or unclear one is null."""

    kind: TestKind
    label: str = Field(examples=["快速检测"])
    passed: bool | None = Field(description="没有结论、还在复核为 null，不当作合格")
    says: str = Field(examples=["农药残留：阴性"])
    product_name: str = Field(examples=["韭菜"])
    on: date = Field(description="检测日期；抽检为公布日期")
    by: str = Field(description="检测点；抽检为公告号", examples=["演示农贸市场（虚构）"])
    publication_id: UUID | None = Field(description="抽检：在哪张公布的表里；快检为 null")
