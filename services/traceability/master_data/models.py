"""Tables of the master data: what is said about the identifiers that events name, with every earlier statement."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from services.traceability.database import Base
from shared.ids import uuid7


class MasterDataElement(Base):
    """What one holder says about one identifier, from `valid_from` on. A correction appends a row and ends this one
    (`superseded_at`), so that what was believed at any moment can be told.

    `vocabulary` is the vocabulary's type, `key` the identifier's match key, `uri` its spelling; `attributes` and
    `children` are JSON as sent. Each holder speaks for himself: nobody's statement replaces another's.
    """

    __tablename__ = "master_data_elements"
    __table_args__ = (
        Index(
            "uq_master_data_elements_current",
            "vocabulary",
            "key",
            "holder_key",
            unique=True,
            postgresql_where=text("superseded_at IS NULL"),
        ),
        Index(None, "key", "recorded_at"),
        Index(None, "business_id", "id"),
        Index(None, "region_code", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    vocabulary: Mapped[str]
    key: Mapped[str]
    uri: Mapped[str]
    attributes: Mapped[str]
    children: Mapped[str]
    holder_key: Mapped[str]
    actor_id: Mapped[UUID]
    business_id: Mapped[UUID | None]
    organisation_id: Mapped[UUID | None]
    region_code: Mapped[str | None]
    capture_id: Mapped[UUID | None]
    reason: Mapped[str | None]
    valid_from: Mapped[datetime]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    superseded_at: Mapped[datetime | None]


class MasterDataAttribute(Base):
    """One attribute of an element in force, for HASATTR and EQATTR queries; rows go when the element is superseded."""

    __tablename__ = "master_data_attributes"
    __table_args__ = (Index(None, "name", "value_text", "key"), Index(None, "key", "name"))

    element_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str]
    name: Mapped[str]
    value_text: Mapped[str | None]
    value_number: Mapped[Decimal | None]


class LocationChild(Base):
    """`child_key` lies within `parent_key` by the children of an element in force; WD_ queries walk it downwards."""

    __tablename__ = "location_children"
    __table_args__ = (Index(None, "parent_key", "child_key"), Index(None, "child_key"))

    element_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    parent_key: Mapped[str]
    child_key: Mapped[str]
