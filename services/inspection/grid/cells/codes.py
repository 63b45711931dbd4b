"""Codes of cells of the grid."""

from enum import StrEnum

from shared.regions.tree import Level


class GridLevel(StrEnum):
    """The levels of the grid: those of the division tree from the county down, and cells below the village."""

    COUNTY = "county"
    TOWN = "town"
    VILLAGE = "village"
    CELL = "cell"

    @property
    def label(self) -> str:
        return {"county": "县级", "town": "镇街", "village": "村（社区）", "cell": "微网格"}[self]

    @property
    def rank(self) -> int:
        """Greater is further down; that of the division tree where it has the level."""
        return {"county": Level.COUNTY, "town": Level.STREET, "village": Level.VILLAGE, "cell": Level.VILLAGE + 1}[self]

    @classmethod
    def of_region(cls, level: int) -> "GridLevel | None":
        """The level of a region's own cell; None above the county."""
        return next((one for one in (cls.COUNTY, cls.TOWN, cls.VILLAGE) if one.rank == level), None)
