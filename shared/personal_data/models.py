"""Who was shown whose personal data, when and why. Only appended to; a trigger of the database refuses the rest."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from shared.database import ChassisBase
from shared.ids import uuid7


class Disclosure(ChassisBase):
    """One look. `fields` names what was shown, by JSON pointer; what stood there is not kept a second time."""

    __tablename__ = "personal_data_disclosures"
    __table_args__ = (Index("ix_personal_data_disclosures_target", "target"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    at: Mapped[datetime]
    actor_id: Mapped[UUID]
    actor_name: Mapped[str]
    regions: Mapped[list[str]] = mapped_column(ARRAY(Text))
    target: Mapped[str]
    fields: Mapped[list[str]] = mapped_column(ARRAY(Text))
    purpose: Mapped[str]
