"""Whatever is entered, a place has at most one cell a level and one responsible person a day, and gaps are shown."""

from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.inspection.grid.cells.codes import GridLevel
from services.inspection.grid.cells.rules import ImpossibleStay, Stay, cells_on, put
from services.inspection.grid.dated_rules.rules import Version, in_force
from services.inspection.grid.periods import Stretch, first_overlap, gaps

UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

FIRST = date(2026, 1, 1)
DAYS = st.integers(0, 40)
REGIONS = {GridLevel.COUNTY: "C", GridLevel.TOWN: "T", GridLevel.VILLAGE: "V"}


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


@st.composite
def stretches(draw: st.DrawFn) -> Stretch:
    since = draw(DAYS)
    length = draw(st.none() | st.integers(1, 15))
    return Stretch(day(since), None if length is None else day(since + length))


@UNHURRIED
@given(st.lists(st.tuples(st.sampled_from(["A", "B", "C"]), st.sampled_from(list(GridLevel)), DAYS), max_size=12))
def test_a_business_is_in_at_most_one_cell_of_a_level_and_its_past_never_changes(
    wishes: list[tuple[str, GridLevel, int]],
) -> None:
    stays: list[Stay] = []
    for cell, level, since in wishes:
        before = [cells_on(day(number), REGIONS, stays) for number in range(since)]
        try:
            stays = put(stays, cell, level, day(since))
        except ImpossibleStay:
            continue
        assert cells_on(day(since), REGIONS, stays)[level] == cell
        assert [cells_on(day(number), REGIONS, stays) for number in range(since)] == before
    for number in range(60):
        for level in GridLevel:
            held = [stay for stay in stays if stay.level is level and stay.days.holds(day(number))]
            assert len(held) <= 1
            here = cells_on(day(number), REGIONS, stays)[level]
            assert here == (held[0].cell_code if held else REGIONS.get(level))


@UNHURRIED
@given(stretches(), st.lists(stretches(), max_size=8))
def test_an_overlap_is_found_exactly_when_a_day_is_in_both(new: Stretch, known: list[Stretch]) -> None:
    shared = any(one.holds(day(number)) and new.holds(day(number)) for one in known for number in range(80))
    assert (first_overlap(new, known) is not None) is shared


@UNHURRIED
@given(st.lists(stretches(), max_size=8), stretches())
def test_gaps_are_exactly_the_days_on_which_nobody_holds(known: list[Stretch], within: Stretch) -> None:
    found = gaps(known, within)
    for number in range(80):
        today = day(number)
        uncovered = within.holds(today) and not any(one.holds(today) for one in known)
        assert any(gap.holds(today) for gap in found) is uncovered, today


@UNHURRIED
@given(st.lists(stretches(), min_size=1, max_size=6))
def test_persons_appointed_only_where_free_never_share_a_day(wishes: list[Stretch]) -> None:
    held: list[Stretch] = []
    for wish in wishes:
        if first_overlap(wish, held) is None:
            held.append(wish)
    for number in range(80):
        assert sum(one.holds(day(number)) for one in held) <= 1


def test_the_nearest_region_then_the_latest_start_then_the_last_correction_holds() -> None:
    versions = [
        Version("country", None, day(0), None, 1),
        Version("county", "C", day(5), None, 1),
        Version("county corrected to end", "C", day(5), day(9), 2),
        Version("county later", "C", day(20), None, 1),
        Version("elsewhere", "X", day(0), None, 1),
    ]
    held = [in_force(versions, ["P", "C", "T"], day(number)) for number in (0, 5, 9, 10, 20)]
    assert held == ["country", "county corrected to end", "county corrected to end", "country", "county later"]
    assert in_force(versions, ["P"], day(-1)) is None
