"""Telling businesses apart, and the figures that count them."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from shared.contracts.codes import RowOutcome
from shared.contracts.inspection import BusinessKind

FIGURE_ON_FILE = "inspection.businesses"


@dataclass(frozen=True, slots=True)
class Identity:
    """What tells one business from another."""

    uscc: str | None
    name: str
    region_code: str
    stall_number: str | None

    @property
    def key(self) -> str:
        """What two records of one business share: the USCC, else name, region and stall."""
        return self.uscc or f"{squeeze(self.name)}|{self.region_code}|{squeeze(self.stall_number or '')}"


def judge(new: Identity, known: Sequence[tuple[UUID, Identity]], *, confirmed: bool) -> tuple[RowOutcome, UUID | None]:
    """Say whether a record is new, and if not, which business it repeats.

    Same USCC and same name: a duplicate. Same USCC under another name: a suspected duplicate, unless `confirmed` says
    that one licence has several places (一照多址). Without a USCC: same name, region and stall are a duplicate.
    """
    same = [(business_id, other) for business_id, other in known if other.key == new.key]
    for business_id, other in same:
        if new.uscc is None or squeeze(other.name) == squeeze(new.name):
            return RowOutcome.DUPLICATE, business_id
    if same and not confirmed:
        return RowOutcome.SUSPECTED_DUPLICATE, same[0][0]
    return RowOutcome.ACCEPTED, None


def figure_of_kind(kind: BusinessKind) -> str:
    """Return the code of the figure that counts businesses of a kind."""
    return f"{FIGURE_ON_FILE}_{kind.value}"


def squeeze(name: str) -> str:
    """Return a name for comparing: half-width, no spaces, no brackets' width."""
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()
