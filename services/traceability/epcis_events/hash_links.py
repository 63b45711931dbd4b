"""Web addresses as the event hash has them: the canonical Digital Link of the finest thing they name. Pure.

The algorithm (CBV 2.0 §8.9) looks at the form of an address alone. It takes wrong check digits, the withdrawn names
(`/gtin/…`) and GTINs of 8, 12 or 13 digits, and leaves out the query, a variant (22), and the lot beside a serial: more
than `identifiers.match_key`, which says what a thing is and must not be wrong about it.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import unquote

from services.traceability.epcis_events.keys import key_of
from services.traceability.identifiers import CANONICAL_ORIGIN
from services.traceability.identifiers.application_identifiers import QUALIFIERS, has_form, sequences
from services.traceability.identifiers.digital_link import WITHDRAWN_NAMES, path_of
from services.traceability.identifiers.keys import identity

_FINEST = re.compile(r"https://id\.gs1\.org/(?:01/\d{14}(?:/(?:10|21|235)/[0-9A-Za-z._-]+)?|00/\d{18}|41[47]/\d{13})")
"""What most addresses are, and stay."""
_GTIN_DIGITS = frozenset({8, 12, 13, 14})
_PREFIX_DIGITS = 4
_VARIANT = "22"


def hashed_link(address: str) -> str:
    """The address as it is hashed; itself when it has not the form of a Digital Link."""
    key = key_of(address)
    return key if _FINEST.fullmatch(key) else _finest(address)


@lru_cache(maxsize=20_000)
def _finest(address: str) -> str:
    return next(_readings(address), address)


def _readings(address: str) -> Iterator[str]:
    """The address as a Digital Link, from the first key in its path on."""
    path = address.partition("#")[0].partition("?")[0].rstrip("/")
    segments = [WITHDRAWN_NAMES.get(segment, segment) for segment in path.split("/")[3:]]
    for position, name in enumerate(segments):
        rest = segments[position:]
        if name not in QUALIFIERS or len(rest) % 2:
            continue
        elements = [(ai, _value(ai, text)) for ai, text in zip(rest[::2], rest[1::2], strict=True)]
        if tuple(ai for ai, _ in elements) in sequences() and all(_has_form(*element) for element in elements):
            finest = identity(tuple(element for element in elements if element[0] != _VARIANT))
            yield CANONICAL_ORIGIN + path_of(finest)


def _value(ai: str, text: str) -> str:
    value = unquote(text)
    return value.zfill(14) if ai == "01" and len(value) in _GTIN_DIGITS else value


def _has_form(ai: str, value: str) -> bool:
    return has_form(ai, value) and (ai not in QUALIFIERS or value[:_PREFIX_DIGITS].isdigit())
