"""Codes of allocation."""

from enum import StrEnum


class Method(StrEnum):
    """What an allocation is for; each question has its own method and they are never mixed."""

    ASSESSMENT = "assessment"
    SUPERVISION = "supervision"

    @property
    def label(self) -> str:
        return {"assessment": "评价性：按层最优分配", "supervision": "监督：先全覆盖，再按风险"}[self]


class CapKind(StrEnum):
    """What may not be sampled too often in a quarter."""

    SAME_PRODUCT = "same_product"
    PRODUCER_CATEGORY = "producer_category"
    SHOP = "shop"

    @property
    def label(self) -> str:
        return {
            "same_product": "同一生产者同一品名同一生产日期",
            "producer_category": "同一生产者同一大类",
            "shop": "同一被抽样单位",
        }[self]
