"""The table of the quarantine: deliveries that somebody has to look at before they count. None is ever deleted."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.inspection.database import Base
from shared.database import Versioned
from shared.http.problems import Conflict
from shared.ids import uuid7


class QuarantineState(StrEnum):
    """Where a kept delivery stands."""

    OPEN = "open"
    RELEASED = "released"
    FILED = "filed"

    @property
    def label(self) -> str:
        return {"open": "待核", "released": "已采用", "filed": "不采用，已归档"}[self.value]


class AlreadyDecided(Conflict):
    """The delivery was released or filed."""

    slug, title = "quarantine-decided", "这份上传已经处理"


class NotReadable(Conflict):
    """What cannot be read cannot be made part of a record."""

    slug, title = "quarantine-not-readable", "内容不可读，不能采用"


class QuarantinedDelivery(Versioned, Base):
    """One delivery with the reasons why it does not count yet.

    A content that could be read stands in `visit_versions` (`version_id`); of one that could not the bytes are kept
    here. `sha256` is that of the content, or of the bytes.
    """

    __tablename__ = "quarantined_deliveries"
    __table_args__ = (
        UniqueConstraint("record_id", "sha256"),
        Index(None, "region_code", "id"),
        CheckConstraint("(version_id IS NULL) <> (body IS NULL)", name="version_or_bytes"),
        CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="decided_says_when"),
        CheckConstraint("state <> 'filed' OR decision <> ''", name="filed_says_why"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    record_id: Mapped[UUID]
    sha256: Mapped[str]
    version_id: Mapped[UUID | None] = mapped_column(ForeignKey("visit_versions.id"))
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    region_code: Mapped[str]
    reasons: Mapped[list[Any]]
    state: Mapped[QuarantineState] = mapped_column(default=QuarantineState.OPEN)
    received_at: Mapped[datetime]
    handed_in_by: Mapped[UUID]
    handed_in_name: Mapped[str]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]
    decided_by_name: Mapped[str] = mapped_column(default="")
    decision: Mapped[str] = mapped_column(default="")

    def release(self, reason: str, by: UUID, name: str, at: datetime) -> None:
        """Let it count."""
        if self.version_id is None:
            raise NotReadable("请由终端改正后以新的编号或版本重新上传，再将这一份归档")
        self._decide(QuarantineState.RELEASED, reason, by, name, at)

    def file(self, reason: str, by: UUID, name: str, at: datetime) -> None:
        """Keep it without letting it count, for a written reason."""
        self._decide(QuarantineState.FILED, reason, by, name, at)

    def _decide(self, state: QuarantineState, reason: str, by: UUID, name: str, at: datetime) -> None:
        if self.state is not QuarantineState.OPEN:
            raise AlreadyDecided(f"现在是“{self.state.label}”，不能再改；要采用请由终端重新上传")
        self.state, self.decision = state, reason
        self.decided_by, self.decided_by_name, self.decided_at = by, name, at
        self.advance()
