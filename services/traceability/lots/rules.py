"""What makes a lot one lot. Pure."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.traceability.identifiers import as_link, match_key

MAX_CODE = 100

_UNSEEN = re.compile("[\u034f\u115f\u1160\u2800\ufe00-\ufe0f]")
"""What shows as nothing, though Unicode does not call it a format character: joiners, fillers, variation selectors."""
_DASHES = re.compile("[\u2010-\u2015\u2212\u2e3a\u2e3b]+")
"""What keyboards and word processors make of a hyphen; a Chinese one writes two em dashes at one stroke."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose goods are asked about, by all that is known of him."""

    business_id: UUID
    uscc: str | None
    name: str

    @property
    def keys(self) -> set[str]:
        """Every `holder_key` under which somebody may have entered his lots; what has no holder is held for all."""
        return {
            holder_key(self.business_id, None, None),
            holder_key(None, self.uscc, None),
            holder_key(None, None, self.name),
            holder_key(None, None, None),
        }


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a lot may not be sold."""

    lot_code: str
    reason: str
    held_at: datetime


def normalise_code(code: str) -> str:
    """A lot code as it is compared: without the spaces and line breaks that copying adds, letters in upper case, and
    none of the look-alikes that keyboards and messages make of it; one that GS1's standard names, in one spelling.
    """
    return match_key("".join(as_link(plain(code)).split())).upper()


def plain(text: str) -> str:
    """Full-width letters and digits as plain ones, every dash as a hyphen, and nothing that nobody sees."""
    shown = "".join(char for char in unicodedata.normalize("NFKC", text) if unicodedata.category(char) != "Cf")
    return _DASHES.sub("-", _UNSEEN.sub("", shown))


def holder_key(business_id: UUID | None, uscc: str | None, name: str | None) -> str:
    """Whose goods a lot is, by the best that is known: registered business, then USCC, then name, else nobody's."""
    if business_id is not None:
        return f"business:{business_id}"
    if uscc:
        return f"uscc:{uscc}"
    return f"name:{name.strip()}" if name and name.strip() else "unknown"
