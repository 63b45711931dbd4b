"""The table of hand-overs (交接): a cell goes from one person to another on the day both have confirmed, not before."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from services.inspection.database import Base
from services.inspection.grid.handovers.codes import HandoverState, Side
from services.inspection.grid.handovers.problems import HandoverStepRefused
from shared.database import Versioned
from shared.ids import uuid7


class Handover(Versioned, Base):
    """One post's hand-over. `open_items` are what lay undone when it took effect, before that when it was proposed."""

    __tablename__ = "grid_handovers"
    __table_args__ = (
        Index(None, "region_code", "id"),
        Index("ix_grid_handovers_one_proposed", "post_id", unique=True, postgresql_where="state = 'proposed'"),
        CheckConstraint("(state = 'effected') = (effective_on IS NOT NULL)", name="effected_says_when"),
        CheckConstraint(
            "state <> 'effected' OR (given_at IS NOT NULL AND taken_at IS NOT NULL)", name="effected_by_both"
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    post_id: Mapped[UUID] = mapped_column(ForeignKey("grid_posts.id"))
    new_post_id: Mapped[UUID | None] = mapped_column(ForeignKey("grid_posts.id"))
    cell_code: Mapped[str]
    region_code: Mapped[str]
    giver_id: Mapped[UUID]
    giver_name: Mapped[str]
    taker_id: Mapped[UUID]
    taker_name: Mapped[str]
    planned_on: Mapped[date]
    note: Mapped[str]
    open_items: Mapped[list[Any]]
    state: Mapped[HandoverState] = mapped_column(default=HandoverState.PROPOSED)
    given_at: Mapped[datetime | None]
    given_by: Mapped[UUID | None]
    giver_note: Mapped[str] = mapped_column(default="")
    taken_at: Mapped[datetime | None]
    taker_note: Mapped[str] = mapped_column(default="")
    effective_on: Mapped[date | None]
    withdrawal_reason: Mapped[str] = mapped_column(default="")
    proposed_by: Mapped[UUID]
    proposed_at: Mapped[datetime] = mapped_column(server_default=func.now())

    @property
    def confirmed(self) -> bool:
        """Whether both sides have confirmed."""
        return self.given_at is not None and self.taken_at is not None

    def confirm(self, side: Side, by: UUID, note: str, at: datetime) -> None:
        """One side says that it has handed over or taken over. Each says so once."""
        self._must_be_proposed()
        if (self.given_at if side is Side.GIVER else self.taken_at) is not None:
            raise HandoverStepRefused(f"{side.label}已经确认")
        if side is Side.GIVER:
            self.given_at, self.given_by, self.giver_note = at, by, note
        else:
            self.taken_at, self.taker_note = at, note
        self.advance()

    def effect(self, on: date, new_post_id: UUID, open_items: list[Any]) -> None:
        """The cell has changed hands."""
        self.state, self.effective_on, self.new_post_id = HandoverState.EFFECTED, on, new_post_id
        self.open_items = open_items

    def withdraw(self, reason: str) -> None:
        self._must_be_proposed()
        self.state, self.withdrawal_reason = HandoverState.WITHDRAWN, reason
        self.advance()

    def _must_be_proposed(self) -> None:
        if self.state is not HandoverState.PROPOSED:
            raise HandoverStepRefused(f"这次交接{self.state.label}，不能再办理")
