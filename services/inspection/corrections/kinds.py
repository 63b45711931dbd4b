"""Code types of corrections."""

from enum import StrEnum

from shared.contracts.clocks import LengthUnit


class Origin(StrEnum):
    """Where a finding comes from."""

    VISIT = "visit"
    HAND = "hand"
    COMPLAINT = "complaint"
    CASE = "case"

    @property
    def label(self) -> str:
        return {"visit": "监督检查", "hand": "人工登记", "complaint": "投诉举报", "case": "案件"}[self.value]


class CorrectionState(StrEnum):
    """How far a finding has come. Only a passed re-check, or a correction seen on the spot, puts it right."""

    FOUND = "found"
    ORDERED = "ordered"
    REPORTED = "reported"
    FAILED = "failed"
    PASSED = "passed"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        return {
            "found": "待处理",
            "ordered": "限期整改中",
            "reported": "已报告完成，待复查",
            "failed": "复查不合格",
            "passed": "复查合格，待办结",
            "closed": "已办结",
        }[self.value]


class CorrectionEnd(StrEnum):
    """Why a finding is closed."""

    ON_THE_SPOT = "on_the_spot"
    CORRECTED = "corrected"
    INVESTIGATED = "investigated"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        return {
            "on_the_spot": "当场整改",
            "corrected": "整改完成",
            "investigated": "立案查处，不再另行整改",
            "withdrawn": "撤销：登记有误或判定已变",
        }[self.value]


class RecheckResult(StrEnum):
    """What a re-check found. Not reached says nothing about the correction; it is never a pass."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_REACHED = "not_reached"


class CorrectionStep(StrEnum):
    """What may happen to a correction, as its timeline tells it."""

    OPENED = "opened"
    ASSESSED = "assessed"
    ON_THE_SPOT = "on_the_spot"
    ORDERED = "ordered"
    ORDERED_AGAIN = "ordered_again"
    EXTENDED = "extended"
    REPORTED = "reported"
    RECHECK_PASSED = "recheck_passed"
    RECHECK_FAILED = "recheck_failed"
    NOT_REACHED = "not_reached"
    INTERVIEWED = "interviewed"
    LISTED = "listed"
    LETTER_NOTED = "letter_noted"
    CASE_REQUESTED = "case_requested"
    CASE_FILED = "case_filed"
    CASE_DECLINED = "case_declined"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        return {
            "opened": "发现问题",
            "assessed": "判断是否影响食品安全",
            "on_the_spot": "当场整改",
            "ordered": "责令限期整改",
            "ordered_again": "再次责令限期整改",
            "extended": "书面延期",
            "reported": "报告整改完成",
            "recheck_passed": "复查合格",
            "recheck_failed": "复查不合格",
            "not_reached": "未能复查",
            "interviewed": "升级：责任约谈",
            "listed": "升级：挂牌督办",
            "letter_noted": "发出文书",
            "case_requested": "移送立案",
            "case_filed": "立案",
            "case_declined": "不予立案",
            "closed": "办结",
            "withdrawn": "撤销",
        }[self.value]


ESCALATIONS = frozenset({CorrectionStep.INTERVIEWED, CorrectionStep.LISTED, CorrectionStep.CASE_REQUESTED})

INTERNAL = frozenset({CorrectionStep.CASE_REQUESTED, CorrectionStep.CASE_FILED, CorrectionStep.CASE_DECLINED})
"""Steps between authorities: the business reads of them in the documents served on it, not here."""

DEADLINE_UNITS = frozenset({LengthUnit.WORKING_DAY, LengthUnit.CALENDAR_DAY})
