"""Who somebody is elsewhere."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from gateway.database import Base


class ExternalIdentity(Base):
    """An identity at a provider, bound to an account when it first came in. From then on its `subject` counts and not
    its name: a name that the provider gives to somebody else opens nothing here.
    """

    __tablename__ = "external_identities"
    __table_args__ = (Index(None, "issuer", "user_id", unique=True),)

    issuer: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    linked_at: Mapped[datetime]
