"""Types of links: the terms of GS1's Web vocabulary, however they are written. Pure."""

import re

VOCABULARY = "https://ref.gs1.org/voc/"

DEFAULT = VOCABULARY + "defaultLink"
DEFAULT_MULTI = VOCABULARY + "defaultLinkMulti"
TRACEABILITY = VOCABULARY + "traceability"
EPCIS = VOCABULARY + "epcis"

LINKSET_WORDS = frozenset({"linkset", "all"})
"""Values of `linkType` that ask for the list itself; `all` is the older one."""

_PREFIXES = (VOCABULARY, "http://ref.gs1.org/voc/", "https://gs1.org/voc/", "http://gs1.org/voc/", "gs1:")

_TERM = re.compile(r"[a-z][A-Za-z0-9]{1,60}")


def link_type(text: str) -> str | None:
    """The full name of a link type written `gs1:pip`, `pip` or as its address; None for what is no term of GS1's
    vocabulary. Any well-formed term is taken for one, since the vocabulary grows twice a year.
    """
    term = text.strip()
    for prefix in _PREFIXES:
        if term.startswith(prefix):
            term = term.removeprefix(prefix)
            break
    return VOCABULARY + term if _TERM.fullmatch(term) else None
