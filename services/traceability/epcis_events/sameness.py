"""Whether two events are one and the same, however each is written. Pure.

Equal hash ids do not say so: the text that is hashed puts one value behind the other without a mark between them, so
that the things `urn:x:a` and `urn:x:b` read like the single thing `urn:x:aepc=urn:x:b`. Nobody shall keep another's
event out by sending a made-up one of equal hash before it, so what the events say is compared, too.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from services.traceability.epcis_events import json_text
from services.traceability.epcis_events.contexts import KNOWN_PREFIXES
from services.traceability.epcis_events.facts import Fact
from services.traceability.epcis_events.hashing import plain_text
from services.traceability.epcis_events.reading import ReadEvent

_BESIDE_THE_HASH = ("errorDeclaration", "certificationInfo")
_COMMENTS = frozenset({"comment", KNOWN_PREFIXES["rdfs"] + "comment"})


def is_same(one: ReadEvent, other: ReadEvent) -> bool:
    """Whether both say the same; how they are spelled, ordered and commented does not matter."""
    return one.hash_id == other.hash_id and _said(one) == _said(other) and _beside(one) == _beside(other)


def _said(event: ReadEvent) -> tuple[Any, ...]:
    words = (event.event_type, event.action, event.biz_step, event.disposition)
    places = (event.read_point, event.biz_location, event.transformation_id)
    things = Counter((thing.role, thing.key, thing.quantity, thing.uom) for thing in event.things)
    facts = Counter(_fact(fact) for fact in event.facts if not _is_beside(fact))
    return words, places, things, facts


def _fact(fact: Fact) -> tuple[Any, ...]:
    value = next((one for one in (fact.time, fact.number) if one is not None), None)
    text = plain_text(fact.text) if value is None and fact.text is not None else None
    return fact.family, fact.name, value, text


def _is_beside(fact: Fact) -> bool:
    return fact.name in _COMMENTS or "error" in fact.family or fact.family == "corrective_event_id"


def _beside(event: ReadEvent) -> Mapping[str, Any]:
    """What an event says that its hash leaves out, and that is not about its recording."""
    value = json_text.parse(event.text)
    return {name: value.get(name) for name in _BESIDE_THE_HASH}
