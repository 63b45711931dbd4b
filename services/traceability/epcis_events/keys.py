"""Identifiers as events hold them: the key under which each is stored, remembered for those that come again. Pure."""

import re
from functools import lru_cache

from services.traceability.identifiers import class_key, match_key, read_identifier

_REMEMBERED = 20_000
URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")
CLASS_KEY = r"https://id\.gs1\.org/01/\d{14}(?:/(?:10|22)/[^/?]+)*"
"""What names a kind or lot of goods and never one thing: a regular expression, for PostgreSQL, too."""
_CLASS = re.compile(CLASS_KEY)
_INSTANCE = re.compile(r"https://id\.gs1\.org/(?:01/\d{14}/(?:21|235)/|8006/\d{18}/21/|00/).+")
_GLN = re.compile(r"https://id\.gs1\.org/41[47]/(\d{13})(?:/|$)")
_EPC_SCHEMES = re.compile(
    r"urn:epc:(?:id|class|idpat):(?:[sl]gtin|sscc|[sp]gln|grai|giai|gsrnp?|gdti|cpi|sgcn|ginc|gsin|itip|upui):"
)

_ITEM = re.compile(r"urn:epc:id:sgtin:(\d+\.\d+)\.([0-9A-Za-z]{1,20})")
_LOT = re.compile(r"urn:epc:class:lgtin:(\d+\.\d+)\.([0-9A-Za-z]{1,20})")
_LINK = re.compile(r"(https?://[^/?#]+/01/\d{14})(/(?:21|10)/[0-9A-Za-z]{1,20})")
_OF_A_KIND = re.compile(r"(https://id\.gs1\.org/01/\d{14})/(?:21|10)/[0-9A-Za-z]{1,20}")

_remembered_key = lru_cache(maxsize=_REMEMBERED)(match_key)
_remembered_kind = lru_cache(maxsize=_REMEMBERED)(class_key)


@lru_cache(maxsize=_REMEMBERED)
def key_of(text: str) -> str:
    """`identifiers.match_key`, quicker: items and lots of a product, whose serials never come again, are read as the
    product and their serial. Serials of other characters than letters and digits go the long way.
    """
    if found := _ITEM.fullmatch(text):
        return _within(f"urn:epc:idpat:sgtin:{found[1]}.*", f"/21/{found[2]}", text)
    if found := _LINK.fullmatch(text):
        return _within(found[1], found[2], text)
    if found := _LOT.fullmatch(text):
        return _within(f"urn:epc:idpat:sgtin:{found[1]}.*", f"/10/{found[2]}", text)
    return _remembered_key(text)


def _within(product: str, serial: str, text: str) -> str:
    key = _remembered_key(product)
    return key + serial if key.startswith("https://id.gs1.org/") else text


def kind_of(key: str) -> str | None:
    """`identifiers.class_key`, quicker in the same way."""
    found = _OF_A_KIND.fullmatch(key)
    return _remembered_kind(f"{found[1]}/21/1") if found else _remembered_kind(key)


def is_class(text: str) -> bool:
    """Whether an identifier names a kind or lot of goods and not one thing."""
    return text.startswith(("urn:epc:class:", "urn:epc:idpat:")) or _CLASS.fullmatch(key_of(text)) is not None


def is_instance(text: str) -> bool:
    """Whether an identifier names one thing: a serialised item or a logistic unit."""
    return text.startswith(("urn:epc:id:sgtin:", "urn:epc:id:sscc:")) or _INSTANCE.match(key_of(text)) is not None


def is_misspelled_urn(text: str) -> bool:
    """Whether a text claims to be the EPC URN of a GS1 key and cannot be read as one."""
    if not text.startswith("urn:epc:") or key_of(text) != text:
        return False
    return _EPC_SCHEMES.match(text) is not None and read_identifier(text) is None


def gln_key(key: str) -> str:
    """What a place or party is known by: the 13 digits of its GLN, else its key."""
    found = _GLN.match(key)
    return found[1] if found else key
