"""Codes of trainings."""

from enum import StrEnum


class TraineeGroup(StrEnum):
    """For whom hours are required: each group has its own rule, of its own source."""

    INSPECTOR = "inspector"
    ENTERPRISE = "enterprise"
    GRID = "grid"

    @property
    def label(self) -> str:
        return {
            "inspector": "监管人员",
            "enterprise": "企业食品安全总监、食品安全员",
            "grid": "网格员、协管员",
        }[self]
