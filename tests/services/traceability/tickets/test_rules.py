"""What arrived is what was sold unless somebody counted, and records are kept as long as the law says."""

from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.traceability.record_checks.rules import Retention, keep_until, missing, months_later
from services.traceability.tickets.rules import arrived, differences, expiry, first_claim
from services.traceability.units.goods import Amount

AMOUNTS = st.builds(Amount, st.decimals(Decimal(0), Decimal(1000), places=3), st.sampled_from(["kg", "盒"]))
LINES = st.dictionaries(st.integers(1, 8), AMOUNTS, max_size=6)


@given(LINES, LINES)
def test_nothing_arrives_that_is_not_on_the_ticket_and_every_other_count_is_told(
    sold: dict[int, Amount], counted: dict[int, Amount]
) -> None:
    came = arrived(sold, counted)
    assert came.keys() <= sold.keys()
    assert all(came[line] == counted[line] for line in came)
    told = {one.line for one in differences(sold, counted)}
    assert {line for line in sold if line not in told} == {line for line in sold if counted.get(line) == sold[line]}
    assert differences(sold, sold) == []
    assert arrived(sold, None) == sold


@given(st.lists(st.tuples(st.sampled_from(["2026-07-24T01", "2026-07-24T02"]), st.uuids(version=4)), max_size=5))
def test_who_claims_a_ticket_first_gets_it_however_the_claims_came(claims: list[tuple[str, UUID]]) -> None:
    first = first_claim(claims, None)
    assert first == first_claim(claims[::-1], None)
    assert (first is None) == (not claims)
    for _, buyer in claims:
        assert first_claim(claims, buyer) == buyer
    assert first_claim(claims, uuid4()) is None


@pytest.mark.parametrize(
    ("day", "expires_on", "retention", "until"),
    [
        (date(2026, 8, 31), date(2026, 8, 31), Retention(6, 24), date(2027, 2, 28)),
        (date(2026, 8, 31), None, Retention(6, 24), date(2028, 8, 31)),
        (date(2026, 8, 31), date(2026, 8, 1), Retention(6, 24), date(2027, 2, 28)),
        (date(2026, 8, 31), date(2030, 1, 1), Retention(None, 6), date(2027, 2, 28)),
    ],
)
def test_records_are_kept_by_shelf_life_where_the_rule_knows_one(
    day: date, expires_on: date | None, retention: Retention, until: date
) -> None:
    assert keep_until(day, expires_on, retention) == until


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(0, 120))
def test_months_are_calendar_months(day: date, months: int) -> None:
    later = months_later(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day <= day.day


def test_an_expiry_is_as_printed_else_reckoned() -> None:
    made = date(2026, 7, 1)
    assert expiry(made, 10, None) == date(2026, 7, 11)
    assert expiry(made, 10, date(2026, 7, 9)) == date(2026, 7, 9)
    assert expiry(None, 10, None) is None


def test_an_empty_text_is_missing_and_a_zero_is_not() -> None:
    assert missing(["a", "b", "c", "d"], {"a": "", "b": None, "c": 0}) == ["a", "b", "d"]
