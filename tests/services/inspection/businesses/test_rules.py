"""Telling one business from another."""

from uuid import UUID, uuid4

import pytest

from services.inspection.businesses.rules import Identity, Known
from shared.contracts.codes import RowOutcome

CODE = "91330203MA0000000W"
PLACE = "330203009000"
SHOP = Identity(CODE, "演示食品店", PLACE, None)
STALL = Identity(None, "演示豆腐摊", PLACE, "A12")


@pytest.mark.parametrize(
    ("new", "confirmed", "outcome"),
    [
        (Identity(CODE, "演示食品店", PLACE, None), False, RowOutcome.DUPLICATE),
        (Identity(CODE, "演示　食品店 ", "330203001000", None), False, RowOutcome.DUPLICATE),
        (Identity(CODE, "演示食品店二店", PLACE, None), False, RowOutcome.SUSPECTED_DUPLICATE),
        (Identity(CODE, "演示食品店二店", PLACE, None), True, RowOutcome.ACCEPTED),
        (Identity("92330203MA0000001W", "演示食品店", PLACE, None), False, RowOutcome.ACCEPTED),
        (Identity(None, "演示豆腐摊", PLACE, "Ａ12"), False, RowOutcome.DUPLICATE),
        (Identity(None, "演示豆腐摊", PLACE, "A13"), False, RowOutcome.ACCEPTED),
        (Identity(None, "演示豆腐摊", "330203001000", "A12"), False, RowOutcome.ACCEPTED),
    ],
)
def test_same_code_and_name_or_same_name_place_and_stall_is_the_same_business(
    new: Identity, confirmed: bool, outcome: RowOutcome
) -> None:
    known: list[tuple[UUID, Identity]] = [(uuid4(), SHOP), (uuid4(), STALL)]
    found, other = Known(known).judge(new, confirmed=confirmed)
    assert found is outcome
    assert (other is None) == (outcome is RowOutcome.ACCEPTED)


def test_a_repeated_record_names_the_business_it_repeats() -> None:
    first, second = uuid4(), uuid4()
    assert Known([(first, SHOP), (second, STALL)]).judge(STALL, confirmed=False) == (RowOutcome.DUPLICATE, second)
