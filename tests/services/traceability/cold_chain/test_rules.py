"""Excursions are found in whatever order the readings came, and nothing within bounds is one."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from services.traceability.cold_chain.rules import Bounds, Contradiction, Measured, contradictions, excursions

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
        between = {one.at for one in readings if before.ended_at < one.at < after.started_at}
        outside = {one.at for one in readings if not FROZEN.hold(one.value)}
        assert between - outside, "two excursions have a moment between them that was good throughout"


@given(READINGS.filter(bool), st.data())
def test_a_good_reading_of_a_moment_already_told_of_undoes_nothing(
    readings: list[Measured], data: st.DataObject
) -> None:
    bad = [one for one in readings if not FROZEN.hold(one.value)]
    later = [Measured(one.at, Decimal(-25)) for one in data.draw(st.lists(st.sampled_from(bad)))] if bad else []
    assert excursions(readings + later, FROZEN) == excursions(readings, FROZEN)


@given(READINGS)
def test_each_moment_told_in_two_ways_is_a_contradiction(readings: list[Measured]) -> None:
    told = {one.at: {other.value for other in readings if other.at == one.at} for one in readings}
    assert contradictions(readings) == [
        Contradiction(at, tuple(sorted(told[at]))) for at in sorted(told) if len(told[at]) > 1
    ]


def test_a_bound_is_within() -> None:
    chilled = Bounds(Decimal(0), Decimal(4))
    assert all(chilled.hold(Decimal(value)) for value in ("0", "4", "3.9"))
    assert not any(chilled.hold(Decimal(value)) for value in ("-0.1", "4.1"))
