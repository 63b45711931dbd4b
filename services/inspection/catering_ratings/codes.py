"""Grades of the quantitative rating of caterers (餐饮服务食品安全量化分级)."""

from enum import StrEnum

from shared.contracts.inspection import BusinessKind

RATED_KINDS = (BusinessKind.CATERING, BusinessKind.SMALL_CATERING, BusinessKind.CANTEEN)


class RatingGrade(StrEnum):
    """A is the best."""

    A = "A"
    B = "B"
    C = "C"

    @property
    def label(self) -> str:
        return {"A": "A 级（优秀）", "B": "B 级（良好）", "C": "C 级（一般）"}[self.value]
