"""Tables of what laboratories must have and have (检验设备配置), and of the meetings held (风险会商、联席会议).

Both are what their histories add up to: a line or a meeting keeps the latest statement, the statements only grow.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.sampling.capacity.rules import MeetingKind, sets_in_place
from services.sampling.database import Base
from shared.database import Versioned
from shared.ids import uuid7


class LaboratoryEquipment(Versioned, Base):
    """One item that a list says a laboratory must have. `owned` null: nobody has stated yet how many there are.

    `required` zero means that the item has left the list; the line and its history stay.
    """

    __tablename__ = "laboratory_equipment"
    __table_args__ = (
        UniqueConstraint("region_code", "laboratory_name", "item_name"),
        Index(None, "region_code", "id"),
        CheckConstraint("required >= 0", name="required_not_negative"),
        CheckConstraint("owned >= 0", name="owned_not_negative"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    region_code: Mapped[str]
    laboratory_name: Mapped[str]
    item_name: Mapped[str]
    list_name: Mapped[str]
    required: Mapped[int] = mapped_column(default=0)
    owned: Mapped[int | None]
    stated_on: Mapped[date]

    statements: Mapped[list["EquipmentStatement"]] = relationship(lazy="raise", order_by="EquipmentStatement.number")

    def state(
        self, *, day: date, required: int, owned: int | None, basis: str, actor_id: UUID, actor_name: str
    ) -> "EquipmentStatement":
        """Append what holds from `day` on (its statements must be loaded); the caller has checked that days run on."""
        before = (sets_in_place(self.required, self.owned), self.required) if self.statements else (0, 0)
        statement = EquipmentStatement(
            number=len(self.statements) + 1,
            region_code=self.region_code,
            day=day,
            required=required,
            owned=owned,
            in_place_change=sets_in_place(required, owned) - before[0],
            required_change=required - before[1],
            basis=basis,
            actor_id=actor_id,
            actor_name=actor_name,
        )
        self.statements.append(statement)
        self.required, self.owned, self.stated_on = required, owned, day
        return statement


class EquipmentStatement(Base):
    """How many sets are required and how many there are from a day on, and what that changes in the figure."""

    __tablename__ = "equipment_statements"
    __table_args__ = (Index(None, "equipment_id", "number", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    equipment_id: Mapped[UUID] = mapped_column(ForeignKey("laboratory_equipment.id"))
    number: Mapped[int]
    region_code: Mapped[str]
    day: Mapped[date]
    required: Mapped[int]
    owned: Mapped[int | None]
    in_place_change: Mapped[int]
    required_change: Mapped[int]
    basis: Mapped[str]
    actor_id: Mapped[UUID]
    actor_name: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Meeting(Versioned, Base):
    """A meeting that was held. What is known of it stands in its latest record; a withdrawn one does not count."""

    __tablename__ = "meetings"
    __table_args__ = (Index(None, "region_code", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    kind: Mapped[MeetingKind]
    region_code: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    records: Mapped[list["MeetingRecord"]] = relationship(lazy="raise", order_by="MeetingRecord.number")

    @property
    def record(self) -> "MeetingRecord":
        """What holds now (its records must be loaded)."""
        return self.records[-1]


class MeetingRecord(Base):
    """What was said of a meeting: the first time, or as a correction with its reason. Never changed.

    `minutes_sha256` is the SHA-256 of the minutes (hexadecimal), so that the paper shown later is the one meant here.
    """

    __tablename__ = "meeting_records"
    __table_args__ = (
        Index(None, "meeting_id", "number", unique=True),
        CheckConstraint("attendees > 1", name="more_than_one_attends"),
        CheckConstraint("number = 1 OR reason <> ''", name="correction_says_why"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    meeting_id: Mapped[UUID] = mapped_column(ForeignKey("meetings.id"))
    number: Mapped[int]
    held_on: Mapped[date]
    attendees: Mapped[int]
    topics: Mapped[list[str]] = mapped_column(ARRAY(Text))
    minutes_sha256: Mapped[str]
    withdrawn: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(default="")
    actor_id: Mapped[UUID]
    actor_name: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
