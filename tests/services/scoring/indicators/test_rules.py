"""What a reference asks of a figure, and what a document's words leave open."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scoring.indicators.approximations import FARTHEST, stated_range
from services.scoring.indicators.references import Reference, UnknownView, viewed, year_before
from shared.contracts.figures import FigureDefinition, FigureKind, FigureState, FigureValue, Period


def definition(kind: FigureKind = FigureKind.FLOW, denominator: str | None = None) -> FigureDefinition:
    return FigureDefinition(
        code="sampling.demo",
        name="演示",
        kind=kind,
        unit="批次",
        numerator="数",
        denominator=denominator,
        higher_is_better=None,
        decimals=0,
        version=1,
        note="",
    )


def figure(value: str | None, as_of: datetime, **more: Decimal) -> FigureValue:
    return FigureValue.model_validate(
        {
            "code": "sampling.demo",
            "definition_version": 1,
            "region_code": "330203000000",
            "period": "2026",
            "state": "missing" if value is None else "value" if Decimal(value) else "zero",
            "value": value,
            "numerator": value,
            "denominator": None,
            "low": None,
            "high": None,
            "as_of": as_of,
            "rows": "/v1/figures/sampling.demo/rows",
        }
        | more
    )


YEAR = Period.parse("2026")
MID_YEAR = datetime(2026, 7, 2, 9, tzinfo=UTC)  # the 183rd day of 365


def test_a_flow_of_half_a_year_is_brought_to_the_year() -> None:
    found = viewed(Reference.parse("sampling.demo@annualised"), definition(), figure("183", MID_YEAR), YEAR)
    assert (found.state, found.value) == (FigureState.VALUE, Decimal(365))
    over = viewed(
        Reference.parse("sampling.demo@annualised"),
        definition(),
        figure("183", datetime(2027, 3, 1, tzinfo=UTC)),
        YEAR,
    )
    assert over.value == 183, "a year that is over is whole"


@pytest.mark.parametrize("defined", [definition(FigureKind.STOCK), definition(denominator="检测的")])
def test_a_stock_and_a_rate_are_not_brought_to_the_year(defined: FigureDefinition) -> None:
    found = viewed(Reference.parse("sampling.demo@annualised"), defined, figure("5", MID_YEAR), YEAR)
    assert (found.state, found.value) == (FigureState.NOT_APPLICABLE, None)


def test_what_is_missing_stays_missing_in_every_view() -> None:
    for view in ("", "@annualised", "@numerator", "@denominator"):
        found = viewed(Reference.parse(f"sampling.demo{view}"), definition(), figure(None, MID_YEAR), YEAR)
        assert (found.state, found.value) == (FigureState.MISSING, None), view


def test_which_period_is_asked_for() -> None:
    quarter = Period.parse("2026-Q3")
    assert str(Reference.parse("a.b@previous").period_for(quarter)) == "2026-Q2"
    assert str(Reference.parse("a.b@last_year").period_for(quarter)) == "2025-Q3"
    assert str(year_before(Period.parse("2024-02-29"))) == "2023-02-28"
    with pytest.raises(UnknownView, match="@annualised"):
        Reference.parse("a.b@anualised")


@pytest.mark.parametrize(
    ("value", "comparison", "quote", "low", "high"),
    [
        ("300", "=", "建成约300家", "250", "350"),
        ("300", "=", "建成300家左右", "250", "350"),
        ("300", "=", "近300家", "200", "300"),
        ("300", "=", "300余家", "300", "400"),
        ("300", "=", "超300家", "300", "400"),
        ("40.5", "=", "约40.5%", "40.45", "40.55"),
        ("300", "=", "建成300家，比约定的多", "300", "300"),
        ("4.5", "≥", "抽检量≥4.5批次", "4.5", str(FARTHEST)),
        ("2", "≤", "≤2%", str(-FARTHEST), "2"),
        ("1300", "=", "约1,300家", "1250", "1350"),
    ],
)
def test_what_a_document_leaves_open(value: str, comparison: str, quote: str, low: str, high: str) -> None:
    assert stated_range(Decimal(value), comparison, quote) == (Decimal(low), Decimal(high))


@given(
    value=st.decimals(min_value=0, max_value=10**9, places=3),
    comparison=st.sampled_from(["=", "≥", "≤", ""]),
    words=st.sampled_from(["约{}家", "近{}家", "{}余家", "{}家", "超过{}家", "没有数"]),
)
def test_the_number_that_is_named_is_always_possible(value: Decimal, comparison: str, words: str) -> None:
    low, high = stated_range(value, comparison, words.format(format(value.normalize(), "f")))
    assert low <= value <= high
