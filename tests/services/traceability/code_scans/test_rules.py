"""What scans say against a label: only what one label cannot have done."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.traceability.code_scans.rules import FindingKind, Place, Scans, Threshold, coarse, copied, distance_km
from services.traceability.code_scans.seed import SHIPPED

NINGBO, HANGZHOU, URUMQI = (
    coarse(Decimal(north), Decimal(east))
    for north, east in (("29.87", "121.54"), ("30.27", "120.15"), ("43.83", "87.62"))
)
START = datetime(2026, 7, 24, 1, tzinfo=UTC)


def scan(minutes: float, place: Place | None, count: int = 1, lasting: float = 0) -> Scans:
    first = START + timedelta(minutes=minutes)
    return Scans(first, first + timedelta(minutes=lasting), count, place)


def kinds(*scans: Scans) -> list[FindingKind]:
    return [found.kind for found in copied(scans, SHIPPED)]


def test_two_cities_within_minutes_are_two_labels() -> None:
    assert kinds(scan(0, NINGBO), scan(20, HANGZHOU)) == [FindingKind.FAR_APART]
    [found] = copied([scan(0, NINGBO), scan(20, HANGZHOU)], SHIPPED)
    assert "相隔 20 分钟" in found.says
    assert "300 公里" in found.says


def test_a_lorry_may_drive_from_one_to_the_other() -> None:
    assert kinds(scan(0, NINGBO), scan(150, HANGZHOU)) == []
    assert kinds(scan(0, NINGBO), scan(150, URUMQI)) == [FindingKind.FAR_APART]


def test_neighbouring_cells_and_unknown_places_say_nothing() -> None:
    beside = Place(NINGBO.latitude + Decimal("0.3"), NINGBO.longitude)
    assert kinds(scan(0, NINGBO), scan(1, beside), scan(2, None)) == []


def test_hours_that_overlap_are_judged_by_the_scans_that_are_known() -> None:
    assert kinds(scan(0, NINGBO, count=9, lasting=58), scan(29, HANGZHOU)) == [], "29 minutes at most 290 km/h"
    assert kinds(scan(0, NINGBO, count=9, lasting=58), scan(50, HANGZHOU)) == [FindingKind.FAR_APART]


@pytest.mark.parametrize(("count", "expected"), [(50, []), (51, [FindingKind.TOO_MANY])])
def test_more_scans_than_one_thing_gets(count: int, expected: list[FindingKind]) -> None:
    assert kinds(scan(0, None, count=count - 1), scan(60, None)) == expected


def test_scans_of_many_days_are_not_added_up() -> None:
    assert kinds(*(scan(day * 24 * 60, None, count=20) for day in range(10))) == []


def test_a_bureau_decides_otherwise() -> None:
    strict = SHIPPED | {Threshold.SPEED: Decimal("60")}
    assert [found.kind for found in copied([scan(0, NINGBO), scan(120, HANGZHOU)], strict)] == [FindingKind.FAR_APART]


@given(
    st.decimals("-90", "90", places=6),
    st.decimals("-180", "180", places=6),
    st.decimals("-90", "90", places=6),
    st.decimals("-180", "180", places=6),
)
def test_distances_are_symmetric_and_no_longer_than_half_way_round(
    a: Decimal, b: Decimal, c: Decimal, d: Decimal
) -> None:
    one, other = coarse(a, b), coarse(c, d)
    assert distance_km(one, other) == pytest.approx(distance_km(other, one), abs=1e-6)
    assert 0 <= distance_km(one, other) <= 20_020
    assert abs(one.latitude - a) <= Decimal("0.05"), "kept to a tenth of a degree, no finer"
    assert one.latitude == one.latitude.quantize(Decimal("0.1"))


@given(st.lists(st.tuples(st.integers(0, 10_000), st.integers(1, 3)), max_size=12))
def test_a_label_that_stays_where_it_is_is_never_far_apart(scans: list[tuple[int, int]]) -> None:
    assert FindingKind.FAR_APART not in kinds(*(scan(minutes, NINGBO, count) for minutes, count in scans))
