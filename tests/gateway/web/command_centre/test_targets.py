"""Which stated target is a figure's, and how far the figure is from it."""

from datetime import timedelta
from decimal import Decimal

import pytest

from gateway.dashboards.schemas import RegisteredFigures, RegisteredSection, SectionStatus
from gateway.web.command_centre.targets import Target, target_of, target_words, targets_of
from shared.contracts.codes import Unit
from shared.contracts.figures import Period, RegisteredFigureRead
from shared.ids import uuid7
from tests.gateway.dashboards.wire import AS_OF, DISTRICT, definition_of

JULY = Period.parse("2026-07")
RATE = definition_of()


def stated(value: str | None = "98", **changes: object) -> RegisteredFigureRead:
    fields: dict[str, object] = {
        "id": uuid7(),
        "code": RATE.code,
        "name": "合格率目标（虚构）",
        "region_code": DISTRICT,
        "period": "",
        "kind": "target",
        "comparison": "≥",
        "value": value,
        "unit": "%",
        "quote": "不低于98%（虚构）",
        "source": "演示文件（虚构）",
        "source_date": None,
        "recorded_at": AS_OF,
        "superseded_by": None,
    }
    return RegisteredFigureRead.model_validate(fields | changes)


def registered(*figures: RegisteredFigureRead) -> RegisteredFigures:
    section = RegisteredSection(
        service=Unit.SAMPLING, title="抽检快检", status=SectionStatus.OK, note="", figures=list(figures)
    )
    return RegisteredFigures(region_code=DISTRICT, region_name="海曙区", sections=[section])


def target(*figures: RegisteredFigureRead) -> Decimal | None:
    found = target_of(RATE, JULY, registered(*figures))
    return found.value if found else None


def test_a_target_stated_under_the_figures_own_code_is_its_target() -> None:
    assert target(stated()) == 98
    assert targets_of([RATE], JULY, registered(stated()))[RATE.code].source == "演示文件（虚构）"


@pytest.mark.parametrize(
    "other",
    [
        {"code": "002-34"},
        {"kind": "fact"},
        {"value": None},
        {"unit": "批次"},
        {"period": "2025"},
        {"period": "2026-08"},
        {"period": "十四五"},
    ],
)
def test_what_is_no_target_of_this_figure_in_this_period_is_not_compared(other: dict[str, str | None]) -> None:
    assert target(stated(**other)) is None


def test_the_target_of_the_shorter_period_counts_and_the_later_one_of_two() -> None:
    year, quarter = stated("97", period="2026"), stated("99", period="2026-Q3")
    always = stated("90")
    assert target(always, year, quarter) == 99
    assert target(year, stated("96", period="2026", recorded_at=AS_OF + timedelta(days=1))) == 96


@pytest.mark.parametrize(
    ("comparison", "value", "said"),
    [
        ("≥", "98.04", "目标不低于98%，已达到"),
        ("≥", "97.3", "目标不低于98%，还差0.7个百分点"),
        ("≤", "98.5", "目标不高于98%，超出0.5个百分点"),
        ("=", "98.5", "目标等于98%，多出0.5个百分点"),
        ("≥", None, "目标不低于98%"),
    ],
)
def test_the_distance_is_that_of_what_stands_on_the_tile(comparison: str, value: str | None, said: str) -> None:
    aim = Target(comparison, Decimal(98), "演示文件（虚构）")
    assert target_words(aim, None if value is None else Decimal(value), "%", 1) == said
