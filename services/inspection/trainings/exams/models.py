"""Tables of exams and their results; a make-up is a further attempt, the failed one stays."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, func
from sqlalchemy.orm import Mapped, mapped_column

from services.inspection.database import Base
from services.inspection.trainings.codes import TraineeGroup
from shared.ids import uuid7

MARKS = Numeric(6, 2)


class Exam(Base):
    __tablename__ = "exams"
    __table_args__ = (
        CheckConstraint("pass_mark > 0 AND pass_mark <= full_mark", name="pass_mark_within"),
        Index(None, "region_code", "held_on"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    title: Mapped[str]
    role_group: Mapped[TraineeGroup]
    region_code: Mapped[str]
    held_on: Mapped[date]
    pass_mark: Mapped[Decimal] = mapped_column(MARKS)
    full_mark: Mapped[Decimal] = mapped_column(MARKS)
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    recorded_by: Mapped[UUID]


class ExamResult(Base):
    """One attempt of one person; the first has number 1."""

    __tablename__ = "exam_results"
    __table_args__ = (Index(None, "exam_id", "trainee_id", "attempt", unique=True), Index(None, "trainee_id"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    exam_id: Mapped[UUID] = mapped_column(ForeignKey("exams.id"))
    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("trainees.id"))
    attempt: Mapped[int]
    sat_on: Mapped[date]
    score: Mapped[Decimal] = mapped_column(MARKS)
    passed: Mapped[bool]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    recorded_by: Mapped[UUID]
