"""What two deliveries of one record have in common, and where they differ. Pure."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any, NamedTuple
from uuid import UUID


class Change(NamedTuple):
    """One place in which two contents differ (JSON pointer); None where one says nothing."""

    pointer: str
    stored: Any
    sent: Any


def digest(content: Any) -> str:
    """The SHA-256 (hex) of a content's JSON with sorted names, no spaces, UTF-8: the same on every terminal."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def changes_between(stored: Any, sent: Any, pointer: str = "") -> Iterator[Change]:
    """Where two contents differ, leaf by leaf; a list that changed its length differs as a whole."""
    if isinstance(stored, dict) and isinstance(sent, dict):
        for name in sorted(stored.keys() | sent.keys()):
            yield from changes_between(stored.get(name), sent.get(name), f"{pointer}/{name}")
    elif isinstance(stored, list) and isinstance(sent, list) and len(stored) == len(sent):
        for index, (old, new) in enumerate(zip(stored, sent, strict=True)):
            yield from changes_between(old, new, f"{pointer}/{index}")
    elif stored != sent:
        yield Change(pointer, stored, sent)


def is_uuid7(identifier: UUID) -> bool:
    """Whether a terminal made the id as agreed: UUIDv7, so that ids sort by the time they were made."""
    return identifier.version == 7
