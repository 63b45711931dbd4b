"""Words of scoring (评价) that other units and screens read."""

from enum import StrEnum


class SignalKind(StrEnum):
    """What made a credit signal."""

    RAPID_TEST_FAILED = "rapid_test_failed"
    SAMPLE_FAILED = "sample_failed"

    @property
    def label(self) -> str:
        return {"rapid_test_failed": "快检疑似阳性", "sample_failed": "抽检不合格"}[self]


class SignalState(StrEnum):
    """What became of it. Open is not a verdict: an unsettled signal counts neither against nor for a business."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"
    UNSETTLED = "unsettled"

    @property
    def label(self) -> str:
        return {"open": "待核实", "confirmed": "属实", "dismissed": "不属实", "unsettled": "无法核实"}[self]
