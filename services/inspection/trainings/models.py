"""Tables of trainings: the roster, sessions, hours attended. Hours are only added to: a correction is a further row."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, func
from sqlalchemy.orm import Mapped, mapped_column

from services.inspection.database import Base
from services.inspection.grid.periods import Stretch
from services.inspection.trainings.codes import TraineeGroup
from shared.database import Versioned
from shared.ids import uuid7

HOURS = Numeric(6, 2)


class Trainee(Versioned, Base):
    """Somebody for whom hours are kept, in one group and region, from `since` to before `until`."""

    __tablename__ = "trainees"
    __table_args__ = (
        CheckConstraint("until > since", name="until_after_since"),
        CheckConstraint("(role_group = 'enterprise') = (business_id IS NOT NULL)", name="enterprise_names_business"),
        Index(None, "region_code", "id"),
        Index(None, "user_id", postgresql_where="user_id IS NOT NULL"),
        Index(None, "business_id", postgresql_where="business_id IS NOT NULL"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    role_group: Mapped[TraineeGroup]
    name: Mapped[str]
    region_code: Mapped[str]
    user_id: Mapped[UUID | None]
    business_id: Mapped[UUID | None] = mapped_column(ForeignKey("businesses.id"))
    since: Mapped[date]
    until: Mapped[date | None]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    recorded_by: Mapped[UUID]

    @property
    def days(self) -> Stretch:
        return Stretch(self.since, self.until)


class TrainingSession(Base):
    """One training. Nobody can have attended more hours of it than it had."""

    __tablename__ = "training_sessions"
    __table_args__ = (CheckConstraint("hours > 0", name="hours_positive"), Index(None, "region_code", "held_on"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    title: Mapped[str]
    topic: Mapped[str]
    organiser: Mapped[str]
    region_code: Mapped[str]
    held_on: Mapped[date]
    hours: Mapped[Decimal] = mapped_column(HOURS)
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    recorded_by: Mapped[UUID]


class Attendance(Base):
    """How many hours somebody attended; of several rows the one with the greatest `number` counts."""

    __tablename__ = "training_attendances"
    __table_args__ = (
        CheckConstraint("hours >= 0", name="hours_not_negative"),
        CheckConstraint("number = 1 OR reason <> ''", name="correction_says_why"),
        Index(None, "session_id", "trainee_id", "number", unique=True),
        Index(None, "trainee_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("training_sessions.id"))
    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("trainees.id"))
    number: Mapped[int]
    hours: Mapped[Decimal] = mapped_column(HOURS)
    reason: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    recorded_by: Mapped[UUID]
