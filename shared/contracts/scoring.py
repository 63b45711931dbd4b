"""Words and events of scoring (评价) that other units and screens read."""

from datetime import date
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from shared.contracts.event import EventData


class SignalKind(StrEnum):
    """What made a credit signal."""

    RAPID_TEST_FAILED = "rapid_test_failed"
    SAMPLE_FAILED = "sample_failed"

    @property
    def label(self) -> str:
        return {"rapid_test_failed": "快检疑似阳性", "sample_failed": "抽检不合格"}[self]


class SignalState(StrEnum):
    """What became of it. Open is not a verdict: an unsettled signal counts neither against nor for a business."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"
    UNSETTLED = "unsettled"

    @property
    def label(self) -> str:
        return {"open": "待核实", "confirmed": "属实", "dismissed": "不属实", "unsettled": "无法核实"}[self]


class CreditGrade(StrEnum):
    """The credit risk of a business (信用风险分类), from the least to the greatest."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"

    @property
    def label(self) -> str:
        return f"信用{self.value}级"


class CreditGradeChanged(EventData):
    """A business has another credit grade. Of two events the one of the later day holds; of one day, the greater
    version.
    """

    type: ClassVar[str] = "scoring.credit_grade.changed.v1"

    business_id: UUID
    uscc: str | None = Field(description="统一社会信用代码；没有的为 null")
    version: int
    grade: CreditGrade
    as_of: date = Field(description="截至哪一天评定")
    reason: str = Field(description="为什么是这一级，不含个人信息")
