"""The table of posts (任职): who holds which cell as what, from when to when."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from services.inspection.database import Base
from services.inspection.grid.periods import Stretch
from services.inspection.grid.posts.codes import PostRole
from services.inspection.grid.posts.problems import PostStepRefused
from shared.database import Versioned
from shared.ids import uuid7
from shared.times import now


class GridPost(Versioned, Base):
    """One person in one cell, from `since` to before `until`. A cell has one responsible person at a time.

    Nothing but the end of a post is ever written into it; `handover_id` names the hand-over that ended it.
    """

    __tablename__ = "grid_posts"
    __table_args__ = (
        CheckConstraint("until > since", name="until_after_since"),
        Index(
            "ix_grid_posts_one_responsible",
            "cell_code",
            unique=True,
            postgresql_where="responsible AND until IS NULL",
        ),
        Index(None, "cell_code", "since"),
        Index(None, "region_code", "id"),
        Index(None, "user_id", "since"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    cell_code: Mapped[str]
    cell_name: Mapped[str]
    region_code: Mapped[str]
    role: Mapped[PostRole]
    responsible: Mapped[bool]
    user_id: Mapped[UUID]
    user_name: Mapped[str]
    since: Mapped[date]
    until: Mapped[date | None]
    basis: Mapped[str]
    ending_reason: Mapped[str] = mapped_column(default="")
    handover_id: Mapped[UUID | None]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    recorded_by: Mapped[UUID]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None]

    @property
    def days(self) -> Stretch:
        return Stretch(self.since, self.until)

    def end(self, on: date, reason: str, by: UUID, handover_id: UUID | None = None) -> None:
        """The person holds the cell no more from a day on. What had an end keeps it."""
        if self.until is not None:
            raise PostStepRefused(f"这项任职已于 {self.until} 结束")
        if on <= self.since:
            raise PostStepRefused(f"任职自 {self.since} 起，结束的日期应在其后，现为 {on}")
        self.until, self.ending_reason, self.handover_id = on, reason, handover_id
        self.ended_at, self.ended_by = now(), by
        self.advance()
