"""What a value of a MATCH_ parameter matches (EPCIS 2.0 §8.2.7.1.1), whichever way the identifier is spelt. Pure.

Where instances are asked for, a kind stands for all of its instances, as its `idpat` does: `urn:epc:idpat:sgtin:P.I.*`
and the Digital Link `/01/…` are two spellings of one kind. Where classes are asked for it is the class itself. `*` in
further fields of an `idpat` or of a class URN, and as last segment of a Digital Link, leaves them open.
"""

import re

from services.traceability.epcis_events.keys import is_misspelled_urn
from services.traceability.epcis_queries.conditions import Pattern
from services.traceability.identifiers import CANONICAL_ORIGIN, match_key
from services.traceability.identifiers.epc_urns import SCHEMES, Scheme

_OPEN_LINK = re.compile(r"(?P<base>https?://[^?#]+)/(?P<qualifier>\d{2,4})/\*")
_KIND = re.compile(re.escape(CANONICAL_ORIGIN) + r"/(?P<key>01|8006|8003|253|255|8010)/[^/]+")
_SERIAL = {"01": "21", "8006": "21", "8010": "8011"}
_INSIDE_THE_KEY = frozenset({"8003", "253", "255"})
_ONE = "_"


def instances(value: str) -> Pattern | None:
    """What a MATCH_…EPC value matches: one thing, or all things of a kind. None when it claims to be an EPC URN and is
    none.
    """
    spelt_open = _opened(value)
    if spelt_open is not None:
        return spelt_open
    if is_misspelled_urn(value):
        return None
    key = match_key(value)
    kind = _KIND.fullmatch(key)
    if kind is None:
        return Pattern(key)
    if kind["key"] in _INSIDE_THE_KEY:
        return Pattern(key, (f"{escaped(key)}%",))
    return Pattern(key, (f"{escaped(key)}/{_SERIAL[kind['key']]}/%",))


def classes(value: str) -> Pattern | None:
    """What a MATCH_…EPCClass value matches: a class, or all classes of an open pattern. None as above."""
    return _opened(value, of_classes=True) or (None if is_misspelled_urn(value) else Pattern(match_key(value)))


def escaped(text: str) -> str:
    """`text` so that LIKE reads it as it is."""
    return re.sub(r"([\\%_])", r"\\\1", text)


def _opened(value: str, *, of_classes: bool = False) -> Pattern | None:
    """The pattern of a value whose fields are left open beyond the kind itself; None for any other value."""
    if link := _OPEN_LINK.fullmatch(value):
        base = match_key(link["base"])
        return Pattern(like=(f"{escaped(base)}/{link['qualifier']}/%",)) if base.startswith(CANONICAL_ORIGIN) else None
    head, _, body = value.removeprefix("urn:epc:").partition(":")
    name, _, fields = body.partition(":")
    scheme = SCHEMES.get(name)
    if not value.startswith("urn:epc:") or head not in ("idpat", "class") or scheme is None:
        return None
    parts = fields.split(".")
    if len(parts) != scheme.fields or parts[-1] != "*" or any(part == "*" for part in parts[: parts.index("*")]):
        return None
    if set(parts[parts.index("*") :]) != {"*"}:
        return None
    given = parts[: parts.index("*")]
    if len(given) > 1:
        return _with_reference(scheme, given, of_classes=of_classes)
    likes = tuple(_with_prefix(scheme, given[0] if given else "", of_classes=of_classes))
    return Pattern(like=likes) if likes else None


def _with_reference(scheme: Scheme, given: list[str], *, of_classes: bool) -> Pattern | None:
    """Prefix and reference are given: the kind, whose instances or lots are open. None where the kind's key says it."""
    if scheme.name == "lgtin":
        lot = match_key(f"urn:epc:class:lgtin:{'.'.join(given)}.0")
        return Pattern(like=(f"{escaped(lot.rpartition('/')[0])}/%",))
    if scheme.name == "sgln":
        place = match_key(f"urn:epc:id:sgln:{'.'.join(given)}.0")
        return Pattern(place, (f"{escaped(place)}/254/%",))
    if scheme.name in ("sgtin", "itip", "upui") and len(given) == scheme.fields - 1 and not of_classes:
        kind = match_key(f"urn:epc:idpat:{scheme.name}:{'.'.join(given)}.*")
        return Pattern(kind, (f"{escaped(kind)}/{scheme.serial}/%",))
    return None


def _with_prefix(scheme: Scheme, prefix: str, *, of_classes: bool) -> list[str]:
    """LIKE patterns of all keys of a company prefix, or of the whole scheme."""
    if not re.fullmatch(r"[0-9]{0,12}", prefix):
        return []
    start = f"{CANONICAL_ORIGIN}/{scheme.key}/{scheme.lead}"
    end = f"/{scheme.serial}/%" if scheme.serial else ("%" if scheme.serial == "" else "")
    if not scheme.digits:
        return [f"{start}{prefix}%"]
    whole = scheme.digits + 1  # with the check digit
    if of_classes and scheme.name != "lgtin":
        end = ""
    elif scheme.name == "sgln":
        end = "%"
    if not prefix:
        return [start + _ONE * whole + end]
    if scheme.rotated:  # an indicator stands before the prefix; ten scans of an index beat one of a whole key
        return [f"{start}{first}{prefix}{_ONE * (whole - 1 - len(prefix))}{end}" for first in "0123456789"]
    return [f"{start}{prefix}{_ONE * (whole - len(prefix))}{end}"]
