"""One thing, one key: however an identifier is spelled, its key is the canonical Digital Link of what it names."""

from itertools import takewhile

from biip.gs1_prefixes import GS1CompanyPrefix

from services.traceability.identifiers.digital_link import (
    CANONICAL_ORIGIN,
    BadDigitalLink,
    DigitalLink,
    parse_digital_link,
    path_of,
)
from services.traceability.identifiers.epc_urns import BadUrn, Elements, prefix_at, read_urn, write_urn

_CLASSES_WITHIN = {"8003": 14, "253": 13, "255": 13}
"""How long the kind is within the value of keys that carry their serial themselves."""


class NotTranslatable(ValueError):  # noqa: N818 (reads as what it says)
    """An identifier that the other spelling cannot express; the message is Chinese."""


def match_key(text: str) -> str:
    """The text under which an identifier is stored and sought.

    Every spelling of one GS1 identifier (Digital Link at any host, EPC URN, class URN) gives the same canonical Digital
    Link `https://id.gs1.org/…`. A serial names the thing alone, so lot and variant beside it are left out, as an EPC
    does. Anything else, a bad check digit included, is its own key. Never raises.
    """
    try:
        return CANONICAL_ORIGIN + path_of(identity(_read(text)))
    except (BadUrn, BadDigitalLink):
        return text


def class_key(key: str) -> str | None:
    """The kind to which the thing of a `match_key` belongs: the product of a serial or lot, the asset type of a GRAI.
    None when the key names no thing of a kind.
    """
    if not key.startswith(CANONICAL_ORIGIN):
        return None
    try:
        (ai, value), *qualifiers = _read(key)
    except BadDigitalLink:
        return None
    if ai in _CLASSES_WITHIN:
        kind = value[: _CLASSES_WITHIN[ai]]
        return CANONICAL_ORIGIN + path_of([(ai, kind)]) if kind != value else None
    return CANONICAL_ORIGIN + path_of([(ai, value)]) if qualifiers else None


def to_digital_link(text: str) -> str:
    """The canonical Digital Link of an EPC URN, or of a Digital Link at any host. Raises `NotTranslatable`."""
    try:
        return CANONICAL_ORIGIN + path_of(_read(text))
    except (BadUrn, BadDigitalLink) as fault:
        raise NotTranslatable(str(fault)) from None


def to_urn(text: str, prefix_length: int | None = None) -> str:
    """The EPC URN of a Digital Link (a URN comes back checked and in its usual escapes).

    `prefix_length` is that of the company prefix; when it is not given, GS1's public table of prefix lengths decides.
    Raises `NotTranslatable` for what no URN names, and where the length is not known.
    """
    try:
        if prefix_length is None and text.startswith("urn:"):
            prefix_length = _length_written(text)
        elements = identity(_read(text))
        return write_urn(elements, _published_length(elements) if prefix_length is None else prefix_length)
    except (BadUrn, BadDigitalLink) as fault:
        raise NotTranslatable(str(fault)) from None


def identity(elements: Elements) -> Elements:
    """Of AIs and values those that name the thing: a serial alone, else the lot, else all of them."""
    key, qualifiers = elements[0], dict(elements[1:])
    if key[0] == "414" and qualifiers.get("254") == "0":
        return (key,)
    naming = ("21", "235", "10") if key[0] == "01" else ("21",)
    for ai in naming:
        if ai in qualifiers:
            return (key, (ai, qualifiers[ai]))
    return elements


def read_identifier(text: str) -> DigitalLink | None:
    """An identifier in either spelling as a Digital Link, or None when it is no GS1 identifier."""
    try:
        return parse_digital_link(text) if _is_web(text) else DigitalLink(read_urn(text))
    except (BadUrn, BadDigitalLink):
        return None


def _read(text: str) -> Elements:
    return parse_digital_link(text).elements if _is_web(text) else read_urn(text)


def _is_web(text: str) -> bool:
    return text[:8].lower().startswith(("http://", "https://"))


def _length_written(urn: str) -> int:
    return len(urn.partition("urn:epc:")[2].split(":", 2)[-1].partition(".")[0])


def _published_length(elements: Elements) -> int:
    digits = "".join(takewhile(str.isdigit, prefix_at(elements)))
    found = GS1CompanyPrefix.extract(digits) if digits else None
    if found is None:
        raise BadUrn(f"不知道 {digits} 的厂商识别代码有几位，请写明长度")
    return len(found.value)
