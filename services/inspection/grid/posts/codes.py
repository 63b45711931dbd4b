"""Codes of posts in the grid."""

from enum import StrEnum


class PostRole(StrEnum):
    """As what somebody holds a cell."""

    GRID_OFFICER = "grid_officer"
    ASSISTANT = "assistant"
    SUPERVISOR = "supervisor"
    CHIEF_INSPECTOR = "chief_inspector"
    INFORMANT = "informant"

    @property
    def label(self) -> str:
        return {
            "grid_officer": "网格员",
            "assistant": "协管员",
            "supervisor": "监管干部",
            "chief_inspector": "检查长",
            "informant": "信息员",
        }[self]
