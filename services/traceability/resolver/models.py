"""Links of codes. A link is never changed: it is ended, and another takes its place, so what stood when can be told."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from services.traceability.database import Base
from services.traceability.resolver.link_types import DEFAULT
from services.traceability.resolver.problems import LinkEnded
from shared.database import Versioned
from shared.ids import uuid7


class ResolverLink(Versioned, Base):
    """One link from a code's path (`/01/…/10/…`) to a page or document. Of default links one at a time is in force."""

    __tablename__ = "resolver_links"
    __table_args__ = (
        Index(None, "anchor", "added_at"),
        Index(
            "uq_resolver_links_default",
            "anchor",
            unique=True,
            postgresql_where=f"ended_at IS NULL AND link_type = '{DEFAULT}'",
        ),
        Index(None, "region_code", "id"),
        CheckConstraint("(ended_at IS NULL) = (end_reason IS NULL)", name="ended_says_why"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    anchor: Mapped[str]
    link_type: Mapped[str]
    href: Mapped[str]
    title: Mapped[str]
    media_type: Mapped[str | None]
    hreflang: Mapped[list[Any]]
    context: Mapped[list[Any]]
    business_id: Mapped[UUID | None]
    region_code: Mapped[str]
    added_at: Mapped[datetime] = mapped_column(server_default=func.now())
    added_by: Mapped[UUID | None]
    added_by_name: Mapped[str]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None]
    ended_by_name: Mapped[str | None]
    end_reason: Mapped[str | None]

    def end(self, *, at: datetime, reason: str, by: UUID | None, name: str) -> None:
        """From now on the code leads there no more."""
        if self.ended_at is not None:
            raise LinkEnded
        self.ended_at, self.end_reason, self.ended_by, self.ended_by_name = at, reason, by, name
        self.advance()
