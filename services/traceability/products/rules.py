"""一品一链: which steps a product's chain must have, and how far they are recorded of one lot. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class StepKind(StrEnum):
    """A step as the platform knows it from its own records."""

    CERTIFICATE = "certificate"
    QUARANTINE = "quarantine"
    PURCHASE = "purchase"
    FEEDING = "feeding"
    SLAUGHTER = "slaughter"
    MEAT_INSPECTION = "meat_inspection"
    RELEASE = "release"
    COLD_CHAIN = "cold_chain"
    SALE = "sale"

    @property
    def label(self) -> str:
        return {
            "certificate": "承诺达标合格证",
            "quarantine": "动物检疫",
            "purchase": "进货查验",
            "feeding": "投料",
            "slaughter": "屠宰",
            "meat_inspection": "肉品品质检验",
            "release": "出厂检验",
            "cold_chain": "冷链温度",
            "sale": "销售票据",
        }[self]


@dataclass(frozen=True, slots=True)
class StepState:
    """How far a required step is recorded. `missing`: fields that no record of the step says."""

    step: StepKind
    label: str
    recorded: int
    missing: tuple[str, ...]

    @property
    def is_complete(self) -> bool:
        return self.recorded > 0 and not self.missing


def judged(
    steps: Sequence[Mapping[str, Any]], records: Mapping[StepKind, Sequence[Mapping[str, Any]]]
) -> list[StepState]:
    """The steps of a chain, in order, each held against the records of the lot and of what it was made from.

    A field counts as said where every record of the step says it: one complete record does not cover for another.
    """
    found = []
    for wanted in steps:
        step = StepKind(wanted["step"])
        of_step = records.get(step, ())
        lacking = tuple(
            name for name in wanted.get("fields", ()) if any(record.get(name) in (None, "", []) for record in of_step)
        )
        found.append(StepState(step, wanted.get("label") or step.label, len(of_step), lacking))
    return found
