"""Which change a stall entry makes to the history of its stall. Pure."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple, Protocol
from uuid import UUID


class Seller(NamedTuple):
    """Who sells at a stall; all three empty when the stall is vacant."""

    name: str | None
    uscc: str | None
    business_id: UUID | None


class Period(Protocol):
    """A row of a stall's history."""

    @property
    def seller(self) -> Seller: ...
    @property
    def valid_from(self) -> date: ...


class StallEntryRefusedError(ValueError):
    """The entry does not fit the history; the message says in Chinese why and what to do."""


def same_seller(one: Seller, other: Seller) -> bool:
    """Whether two entries mean one seller: by code where both have one, else by name."""
    if one.uscc and other.uscc:
        return one.uscc == other.uscc
    return one.name == other.name and not (one.uscc or other.uscc)


def adds_to(history: Sequence[Period], seller: Seller, valid_from: date) -> bool:
    """Whether an entry begins a new period (True) or repeats the present one (False).

    `history` is in the order of its days. Raises `StallEntryRefusedError` for an entry that would rewrite the past.
    """
    if not history:
        return True
    last = history[-1]
    if same_seller(last.seller, seller) and valid_from >= last.valid_from:
        return False
    if valid_from <= last.valid_from:
        raise StallEntryRefusedError(
            f"该摊位自 {last.valid_from} 起已登记为「{last.seller.name or '空置'}」，"
            f"新的起始日应晚于这一天，现为 {valid_from}；已登记的历史不改写"
        )
    return True
