"""When a delivery is tried again, when a receiver is given up, and what leaves the platform at all."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.webhooks.catalogue import CATALOGUE
from gateway.webhooks.rules import (
    FIRST_REST,
    JITTER,
    LONGEST_REST,
    MOST_ATTEMPTS,
    PAUSES,
    is_given_up,
    pause_after,
    rest_after,
)
from shared.contracts.event import EventData
from tests.gateway.webhooks.conftest import SAMPLES

NOW = datetime(2026, 7, 24, tzinfo=UTC)
SAYS_WHO_OR_IN_ONES_OWN_WORDS = {
    *("seller_name", "site_name", "stall_number", "holder_name", "sampled_party_name", "producer_name", "party_name"),
    *("title", "reason", "what", "place", "answer"),
}


@given(attempts=st.integers(1, MOST_ATTEMPTS - 1), chance=st.floats(0, 1))
def test_a_pause_is_the_planned_one_give_or_take_a_fifth(attempts: int, chance: float) -> None:
    pause, planned = pause_after(attempts, chance), PAUSES[attempts - 1]
    assert pause is not None
    assert planned * (1 - JITTER) <= pause <= planned * (1 + JITTER)


def test_pauses_grow_and_end_after_about_three_days() -> None:
    assert list(PAUSES) == sorted(PAUSES)
    assert timedelta(days=3) < sum(PAUSES, timedelta()) < timedelta(days=4)
    assert pause_after(MOST_ATTEMPTS) is None
    assert len({pause_after(1) for _ in range(20)}) > 1, "those that failed together come back apart"


@given(failures=st.integers(1, 10_000))
def test_a_failing_receiver_rests_longer_but_never_for_ever(failures: int) -> None:
    assert FIRST_REST <= rest_after(failures) <= rest_after(failures + 1) <= LONGEST_REST


@pytest.mark.parametrize(
    ("hours", "status", "given_up"),
    [(None, 500, False), (119, 500, False), (120, 500, True), (120, None, True), (0, 410, True), (None, 410, True)],
)
def test_a_receiver_is_given_up_after_failing_all_along_or_when_it_says_so(
    hours: int | None, status: int | None, given_up: bool
) -> None:
    since = None if hours is None else NOW - timedelta(hours=hours)
    assert is_given_up(since, NOW, timedelta(hours=120), status) is given_up


@pytest.mark.parametrize("event_type", CATALOGUE)
def test_a_public_event_names_its_region_and_says_nothing_of_persons(event_type: str) -> None:
    event = CATALOGUE[event_type]
    assert set(event.fields) <= event.data.model_fields.keys()
    assert "region_code" in event.fields
    assert not set(event.fields) & SAYS_WHO_OR_IN_ONES_OWN_WORDS
    sample = json.loads((SAMPLES / f"{event_type}.json").read_text(encoding="utf-8"))
    data: EventData = event.data.model_validate(sample["data"])
    assert event.payload(data) == {
        name: sample["data"][name] for name in event.data.model_fields if name in event.fields
    }


def test_a_number_that_a_market_typed_into_a_products_name_does_not_leave() -> None:
    failed = CATALOGUE["sampling.rapid_test.failed.v1"]
    sample = json.loads((SAMPLES / f"{failed.type}.json").read_text(encoding="utf-8"))
    told: EventData = failed.data.model_validate(sample["data"] | {"product_name": "菠菜 13800005678"})
    assert failed.payload(told)["product_name"] == "菠菜 138****5678"
