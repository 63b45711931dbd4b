"""Tables of the queries: those that were given a name, and page tokens that were handed back."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, func
from sqlalchemy.orm import Mapped, mapped_column

from services.traceability.database import Base
from shared.ids import uuid7


class NamedQuery(Base):
    """A query under a name. The name is its owner's: what others name so is another query.

    `given` is the query as it was sent, `definition` its parameters as texts, `namespaces` what its prefixes mean.
    """

    __tablename__ = "epcis_named_queries"
    __table_args__ = (Index("uq_epcis_named_queries_name", "owner_key", "name", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    owner_key: Mapped[str]
    name: Mapped[str]
    given: Mapped[dict[str, Any]]
    definition: Mapped[dict[str, Any]]
    namespaces: Mapped[dict[str, Any]]
    created_by: Mapped[UUID]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class SpentPageToken(Base):
    """A page token that its holder has given back before it ran out."""

    __tablename__ = "epcis_spent_page_tokens"
    __table_args__ = (Index(None, "expires_at"),)

    digest: Mapped[str] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime]
