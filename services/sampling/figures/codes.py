"""The codes of sampling's figures."""

from enum import StrEnum


class FigureCode(StrEnum):
    RAPID_TESTS = "sampling.rapid_tests"
    SUSPECTED_POSITIVE_RATE = "sampling.suspected_positive_rate"
    WITHOUT_RESULT_RATE = "sampling.without_result_rate"
    DISPOSAL_RATE = "sampling.disposal_rate"
    FOLLOW_UP_ON_TIME_RATE = "sampling.follow_up_on_time_rate"
    OPEN_WHISTLES = "sampling.open_whistles"
    ACTIVE_SITES = "sampling.active_sites"
