"""Excursions are found in whatever order the readings came, and nothing within bounds is one."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from services.traceability.cold_chain.rules import Bounds, Measured, excursions

START = datetime(2026, 7, 24, tzinfo=UTC)
FROZEN = Bounds(None, Decimal(-18))
READINGS = st.lists(
    st.builds(
        Measured,
        st.integers(0, 500).map(lambda minute: START + timedelta(minutes=minute)),
        st.decimals(Decimal(-25), Decimal(5), places=1),
    ),
    max_size=40,
)


@given(READINGS, st.randoms())
def test_the_order_of_the_readings_does_not_matter(readings: list[Measured], chance: object) -> None:
    shuffled = list(readings)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert excursions(shuffled, FROZEN) == excursions(readings, FROZEN)


@given(READINGS)
def test_every_reading_out_of_bounds_is_in_one_excursion_and_no_other(readings: list[Measured]) -> None:
    found = excursions(readings, FROZEN)
    assert sum(one.readings for one in found) == sum(not FROZEN.hold(reading.value) for reading in readings)
    for one in found:
        assert one.started_at <= one.ended_at
        assert not FROZEN.hold(one.highest)
        assert not FROZEN.hold(one.lowest)
    for before, after in pairwise(found):
        between = [one for one in readings if before.ended_at <= one.at <= after.started_at and FROZEN.hold(one.value)]
        assert between, "two excursions have a good reading between them"


def test_a_bound_is_within() -> None:
    chilled = Bounds(Decimal(0), Decimal(4))
    assert all(chilled.hold(Decimal(value)) for value in ("0", "4", "3.9"))
    assert not any(chilled.hold(Decimal(value)) for value in ("-0.1", "4.1"))
