"""The reward calculator: exact, never below its floor while the cap allows, never above what is left of the cap."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.inspection.reward_ledger.rules import Rates, Tier, reckon

UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

D = Decimal
RATES = Rates(cap=D("1000000"), joint_approval_from=D("500000"), unit=D("0.01"))
TIERS = {1: Tier(D("0.05"), D("5000")), 2: Tier(D("0.03"), D("3000")), 3: Tier(D("0.01"), D("1000"))}
FINES = st.decimals(min_value=0, max_value=10**9, places=2)
GRANTED = st.decimals(min_value=0, max_value=2 * 10**6, places=2)


@pytest.mark.parametrize(
    ("tier", "fine", "granted", "amount", "joint"),
    [
        (1, "200000", "0", "10000.00", False),
        (1, "99999.99", "0", "5000", False),  # 4999.9995 is rounded to 5000.00, which is the floor
        (1, "100000.09", "0", "5000.00", False),  # 5000.0045
        (1, "100000.10", "0", "5000.01", False),  # 5000.005 goes up
        (2, "99999", "0", "3000", False),
        (3, None, "0", "1000", False),
        (2, "0", "0", "3000", False),
        (1, "10000000", "0", "500000.00", True),
        (1, "9999999.80", "0", "499999.99", False),
        (1, "20000000.20", "0", "1000000", True),
        (1, "200000", "995000", "5000", True),
        (1, "200000", "998000", "2000", True),
        (3, "200000", "1000000", "0", True),
        (3, "200000", "1500000", "0", True),
    ],
)
def test_shares_floors_and_caps(tier: int, fine: str | None, granted: str, amount: str, joint: bool) -> None:
    found = reckon(None if fine is None else D(fine), TIERS[tier], RATES, D(granted))
    assert (found.amount, found.joint_approval) == (D(amount), joint)
    assert found.steps[-1].amount == found.amount


@UNHURRIED
@given(FINES, st.sampled_from([1, 2, 3]), GRANTED)
def test_the_amount_stays_between_floor_and_cap_and_on_the_unit(fine: Decimal, tier: int, granted: Decimal) -> None:
    found = reckon(fine, TIERS[tier], RATES, granted)
    left = max(D(0), RATES.cap - granted)
    assert min(TIERS[tier].floor, left) <= found.amount <= left
    assert found.amount % RATES.unit == 0
    exact = fine * TIERS[tier].rate
    if TIERS[tier].floor < exact < left:
        assert abs(found.amount - exact) <= RATES.unit / 2


@UNHURRIED
@given(FINES, FINES, st.sampled_from([1, 2, 3]))
def test_a_greater_fine_never_earns_less_and_a_better_tier_never_less(one: Decimal, two: Decimal, tier: int) -> None:
    low, high = sorted((one, two))
    assert reckon(low, TIERS[tier], RATES).amount <= reckon(high, TIERS[tier], RATES).amount
    assert reckon(one, TIERS[tier], RATES).amount <= reckon(one, TIERS[1], RATES).amount


@UNHURRIED
@given(st.lists(st.tuples(FINES, st.sampled_from([1, 2, 3])), max_size=12))
def test_all_reports_of_a_case_together_never_exceed_its_cap(reports: list[tuple[Decimal, int]]) -> None:
    granted = D(0)
    for fine, tier in reports:
        granted += reckon(fine, TIERS[tier], RATES, granted).amount
    assert granted <= RATES.cap
