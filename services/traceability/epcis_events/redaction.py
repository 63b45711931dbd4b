"""What is left out of an event that its reader sees only because he shares a thing with it. Pure.

Left out are the other party's dealings: business documents, sources and destinations, the event's own extension fields
(nobody knows what they say), and every thing that the reader has no part in. What happened to the shared things, where,
when and in which state stays. The member `shian:redacted` names what was left out, so that nobody takes the rest for
the whole; the event id stays, the event hash no longer fits.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any

NEVER_REDACTED_TYPES = ("TransformationEvent", "TransactionEvent")
"""Types of which nothing valid would be left; they are seen whole or not at all."""

HIDDEN = ("bizTransactionList", "sourceList", "destinationList")
MARK = "shian:redacted"
MARK_NAMESPACE = {"shian": "urn:shian:epcis:"}

_STANDARD = frozenset(
    {
        *("@context", "type", "isA", "eventID", "certificationInfo", "eventTime", "recordTime", "eventTimeZoneOffset"),
        *("errorDeclaration", "epcList", "parentID", "childEPCs", "quantityList", "childQuantityList", "action"),
        *("bizStep", "disposition", "persistentDisposition", "readPoint", "bizLocation", "sensorElementList", "ilmd"),
    }
)
_LISTS = ("epcList", "quantityList", "childEPCs", "childQuantityList")

KeyOf = Callable[[str], str]


def redacted(event: Mapping[str, Any], shown: Collection[str], key_of: KeyOf) -> dict[str, Any]:
    """The event without what does not concern its reader. `shown` are the keys of the things he may see."""
    left: dict[str, Any] = {}
    removed: list[str] = []
    for name, value in event.items():
        if name not in _STANDARD:
            removed.append(name)
        elif name in _LISTS:
            kept = [item for item in value if key_of(_identifier(item)) in shown]
            if len(kept) < len(value):
                removed.append(name)
            if kept:
                left[name] = kept
        elif name == "parentID" and key_of(value) not in shown:
            removed.append(name)
        else:
            left[name] = value
    return left | {MARK: removed} if removed else left


def _identifier(item: Any) -> str:
    return str(item.get("epcClass", "")) if isinstance(item, dict) else str(item)
