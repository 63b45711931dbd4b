"""API clients: external systems that call without a person."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, func
from sqlalchemy.orm import Mapped, mapped_column

from gateway.database import Base
from shared.contracts.codes import Role
from shared.database import Versioned
from shared.http.auth import Actor
from shared.ids import uuid7


class ClientStatus(StrEnum):
    """Whether the client may sign in."""

    ACTIVE = "active"
    REVOKED = "revoked"

    @property
    def label(self) -> str:
        return {"active": "正常", "revoked": "停用"}[self]


class ApiClient(Versioned, Base):
    """One external system, with the regions and scopes it is limited to. Revoking is for good."""

    __tablename__ = "api_clients"
    __table_args__ = (
        CheckConstraint("cardinality(regions) > 0", name="has_regions"),
        Index(None, "regions", postgresql_using="gin"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    name: Mapped[str]
    scopes: Mapped[list[str]]
    regions: Mapped[list[str]]
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"))
    expires_at: Mapped[datetime]
    status: Mapped[ClientStatus] = mapped_column(default=ClientStatus.ACTIVE)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    last_used_at: Mapped[datetime | None]

    def may_sign_in(self, at: datetime) -> bool:
        return self.status is ClientStatus.ACTIVE and at < self.expires_at

    def revoke(self) -> None:
        self.status = ClientStatus.REVOKED
        self.advance()

    def as_actor(self, scopes: frozenset[str]) -> Actor:
        """What the client's tokens say; `scopes` beyond its own are dropped: a token never says more."""
        return Actor(
            id=self.id,
            name=self.name,
            kind="client",
            roles=frozenset({Role.EXTERNAL_SYSTEM}),
            regions=tuple(self.regions),
            organisation_id=self.organisation_id,
            business_id=None,
            scopes=scopes & frozenset(self.scopes),
        )


class ApiKey(Base):
    """One key of a client, kept as SHA-256 (it is 256 random bits, so a slow hash would add nothing). Shown once,
    when it is issued.
    """

    __tablename__ = "api_keys"
    __table_args__ = (Index(None, "client_id"),)

    key_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    client_id: Mapped[UUID] = mapped_column(ForeignKey("api_clients.id"))
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]

    @property
    def fingerprint(self) -> str:
        """The beginning of its hash, by which its holder can tell which key is meant."""
        return self.key_hash.hex()[:8]
