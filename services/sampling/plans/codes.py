"""Codes of sampling plans."""

from enum import StrEnum

from shared.contracts.statutory_sampling import SampleState


class PlanState(StrEnum):
    """Where a plan stands. Only a draft is changed; what is issued stays as it was issued."""

    DRAFT = "draft"
    ISSUED = "issued"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        return {"draft": "拟定中", "issued": "已下达", "closed": "已结束"}[self]


class PlanLevel(StrEnum):
    """Whose plan it is: the level of the organising region."""

    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"

    @property
    def label(self) -> str:
        return {"province": "省级", "city": "市级", "county": "县级"}[self]


class RateUnit(StrEnum):
    """How a document words a rate. Both count samples: one sample is one batch, and one piece."""

    BATCHES = "batches_per_thousand"
    PIECES = "pieces_per_thousand"

    @property
    def label(self) -> str:
        return {"batches_per_thousand": "批次/千人", "pieces_per_thousand": "件/千人"}[self]

    @property
    def counted(self) -> str:
        """The word for what is counted."""
        return {"batches_per_thousand": "批次", "pieces_per_thousand": "件"}[self]


class PlaceKind(StrEnum):
    """In which register the places of a coverage duty stand."""

    BUSINESS = "business"
    SITE = "site"

    @property
    def label(self) -> str:
        return {"business": "生产经营主体", "site": "市场等检测点"}[self]


COUNTED_STATES = (SampleState.TAKEN, SampleState.RECEIVED, SampleState.REPORTED, SampleState.CONCLUDED)
"""A sample counts from when it is taken; a refused, rejected or voided one does not."""
