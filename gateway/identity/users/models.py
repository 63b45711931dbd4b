"""Users: persons with roles, in regions."""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from gateway.database import Base
from shared import times
from shared.contracts.codes import Role
from shared.database import Versioned
from shared.http.auth import Actor
from shared.ids import uuid7


class UserStatus(StrEnum):
    """Whether the account may be used."""

    ACTIVE = "active"
    DISABLED = "disabled"

    @property
    def label(self) -> str:
        return {"active": "正常", "disabled": "停用"}[self]


class User(Versioned, Base):
    """One person's account. Never deleted, only disabled: what the person did keeps its name."""

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint("login ~ '^[a-z0-9][a-z0-9._-]{2,39}$'", name="login_pattern"),
        Index(None, "regions", postgresql_using="gin"),
        Index(None, "organisation_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    login: Mapped[str] = mapped_column(unique=True)
    display_name: Mapped[str]
    roles: Mapped[list[str]]
    regions: Mapped[list[str]]
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"))
    business_id: Mapped[UUID | None]
    status: Mapped[UserStatus] = mapped_column(default=UserStatus.ACTIVE)
    password_hash: Mapped[str | None]
    password_temporary_until: Mapped[datetime | None]
    password_changed_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    @property
    def is_active(self) -> bool:
        return self.status is UserStatus.ACTIVE

    @property
    def password_is_temporary(self) -> bool:
        return self.password_temporary_until is not None

    def set_password(self, password_hash: str, *, temporary_for: timedelta | None = None) -> None:
        """Take a new password. A temporary one is good for nothing but choosing an own one, and not for long."""
        self.password_hash = password_hash
        self.password_changed_at = times.now()
        self.password_temporary_until = self.password_changed_at + temporary_for if temporary_for else None

    def as_actor(self) -> Actor:
        """What the person's tokens say."""
        return Actor(
            id=self.id,
            name=self.display_name,
            kind="user",
            roles=frozenset(Role(role) for role in self.roles),
            regions=tuple(self.regions),
            organisation_id=self.organisation_id,
            business_id=self.business_id,
            scopes=frozenset(),
        )
