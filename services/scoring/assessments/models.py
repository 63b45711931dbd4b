"""Tables of assessments: the dated rule, a round over one period, and everybody assessed in it."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.scoring.assessments.problems import AssessmentStepRefused
from services.scoring.assessments.rules import Standing
from services.scoring.database import Base
from shared.database import Versioned
from shared.dated_rules.models import DatedRule, dated
from shared.ids import uuid7
from shared.times import now


class SubjectKind(StrEnum):
    """Who is assessed."""

    TOWN = "town"
    DEPARTMENT = "department"

    @property
    def label(self) -> str:
        return {"town": "乡镇（街道）", "department": "部门"}[self]


class AssessmentRule(DatedRule, Base):
    """From `valid_from` on: the share (0 to 1) that food safety has at least in the yearly assessment, and the grades
    after which those in charge are talked to (约谈).
    """

    __tablename__ = "assessment_rules"
    __table_args__ = (
        CheckConstraint("weight_at_least BETWEEN 0 AND 1", name="weight_is_a_share"),
        *dated("评议考核的权重与约谈"),
    )

    weight_at_least: Mapped[Decimal] = mapped_column(Numeric)
    talk_after: Mapped[list[Any]]


class AssessmentRound(Versioned, Base):
    """One assessment of all towns (or departments) of a region over one month or quarter. Final when published."""

    __tablename__ = "assessment_rounds"
    __table_args__ = (
        UniqueConstraint(
            *("region_code", "scheme_code", "subject_kind", "period"), name="uq_assessment_rounds_one_a_period"
        ),
        Index(None, "region_code", "id"),
        CheckConstraint("weight BETWEEN 0 AND 1", name="weight_is_a_share"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    title: Mapped[str]
    region_code: Mapped[str]
    subject_kind: Mapped[SubjectKind]
    period: Mapped[str]
    scheme_id: Mapped[UUID] = mapped_column(ForeignKey("scoring_schemes.id"))
    scheme_code: Mapped[str]
    scheme_number: Mapped[int]
    scheme_sha256: Mapped[str]
    official: Mapped[bool]
    weight: Mapped[Decimal] = mapped_column(Numeric)
    rule_id: Mapped[UUID] = mapped_column(ForeignKey("assessment_rules.id"))
    opened_by: Mapped[UUID]
    opened_at: Mapped[datetime] = mapped_column(default=now)
    published_at: Mapped[datetime | None]

    subjects: Mapped[list["AssessedSubject"]] = relationship(order_by="AssessedSubject.code", lazy="raise")

    def subject(self, code: str) -> "AssessedSubject | None":
        return next((one for one in self.subjects if one.code == code), None)

    def ensure_open(self) -> None:
        if self.published_at is not None:
            raise AssessmentStepRefused("这次考核已经通报，不再更改")

    def publish(self, at: datetime) -> None:
        self.ensure_open()
        if not self.subjects:
            raise AssessmentStepRefused("还没有考核任何对象")
        self.published_at = at
        self.advance()


class AssessedSubject(Base):
    """One town or department in a round: what was known of it and what it came to. `vetoes`: what was established that
    outweighs all points. `best_place`, `worst_place`, `talk` are said when the round is published.
    """

    __tablename__ = "assessed_subjects"
    __table_args__ = (
        UniqueConstraint("round_id", "code"),
        CheckConstraint("(talk_held_on IS NULL) = (talk_demands IS NULL)", name="talk_says_what"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    round_id: Mapped[UUID] = mapped_column(ForeignKey("assessment_rounds.id"))
    code: Mapped[str]
    name: Mapped[str]
    input: Mapped[dict[str, Any]]
    input_sha256: Mapped[str]
    result: Mapped[dict[str, Any]]
    vetoes: Mapped[list[Any]]
    low: Mapped[Decimal]
    high: Mapped[Decimal]
    maximum: Mapped[Decimal]
    grade: Mapped[str | None]
    vetoed: Mapped[bool]
    best_place: Mapped[int | None]
    worst_place: Mapped[int | None]
    talk: Mapped[bool] = mapped_column(default=False)
    talk_held_on: Mapped[date | None]
    talk_demands: Mapped[str | None]
    talk_until: Mapped[date | None]

    @property
    def standing(self) -> Standing:
        return Standing(self.low, self.high, self.grade, self.vetoed)

    def hold_talk(self, on: date, demands: str, until: date) -> None:
        """Those in charge were talked to, once; what they were asked to mend by when."""
        if not self.talk:
            raise AssessmentStepRefused(f"{self.name}这次考核不需要约谈")
        if self.talk_held_on is not None:
            raise AssessmentStepRefused(f"{self.name}已于 {self.talk_held_on} 约谈")
        self.talk_held_on, self.talk_demands, self.talk_until = on, demands, until
