"""Codes of supervision assignments (包保)."""

from enum import StrEnum


class AssignmentLevel(StrEnum):
    """The level of a business, which says from which level of government its leader comes."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"

    @property
    def label(self) -> str:
        return f"{self.value} 级"
