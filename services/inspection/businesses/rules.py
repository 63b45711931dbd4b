"""Telling businesses apart, what their names and addresses are compared by, and the figures that count them."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from shared.contracts.codes import RowOutcome
from shared.contracts.inspection import BusinessKind

FIGURE_ON_FILE = "inspection.businesses"
FIGURE_COMPLETENESS = "inspection.file_completeness_rate"
_LEGAL_FORMS = re.compile(r"(有限责任公司|股份有限公司|有限公司|个体工商户)")
_SIGNS = re.compile(r"[\W_]+")


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


class Known:
    """The businesses on file that some new ones may repeat. New ones are added as they are entered."""

    def __init__(self, known: Sequence[tuple[UUID, Identity]] = ()) -> None:
        self._by_key: dict[str, list[tuple[UUID, str]]] = {}
        for business_id, identity in known:
            self.add(business_id, identity)

    def add(self, business_id: UUID, identity: Identity) -> None:
        """From now on, a record of the same business repeats this one."""
        self._by_key.setdefault(identity.key, []).append((business_id, squeeze(identity.name)))

    def judge(self, new: Identity, *, confirmed: bool) -> tuple[RowOutcome, UUID | None]:
        """Say whether a record is new, and if not, which business it repeats.

        Same USCC and same name: a duplicate. Same USCC under another name: a suspected duplicate, unless `confirmed`
        says that one licence has several places (一照多址). Without a USCC: same name, region and stall are a
        duplicate.
        """
        same = self._by_key.get(new.key)
        if not same:
            return RowOutcome.ACCEPTED, None
        name = squeeze(new.name)
        for business_id, other in same:
            if new.uscc is None or other == name:
                return RowOutcome.DUPLICATE, business_id
        if not confirmed:
            return RowOutcome.SUSPECTED_DUPLICATE, same[0][0]
        return RowOutcome.ACCEPTED, None


def figure_of_kind(kind: BusinessKind) -> str:
    """Return the code of the figure that counts businesses of a kind."""
    return f"{FIGURE_ON_FILE}_{kind.value}"


@lru_cache(maxsize=16_384)  # an import asks three times for each name of a chunk
def squeeze(name: str) -> str:
    """Return a name for comparing: half-width, no spaces, no brackets' width."""
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()


def likeness(text: str) -> str:
    """Return a name or an address without what people write now so, now otherwise: signs, width, the legal form."""
    plain = _SIGNS.sub("", squeeze(text))
    return _LEGAL_FORMS.sub("", plain) or plain
