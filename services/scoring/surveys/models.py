"""Tables of surveys: the dated lines of the headline measures, the survey with its plan, the answers."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, func
from sqlalchemy.orm import Mapped, mapped_column

from services.scoring.database import Base
from services.scoring.surveys.content import Measure, Mode, Plan
from services.scoring.surveys.problems import SurveyClosed
from shared.database import Versioned
from shared.dated_rules.models import DatedRule, dated
from shared.ids import uuid7


class SurveyLine(DatedRule, Base):
    """From `valid_from` on, the share (0 to 1) that a headline measure has to reach; the line itself reaches it."""

    __tablename__ = "survey_lines"
    __table_args__ = (
        CheckConstraint("at_least BETWEEN 0 AND 1", name="line_is_a_share"),
        *dated("满意度、知晓率、支持率的分数线", "measure"),
    )

    measure: Mapped[Measure]
    at_least: Mapped[Decimal] = mapped_column(Numeric)


class Survey(Versioned, Base):
    """One survey in one region. Answers are taken until it is closed."""

    __tablename__ = "surveys"
    __table_args__ = (Index(None, "region_code", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    title: Mapped[str]
    region_code: Mapped[str]
    plan: Mapped[dict[str, Any]]
    opened_by: Mapped[UUID]
    opened_at: Mapped[datetime] = mapped_column(server_default=func.now())
    closed_at: Mapped[datetime | None]

    @property
    def content(self) -> Plan:
        return Plan.model_validate(self.plan)

    def ensure_open(self) -> None:
        if self.closed_at is not None:
            raise SurveyClosed

    def close(self, at: datetime) -> None:
        self.ensure_open()
        self.closed_at = at
        self.advance()


class SurveyAnswer(Base):
    """What one person said, without who it was. `id` is given by the device that took it, so that it may be sent again.

    `screened_out`: why it does not count; it is kept all the same. `link_id`: by which public address it came; then
    `recorded_by` is who made that address.
    """

    __tablename__ = "survey_answers"
    __table_args__ = (
        Index("ix_survey_answers_counted", "survey_id", "stratum", postgresql_where="screened_out IS NULL"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    survey_id: Mapped[UUID] = mapped_column(ForeignKey("surveys.id"))
    mode: Mapped[Mode]
    stratum: Mapped[str]
    age: Mapped[int]
    months_resident: Mapped[int]
    seconds: Mapped[int]
    answers: Mapped[dict[str, Any]]
    screened_out: Mapped[str | None]
    link_id: Mapped[UUID | None] = mapped_column(ForeignKey("survey_links.id"), index=True)
    recorded_by: Mapped[UUID]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
