"""From a rate per thousand people to whole samples, exactly, with the steps."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.sampling.plans.rules import RateTarget, samples_needed, steps_of


def target(rate: str, persons: int | None) -> RateTarget:
    return RateTarget(Decimal(rate), "批次/千人", "批次", persons)


@pytest.mark.parametrize(
    ("rate", "persons", "needed"),
    [("4.5", 1_053_000, 4739), ("6", 1000, 6), ("7", 1, 1), ("0.1", 30_000, 3), ("4.5", None, None), ("4.5", 0, None)],
)
def test_a_target_is_rounded_up_to_whole_samples_and_unknown_people_are_no_target(
    rate: str, persons: int | None, needed: int | None
) -> None:
    assert samples_needed(target(rate, persons)) == needed


@given(
    rate=st.decimals(min_value="0.0001", max_value="9999.9999", places=4, allow_nan=False),
    persons=st.integers(1, 50_000_000),
)
def test_the_target_reaches_the_rate_and_one_sample_less_does_not(rate: Decimal, persons: int) -> None:
    needed = samples_needed(RateTarget(rate, "批次/千人", "批次", persons))
    assert needed is not None
    assert Fraction(needed, persons) * 1000 >= Fraction(rate) > Fraction(needed - 1, persons) * 1000


def test_the_steps_can_be_followed_by_hand() -> None:
    rounded = "4.5 批次/千人 × 1053000 人 ÷ 1000 = 4738.5，进位取 4739 批次"
    assert steps_of(target("4.50", 1_053_000)) == rounded
    assert steps_of(target("6", 1000)) == "6 批次/千人 × 1000 人 ÷ 1000 = 6，取 6 批次"
    assert steps_of(target("6", None)) == "6 批次/千人；人口没有登记，目标无法计算"
