"""Tables of lists: the dated rule, a round in which a list was drawn up, and everybody put on one.

Each method of a listing is one step and refuses (`ListingStepRefused`) what its state or a term does not carry.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from services.scoring.database import Base
from services.scoring.lists.content import EntryRule, ListRules, Removal
from services.scoring.lists.problems import ListingStepRefused
from services.scoring.months import months_after
from shared.database import Versioned
from shared.dated_rules.models import DatedRule, dated
from shared.ids import uuid7


class ListRule(DatedRule, Base):
    """How a list is drawn up from `valid_from` on."""

    __tablename__ = "list_rules"
    __table_args__ = dated("红黑榜与星级评定办法", "code")

    code: Mapped[str]
    content: Mapped[dict[str, Any]]

    @property
    def rules(self) -> ListRules:
        return ListRules.model_validate(self.content)


class ListRound(Base):
    """One drawing up of a list, as of `held_on`. `outcomes`: what everybody came to, also those put on no entry."""

    __tablename__ = "list_rounds"
    __table_args__ = (Index(None, "region_code", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    code: Mapped[str]
    rule_id: Mapped[UUID] = mapped_column(ForeignKey("list_rules.id"))
    title: Mapped[str]
    region_code: Mapped[str]
    held_on: Mapped[date]
    outcomes: Mapped[list[Any]]
    recorded_by: Mapped[UUID]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())

    @property
    def subjects(self) -> int:
        return len(self.outcomes)

    @property
    def proposed(self) -> int:
        return sum(one["entry"] is not None for one in self.outcomes)


class ListingState(StrEnum):
    PROPOSED = "proposed"
    APPEALED = "appealed"
    DROPPED = "dropped"
    LISTED = "listed"
    SUPERSEDED = "superseded"
    DOWNGRADED = "downgraded"
    REVOKED = "revoked"
    REPAIRED = "repaired"

    @property
    def label(self) -> str:
        return _STATE_LABELS[self]


_STATE_LABELS = {
    ListingState.PROPOSED: "拟列入",
    ListingState.APPEALED: "申诉中",
    ListingState.DROPPED: "不列入",
    ListingState.LISTED: "已公布",
    ListingState.SUPERSEDED: "由新的评定取代",
    ListingState.DOWNGRADED: "已降级",
    ListingState.REVOKED: "已摘牌",
    ListingState.REPAIRED: "已修复",
}


class Listing(Versioned, Base):
    """One subject put on one entry of a list, with its evidence. Terms are those of the rule of its round."""

    __tablename__ = "listings"
    __table_args__ = (
        Index(None, "region_code", "id"),
        Index(None, "code", "subject_id"),
        Index("uq_listings_one_listed", "code", "subject_id", unique=True, postgresql_where="state = 'listed'"),
        CheckConstraint("(starts_on IS NULL) = (ends_on IS NULL)", name="a_term_has_both_ends"),
        CheckConstraint("state <> 'listed' OR starts_on IS NOT NULL", name="listed_says_from_when"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    round_id: Mapped[UUID] = mapped_column(ForeignKey("list_rounds.id"))
    code: Mapped[str]
    subject_id: Mapped[UUID]
    subject_name: Mapped[str]
    region_code: Mapped[str]
    entry: Mapped[str]
    entry_label: Mapped[str]
    favourable: Mapped[bool]
    evidence: Mapped[str]
    state: Mapped[ListingState] = mapped_column(default=ListingState.PROPOSED)
    appeal_until: Mapped[date]
    appeal: Mapped[str | None]
    appeal_answer: Mapped[str | None]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    left_on: Mapped[date | None]
    left_why: Mapped[str | None]
    locked_until: Mapped[date | None]

    def runs_on(self, day: date) -> bool:
        """Whether it is in force on the day."""
        return self.state is ListingState.LISTED and self.ends_on is not None and day < self.ends_on

    def take_appeal(self, words: str, day: date) -> None:
        """The subject objects, once, before the term for it is over."""
        if self.state is not ListingState.PROPOSED or self.appeal is not None:
            raise ListingStepRefused(f"现在{self.state.label}，{'已经申诉过一次' if self.appeal else '不能再申诉'}")
        if day > self.appeal_until:
            raise ListingStepRefused(f"申诉期到 {self.appeal_until} 为止")
        self._become(ListingState.APPEALED)
        self.appeal = words

    def answer_appeal(self, words: str, *, upheld: bool, day: date) -> None:
        if self.state is not ListingState.APPEALED:
            raise ListingStepRefused(f"现在{self.state.label}，没有待答复的申诉")
        self._become(ListingState.DROPPED if upheld else ListingState.PROPOSED)
        self.appeal_answer = words
        if upheld:
            self.left_on, self.left_why = day, words

    def publish(self, rule: EntryRule, day: date) -> None:
        """In force from the day on: nobody has objected in time, or the objection was answered."""
        if self.state is not ListingState.PROPOSED:
            raise ListingStepRefused(f"现在{self.state.label}，不能公布")
        if day <= self.appeal_until and self.appeal is None:
            raise ListingStepRefused(f"申诉期到 {self.appeal_until} 为止，次日起才可以公布")
        self._become(ListingState.LISTED)
        self.starts_on, self.ends_on = day, months_after(day, rule.term_months)

    def drop(self, why: str, day: date) -> None:
        """Not listed after all: since it was proposed, something has come to bar it."""
        self._become(ListingState.DROPPED)
        self.left_on, self.left_why = day, why

    def give_way(self, day: date) -> None:
        """A newer entry of the same list takes its place."""
        self._become(ListingState.SUPERSEDED)
        self.left_on, self.left_why = day, ListingState.SUPERSEDED.label

    def take_away(self, rule: EntryRule, removal: Removal, why: str, day: date) -> None:
        """降级 or 摘牌: the subject is locked for as long as the rule says."""
        if not self.runs_on(day) or removal not in rule.locks:
            raise ListingStepRefused(f"“{self.entry_label}”{self.state.label}，没有可办的{removal.label}")
        self._become(ListingState(removal.value))
        self.left_on, self.left_why = day, why
        self.locked_until = months_after(day, rule.locks[removal])

    def repair(self, rule: EntryRule, why: str, day: date) -> None:
        """信用修复, not before the least term of publicity is over."""
        if not self.runs_on(day) or rule.repair_months is None or self.starts_on is None:
            raise ListingStepRefused(f"“{self.entry_label}”{self.state.label}，没有可办的信用修复")
        first = months_after(self.starts_on, rule.repair_months)
        if day < first:
            raise ListingStepRefused(f"自 {first} 起才可以信用修复")
        self._become(ListingState.REPAIRED)
        self.left_on, self.left_why = day, why

    def _become(self, state: ListingState) -> None:
        self.state = state
        self.advance()


def barred_by(earlier: Iterable[Listing], day: date) -> str | None:
    """Why a subject with these listings of a list may not have a favourable entry of it on the day; None if he may."""
    for listing in earlier:
        if listing.runs_on(day) and not listing.favourable:
            return f"在“{listing.entry_label}”期限内，到 {listing.ends_on} 为止"
        if listing.locked_until is not None and day < listing.locked_until:
            return f"“{listing.entry_label}”{listing.state.label}，{listing.locked_until} 前不得再评"
    return None


def appeal_end(proposed_on: date, rules: ListRules) -> date:
    """The last day on which an objection is taken: counted from when the proposal could be known."""
    return proposed_on + timedelta(days=rules.appeal_days)
