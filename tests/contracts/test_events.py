"""The samples beside this file are the contract of the events: what was once published can still be read.

Delivery is at least once and late; a listener of today gets what a publisher of last month has written. So a sample is
never edited to make a test pass: a change that a sample does not survive is a new version of the event.
"""

import importlib
import json
import pkgutil
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError, create_model

import shared.contracts
from shared.contracts.event import REGISTRY, Event, EventData

SAMPLES = {path.stem: path for path in sorted(Path(__file__).with_name("events").glob("*.json"))}


def declared() -> dict[str, type[EventData]]:
    """The event types of the contracts; what tests declare for themselves is left out."""
    for module in pkgutil.iter_modules(shared.contracts.__path__, "shared.contracts."):
        importlib.import_module(module.name)
    return {name: data for name, data in REGISTRY.items() if data.__module__.startswith("shared.contracts.")}


def sample(event_type: str) -> dict[str, Any]:
    envelope: dict[str, Any] = json.loads(SAMPLES[event_type].read_text(encoding="utf-8"))
    return envelope


def test_every_event_type_has_its_sample_and_no_sample_is_left_over() -> None:
    assert set(SAMPLES) == set(declared())


@pytest.mark.parametrize("event_type", SAMPLES)
def test_a_sample_is_a_whole_event_of_its_type(event_type: str) -> None:
    event = Event.model_validate(sample(event_type))
    assert event.type == event_type
    assert event.source == f"/{event.publisher}"
    assert event.model_dump(mode="json") == sample(event_type)


@pytest.mark.parametrize("event_type", SAMPLES)
def test_the_data_of_a_sample_is_read_and_written_again_without_a_difference(event_type: str) -> None:
    data = sample(event_type)["data"]
    assert declared()[event_type].model_validate(data).model_dump(mode="json") == data


@pytest.mark.parametrize("event_type", SAMPLES)
def test_a_further_required_field_or_a_lost_one_breaks_the_sample(event_type: str) -> None:
    """The two careless changes of a contract do not pass unseen."""
    data, kind = sample(event_type)["data"], declared()[event_type]
    stricter = create_model("Stricter", __base__=kind, added=(str, ...))
    with pytest.raises(ValidationError, match="added"):
        stricter.model_validate(data)
    with pytest.raises(ValidationError, match="no_longer_known"):
        kind.model_validate(data | {"no_longer_known": 1})


@pytest.mark.parametrize("event_type", SAMPLES)
def test_nothing_in_an_event_may_be_left_out(event_type: str) -> None:
    """Unknown is said as null. A field with a default would let a publisher keep silent about it."""
    assert [name for name, field in declared()[event_type].model_fields.items() if not field.is_required()] == []
