"""What a trend's line says in a sentence, and the numbers under it."""

from decimal import Decimal

from gateway.dashboards.schemas import Trend
from gateway.web.command_centre.targets import Target
from gateway.web.command_centre.trends import trend_view
from tests.gateway.dashboards.wire import DISTRICT, definition_of, value_of

RATE = definition_of()
MONTHS = ("2026-05", "2026-06", "2026-07")


def trend(*values: str | None) -> Trend:
    points = [value_of(RATE, DISTRICT, month, value) for month, value in zip(MONTHS, values, strict=False)]
    return Trend(region_code=DISTRICT, definition=RATE, points=points)


def test_the_sentence_names_the_highest_the_lowest_and_the_gaps() -> None:
    shown = trend_view(trend("97.25", None, "98.5"), Target("≥", Decimal("98.0"), "演示（虚构）"))
    assert shown.finding == "合格率：近3个月最高2026年7月98.5%，最低2026年5月97.2%；1个月没有数"
    assert shown.rows == [("2026年5月", "97.2"), ("2026年6月", None), ("2026年7月", "98.5")]
    assert shown.target == "98"


def test_what_reads_the_same_is_neither_highest_nor_lowest() -> None:
    assert trend_view(trend("98.51", "98.52", "98.49"), None).finding == "合格率：近3个月都是98.5%"
    assert trend_view(trend(None, "98.52", "98.49"), None).finding == "合格率：近3个月有数的都是98.5%；1个月没有数"


def test_a_single_point_is_no_course() -> None:
    assert trend_view(trend(None, None, "98.5"), None).finding == "合格率：近3个月只有2026年7月有数，98.5%"


def test_a_line_without_a_point_says_so() -> None:
    assert trend_view(trend(None, None, None), None).finding == "合格率：近3个月都暂无数据"
