"""Kinds of farm inputs, and when what they were used on may be harvested. Pure."""

from datetime import date, timedelta
from enum import StrEnum


class InputKind(StrEnum):
    PESTICIDE = "pesticide"
    FERTILISER = "fertiliser"
    VETERINARY_DRUG = "veterinary_drug"
    FEED = "feed"
    SEED = "seed"

    @property
    def label(self) -> str:
        return {
            "pesticide": "农药",
            "fertiliser": "肥料",
            "veterinary_drug": "兽药",
            "feed": "饲料和饲料添加剂",
            "seed": "种子种苗",
        }[self]

    @property
    def has_interval(self) -> bool:
        """Whether its label must state an interval (农药安全间隔期、兽药休药期)."""
        return self in (InputKind.PESTICIDE, InputKind.VETERINARY_DRUG)


def harvest_from(used_on: date, safe_interval_days: int | None) -> date | None:
    """The first day on which what it was used on may be harvested: so many whole days lie between."""
    return None if safe_interval_days is None else used_on + timedelta(days=safe_interval_days)
