"""How strictly events are read, as their sender wishes (RFC 7240, `Prefer: handling=…`). Pure.

A URI that reads `…/01/6901234000017…` and has a wrong check digit is still a URI, and the standard's own examples hold
such. So it is taken as it is, as a name like any other, which no other spelling matches. Who sends real goods would
rather hear of it, and asks for `handling=strict`.

An event id that claims to be an event hash and is not that of its event is refused. But many documents bear hashes of
drafts of the algorithm, the published examples of the standard among them; who must have them in under their ids asks
for `handling=lenient`. The hash that we compute is kept beside the id.
"""

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

from services.traceability.epcis_events.faults import Fault, pointer
from services.traceability.identifiers import BadDigitalLink, parse_digital_link
from services.traceability.identifiers.application_identifiers import QUALIFIERS

_LOOKS_LIKE_A_LINK = re.compile(rf"https?://[^/?#]+(?:/[^?#]*)?/(?:{'|'.join(QUALIFIERS)})/\d{{6}}", re.IGNORECASE)


class Handling(StrEnum):
    """How strictly events are to be read."""

    USUAL = "usual"
    STRICT = "strict"
    LENIENT = "lenient"


def strict_faults(event: Mapping[str, Any]) -> list[Fault]:
    """The faulty Digital Links among an event's own members; extensions may hold what they like."""
    return list(_faults(event, ""))


def _faults(value: Any, place: str) -> Iterator[Fault]:
    if isinstance(value, dict):
        for name, member in value.items():
            if ":" not in name and name != "@context":
                yield from _faults(member, place + pointer(name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _faults(item, f"{place}/{index}")
    elif isinstance(value, str) and _LOOKS_LIKE_A_LINK.match(value):
        try:
            parse_digital_link(value)
        except BadDigitalLink as fault:
            yield Fault(place, f"不是正确的 GS1 Digital Link：{fault}", "digital_link")
