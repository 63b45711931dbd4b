"""GS1 identifiers in both spellings, pure: reading, checking, translating, and the key under which they are stored."""

from services.traceability.identifiers.digital_link import (
    CANONICAL_ORIGIN,
    BadDigitalLink,
    DigitalLink,
    build_digital_link,
    parse_digital_link,
)
from services.traceability.identifiers.element_strings import as_link, fault_of
from services.traceability.identifiers.keys import (
    NotTranslatable,
    class_key,
    match_key,
    read_identifier,
    to_digital_link,
    to_urn,
)

__all__ = [
    "CANONICAL_ORIGIN",
    "BadDigitalLink",
    "DigitalLink",
    "NotTranslatable",
    "as_link",
    "build_digital_link",
    "class_key",
    "fault_of",
    "match_key",
    "parse_digital_link",
    "read_identifier",
    "to_digital_link",
    "to_urn",
]
