"""Tables of the item catalogue: what may be tested, how it is called, and from which reading on it is positive."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.sampling.database import Base
from shared.contracts.sampling import LimitForm, Method
from shared.database import Versioned
from shared.ids import uuid7
from shared.unverified_rules.law import law


class Item(Versioned, Base):
    """Something a rapid test looks for. Each positive of a `banned` substance is whistled singly, not by statistics."""

    __tablename__ = "test_items"

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    banned: Mapped[bool]
    active: Mapped[bool] = mapped_column(default=True)

    aliases: Mapped[list["ItemAlias"]] = relationship(
        order_by="ItemAlias.name", cascade="all, delete-orphan", lazy="selectin"
    )
    thresholds: Mapped[list["Threshold"]] = relationship(
        order_by="Threshold.valid_from, Threshold.recorded_at, Threshold.id", lazy="selectin"
    )


class ItemAlias(Base):
    """A name under which devices and files print an item, as `rules.plain_name` gives it. It names one item only."""

    __tablename__ = "test_item_aliases"
    __table_args__ = (Index(None, "item_code"),)

    name: Mapped[str] = mapped_column(primary_key=True)
    item_code: Mapped[str] = mapped_column(ForeignKey("test_items.code"))


class Threshold(Base):
    """A dated row: how a reading of this item by this method is judged. A correction is a further row, never a change.

    `method` and `food_category` null: for all. `value` and `unit` are null for qualitative tests.
    """

    __tablename__ = "test_item_thresholds"
    __table_args__ = (
        Index(None, "item_code", "valid_from"),
        CheckConstraint("(limit_form = 'qualitative') = (value IS NULL)", name="value_unless_qualitative"),
        CheckConstraint("valid_to > valid_from", name="valid_to_after_valid_from"),
        law("快检判定值", "item_code", "method", "food_category", "valid_from"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    item_code: Mapped[str] = mapped_column(ForeignKey("test_items.code"))
    method: Mapped[Method | None]
    food_category: Mapped[str | None]
    limit_form: Mapped[LimitForm]
    value: Mapped[Decimal | None]
    unit: Mapped[str | None]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    source: Mapped[str]
    verified: Mapped[bool]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    recorded_by: Mapped[UUID | None]
