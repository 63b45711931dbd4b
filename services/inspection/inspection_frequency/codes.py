"""The words of the frequency planner."""

from enum import StrEnum


class PlanningRule(StrEnum):
    """A number that the planner takes from dated rows."""

    OFFICERS_A_VISIT = "officers_a_visit"
    MONTHS_WITHOUT_GRADE = "months_without_grade"

    @property
    def label(self) -> str:
        return {
            "officers_a_visit": "每次检查至少几名检查人员",
            "months_without_grade": "没有等级或没有方案的主体，至少几个月检查一次",
        }[self]
