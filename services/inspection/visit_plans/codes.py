"""The words of the week's visits."""

from enum import StrEnum


class DutyKind(StrEnum):
    """Why somebody has to go there. Of duties due on one day the earlier here comes first."""

    FOLLOW_UP = "follow_up"
    RECALL = "recall"
    RECHECK = "recheck"
    CLUE = "clue"
    COVERAGE = "coverage"
    FREQUENCY = "frequency"
    DRAWN = "drawn"

    @property
    def label(self) -> str:
        return {
            "follow_up": "抽检快检跟进",
            "recall": "召回现场核查",
            "recheck": "整改复查",
            "clue": "投诉线索核实",
            "coverage": "两年全项目覆盖",
            "frequency": "风险等级频次",
            "drawn": "双随机抽查",
        }[self.value]

    @property
    def rank(self) -> int:
        return list(DutyKind).index(self)

    @property
    def routine(self) -> bool:
        """Whether it is a routine inspection, which a lower authority does not repeat after one above."""
        return self in (DutyKind.COVERAGE, DutyKind.FREQUENCY)


class Undone(StrEnum):
    """Why a visit cannot be made this week."""

    NOBODY_MAY = "nobody_may"
    ALL_BUSY = "all_busy"
    DRAWN_BUSY = "drawn_busy"
