"""What a figure may say, and how sure it is."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.figures import FigureDefinition, FigureKind, FigureState, Period, PeriodKind
from shared.figures.rules import state_of, value_of, wilson_interval

TODAY = date(2026, 7, 24)
JULY = Period.parse("2026-07")


def definition(*, rate: bool) -> FigureDefinition:
    return FigureDefinition(
        code="sampling.example",
        name="示例",
        kind=FigureKind.FLOW,
        unit="%" if rate else "批次",
        numerator="分子",
        denominator="分母" if rate else None,
        higher_is_better=None,
        decimals=1,
        version=1,
        note="",
    )


def counts(numerator: int, denominator: int) -> tuple[Decimal, Decimal]:
    return Decimal(numerator), Decimal(denominator)


def test_nothing_recorded_is_missing_not_zero() -> None:
    assert state_of(definition(rate=False), JULY, None, TODAY) is FigureState.MISSING
    assert state_of(definition(rate=False), JULY, counts(0, 0), TODAY) is FigureState.ZERO


def test_a_rate_of_nothing_is_missing_never_full_marks() -> None:
    assert state_of(definition(rate=True), JULY, counts(0, 0), TODAY) is FigureState.MISSING
    assert state_of(definition(rate=True), JULY, counts(0, 7), TODAY) is FigureState.ZERO
    assert state_of(definition(rate=True), JULY, counts(7, 7), TODAY) is FigureState.VALUE


PER_THOUSAND = definition(rate=True).model_copy(update={"unit": "批次/千人", "population": "resident"})


def test_so_many_a_thousand_people_is_no_share_and_missing_where_nobody_is_known_to_live() -> None:
    assert value_of(PER_THOUSAND, Decimal(4739), Decimal(1_053_000)).quantize(Decimal("0.0001")) == Decimal("4.5005")
    assert not PER_THOUSAND.is_rate
    assert state_of(PER_THOUSAND, JULY, counts(3, 0), TODAY) is FigureState.MISSING
    assert state_of(PER_THOUSAND, JULY, counts(0, 1000), TODAY) is FigureState.ZERO


def test_a_period_to_come_is_not_due() -> None:
    assert state_of(definition(rate=False), Period.parse("2026-08"), counts(3, 0), TODAY) is FigureState.NOT_DUE


def test_a_rate_is_a_percentage() -> None:
    assert value_of(definition(rate=True), Decimal(387), Decimal(1000)) == Decimal("38.7")


@pytest.mark.parametrize(
    ("numerator", "denominator", "low", "high"),
    [  # from the closed formula, checked against scipy.stats.binomtest(k, n).proportion_ci(method="wilson")
        (1, 5, "3.6224", "62.4465"),
        (0, 10, "0", "27.7533"),
        (10, 10, "72.2467", "100"),
        (7, 1020, "0.3328", "1.4098"),
    ],
)
def test_the_interval_is_wilsons(numerator: int, denominator: int, low: str, high: str) -> None:
    assert wilson_interval(*counts(numerator, denominator)) == (Decimal(low), Decimal(high))


@given(st.integers(0, 500), st.integers(1, 500))
def test_the_interval_contains_the_rate_and_narrows_with_more_tests(numerator: int, denominator: int) -> None:
    numerator = min(numerator, denominator)
    found = wilson_interval(*counts(numerator, denominator))
    tenfold = wilson_interval(*counts(numerator * 10, denominator * 10))
    assert found is not None
    assert tenfold is not None
    rate = Decimal(numerator) * 100 / denominator
    assert found[0] - Decimal("0.001") <= rate <= found[1] + Decimal("0.001")
    assert tenfold[1] - tenfold[0] < found[1] - found[0]


def test_more_than_everything_has_no_interval() -> None:
    assert wilson_interval(*counts(8, 7)) is None


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_periods_tile_the_calendar(day: date) -> None:
    for period in [Period.containing(day, kind) for kind in PeriodKind]:
        assert period.first <= day < period.end
        assert Period.parse(str(period)) == period
        assert Period.containing(period.end, period.kind).previous == period


@pytest.mark.parametrize("text", ["2026-13", "26", "2026-Q5", "2026-02-30", "今年", "", "2026-7"])
def test_other_spellings_of_a_period_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="期间应写作"):
        Period.parse(text)


def test_labels_read_as_people_write() -> None:
    assert [Period.parse(text).label for text in ("2026", "2026-Q3", "2026-07", "2026-07-24")] == [
        "2026年",
        "2026年第3季度",
        "2026年7月",
        "2026年7月24日",
    ]
    assert Period.parse("2026-12").end - timedelta(days=1) == date(2026, 12, 31)
