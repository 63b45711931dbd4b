"""The table of subscriptions and what the units register say the same, and speak of events that exist."""

import pytest

from shared.contracts.codes import Unit
from shared.contracts.event import REGISTRY
from shared.contracts.subscriptions import SUBSCRIPTIONS
from tests.conftest import service_of


@pytest.mark.parametrize("unit", list(Unit))
def test_a_unit_handles_exactly_the_events_that_are_sent_to_it(unit: Unit) -> None:
    assert set(service_of(unit).subscribers) == {type_ for type_, units in SUBSCRIPTIONS.items() if unit in units}


@pytest.mark.parametrize("type_", sorted(SUBSCRIPTIONS))
def test_an_event_in_the_table_has_declared_data_and_a_publisher(type_: str) -> None:
    for unit in Unit:
        service_of(unit)  # importing a unit declares its events
    assert type_ in REGISTRY
    assert Unit(type_.partition(".")[0])
