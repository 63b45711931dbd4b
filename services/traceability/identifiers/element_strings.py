"""What scanners give of GS1-128, DataMatrix, DataBar and GS1 QR codes: element strings, read as Digital Links. Pure.

An element string is AIs and values one after the other (GS1 General Specifications, 7.8), as the scanner sends it, with
the symbology identifier in front (`]d2…`) or without, or as people read it below the bars: `(01)…(10)…`.
"""

import re
from collections.abc import Mapping

from biip import ParseConfig, ParseError
from biip.gs1_messages import GS1Message

from services.traceability.identifiers.application_identifiers import QUALIFIERS
from services.traceability.identifiers.digital_link import (
    CANONICAL_ORIGIN,
    BadDigitalLink,
    build_digital_link,
    parse_digital_link,
)
from services.traceability.identifiers.epc_urns import BadUrn, read_urn

_SEPARATOR = "\x1d"
_SEPARATORS_SHOWN = re.compile("\u241d|<GS>|\\{GS\\}", re.IGNORECASE)
"""How scanners that type show the separator, a character that no keyboard has."""
_SYMBOLOGY = re.compile(r"\](?:C1|e0|d2|Q3|J1)")
_READABLE = re.compile(r"(?:\(\d{2,4}\)[^()]*)*\((?:00|01|02|8006)\) ?\d{8}")
_BARE = re.compile(r"(?:01\d{14}|00\d{18})")
"""How an element string begins that says by nothing else that it is one."""
_OF_THE_CONTENTS = "02"
_KEY_IN_PATH = re.compile(r"/(?:00|01|8006)/\d{8,18}(?=[/?#]|$)")
_CONFIG = ParseConfig(gs1_element_strings_verify_date=False, separator_chars=(_SEPARATOR,))


def as_link(text: str) -> str:
    """The canonical Digital Link of what an element string names; any other text as it is. Never raises.

    A text that does not say that it is one counts as one only where it names a lot, a serial or a logistic unit and its
    check digit fits, so that a number of one's own is not taken for it.
    """
    try:
        return _link(text) or text
    except (ParseError, BadDigitalLink):
        return text


def fault_of(text: str) -> str | None:
    """Why a text that means to be a GS1 identifier is none, in Chinese; None for any other text."""
    plain = text.strip()
    try:
        if _says_so(plain):
            return None if _link(plain) else "没有 GS1 标识（01、00 等）"
        if plain[:8].lower().startswith(("http://", "https://")) and _KEY_IN_PATH.search(plain):
            parse_digital_link(plain)
        if plain.lower().startswith(("urn:epc:id:", "urn:epc:class:")):
            read_urn(plain)
    except ParseError:
        return "不是完整的 GS1 条码内容，请重扫"
    except (BadDigitalLink, BadUrn) as fault:
        return str(fault)
    return None


def _says_so(text: str) -> bool:
    return _SYMBOLOGY.match(text) is not None or _READABLE.match(text) is not None


def _link(text: str) -> str | None:
    text = _SEPARATORS_SHOWN.sub(_SEPARATOR, text.strip())
    said, bare = _says_so(text), _SYMBOLOGY.sub("", text, count=1).lstrip(_SEPARATOR)
    if not said and not _BARE.match(bare):
        return None
    parse = GS1Message.parse_hri if bare.startswith("(") else GS1Message.parse
    message = parse(bare, config=_CONFIG)
    values = {one.ai.ai: one.value for one in message.element_strings}
    if "10" in values and _OF_THE_CONTENTS in values:
        values.setdefault("01", values[_OF_THE_CONTENTS])
    elements = _naming(values)
    if not elements or not (said or len(elements) > 1 or elements[0][0] == "00"):
        return None
    return build_digital_link(elements, origin=CANONICAL_ORIGIN)


def _naming(values: Mapping[str, str]) -> list[tuple[str, str]]:
    """Of all values those that name the thing: its key and what qualifies it."""
    key = next((ai for ai in ("01", "8006", "00", *QUALIFIERS) if ai in values), None)
    if key is None:
        return []
    row = next((row for row in QUALIFIERS[key] if any(ai in values for ai in row)), ())
    return [(key, values[key]), *((ai, values[ai]) for ai in row if ai in values)]
