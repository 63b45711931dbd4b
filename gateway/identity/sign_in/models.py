"""What remembers that somebody has signed in, and how often somebody failed to. Secrets are kept as SHA-256 only:
they are random and long, so a slow hash would add nothing.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, false, func
from sqlalchemy.orm import Mapped, mapped_column

from gateway.database import Base
from shared.ids import uuid7


class EndReason(StrEnum):
    """Why a sign-in ended before its time."""

    SIGNED_OUT = "signed_out"
    REFRESH_TOKEN_REUSED = "refresh_token_reused"  # noqa: S105 (the name of a reason)
    PASSWORD_CHANGED = "password_changed"  # noqa: S105
    ENDED_BY_OWNER = "ended_by_owner"
    ENDED_BY_ADMINISTRATOR = "ended_by_administrator"


class SignIn(Base):
    """One sign-in by password, from which a family of refresh tokens descends. Ending it ends them all."""

    __tablename__ = "sign_ins"
    __table_args__ = (Index(None, "user_id"), Index(None, "expires_at"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    started_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    address: Mapped[str]
    device: Mapped[str] = mapped_column(server_default="")
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[EndReason | None]

    def end(self, reason: EndReason, at: datetime) -> None:
        if self.ended_at is None:
            self.ended_at, self.end_reason = at, reason


class RefreshToken(Base):
    """One refresh token; good for one use. `used_at` stays, so that a second use is recognised."""

    __tablename__ = "refresh_tokens"
    __table_args__ = (Index(None, "sign_in_id"),)

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    sign_in_id: Mapped[UUID] = mapped_column(ForeignKey("sign_ins.id", ondelete="CASCADE"))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class WebSession(Base):
    """A browser that has signed in. The cookie holds the secret, the row its hash. While it awaits a second factor that
    its owner's role needs, it opens nothing but the page where that is set up.
    """

    __tablename__ = "web_sessions"
    __table_args__ = (Index(None, "user_id"), Index(None, "expires_at"))

    secret_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    id: Mapped[UUID] = mapped_column(unique=True, default=uuid7, server_default=func.gen_random_uuid())
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    address: Mapped[str] = mapped_column(server_default="")
    device: Mapped[str] = mapped_column(server_default="")
    deputation_id: Mapped[UUID | None] = mapped_column(ForeignKey("deputations.id"))
    awaits_second_factor: Mapped[bool] = mapped_column(default=False, server_default=false())
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class FailedSignIns(Base):
    """Failures under one login name within the window, and the lock they led to.

    Kept for unknown names too, so that nobody can tell by the lock which accounts exist; the name is hashed, because
    people type passwords into the wrong field.
    """

    __tablename__ = "failed_sign_ins"
    __table_args__ = (Index(None, "last_at"),)

    login_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    failures: Mapped[int]
    window_started_at: Mapped[datetime]
    last_at: Mapped[datetime]
    locked_until: Mapped[datetime | None]

    def locked_for(self, at: datetime) -> timedelta | None:
        """How much longer the name is locked; None when it is not."""
        return self.locked_until - at if self.locked_until and self.locked_until > at else None

    def count(self, at: datetime, *, window: timedelta, most: int, lock_for: timedelta) -> bool:
        """Count one failure; True when it locks the name."""
        if at - self.window_started_at > window or (self.locked_until and self.locked_until <= at):
            self.failures, self.window_started_at, self.locked_until = 0, at, None
        self.failures += 1
        self.last_at = at
        if self.failures < most:
            return False
        self.locked_until = at + lock_for
        return True
