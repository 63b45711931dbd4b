"""Tables of credit grades: the rule, an account a business, the facts entered, and every grade there was."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from services.scoring.credit.grades.content import CreditRules
from services.scoring.credit.grades.problems import EntryAlreadyEnded
from services.scoring.credit.grades.rules import Fact, Standing
from services.scoring.database import Base
from shared.contracts.scoring import CreditGrade
from shared.database import Versioned
from shared.dated_rules.models import DatedRule, dated
from shared.ids import uuid7


class CreditGradeRule(DatedRule, Base):
    """How credit is graded from `valid_from` on. No text of the state was read; a bureau states its own."""

    __tablename__ = "credit_grade_rules"
    __table_args__ = dated("信用风险分级办法")

    content: Mapped[dict[str, Any]]

    @property
    def rules(self) -> CreditRules:
        return CreditRules.model_validate(self.content)


class CreditAccount(Versioned, Base):
    """A business as credit knows it, and its last grade. `grade` null: none can be given yet; `told` is the last one
    that others were told. `register_version`: of the file in the register that name and region were taken from, 0 for
    an account that the register has not told of. `merged_into`: the business whose file goes on for this one's; its
    account counts what either was ever known for, and this one has no grade.
    """

    __tablename__ = "credit_accounts"
    __table_args__ = (
        Index(None, "region_code", "business_id"),
        Index(None, "merged_into"),
        CheckConstraint("(grade IS NULL) OR (as_of IS NOT NULL)", name="graded_says_when"),
    )

    business_id: Mapped[UUID] = mapped_column(primary_key=True)
    uscc: Mapped[str | None]
    name: Mapped[str]
    region_code: Mapped[str]
    register_version: Mapped[int] = mapped_column(default=0, server_default="0")
    merged_into: Mapped[UUID | None]
    grade: Mapped[CreditGrade | None]
    points: Mapped[Decimal | None] = mapped_column(Numeric)
    as_of: Mapped[date | None]
    settled_until: Mapped[date | None]
    steps: Mapped[list[Any]] = mapped_column(default=list)
    rule_id: Mapped[UUID | None] = mapped_column(ForeignKey("credit_grade_rules.id"))
    told: Mapped[CreditGrade | None]

    def take(self, standing: Standing, rule_id: UUID, day: date) -> bool:
        """Stand so from the day on. False when nothing has changed: then the earlier day stays."""
        new = (standing.grade, standing.points, list(standing.steps), rule_id)
        if new == (self.grade, self.points, self.steps, self.rule_id):
            return False
        self.grade, self.points, self.steps, self.rule_id = new
        self.settled_until, self.as_of = standing.settled_until, day
        self.advance()
        return True


class EndReason(StrEnum):
    """Why an entry no longer counts before its term is over."""

    REPAIRED = "repaired"
    MISTAKEN = "mistaken"

    @property
    def label(self) -> str:
        return {"repaired": "信用修复", "mistaken": "登记有误"}[self]


class CreditEntry(Versioned, Base):
    """One fact that a person entered, with where it is proved. It is ended, never changed."""

    __tablename__ = "credit_entries"
    __table_args__ = (
        Index(None, "business_id", "id"),
        CheckConstraint("(ended_on IS NULL) = (end_reason IS NULL)", name="ended_says_why"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    business_id: Mapped[UUID] = mapped_column(ForeignKey("credit_accounts.business_id"))
    code: Mapped[str]
    happened_on: Mapped[date]
    evidence: Mapped[str]
    recorded_by: Mapped[UUID]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    ended_on: Mapped[date | None]
    end_reason: Mapped[EndReason | None]
    end_note: Mapped[str | None]
    ended_by: Mapped[UUID | None]

    @property
    def fact(self) -> Fact:
        """As the rules see it: what was entered by mistake never counted."""
        until = self.happened_on if self.end_reason is EndReason.MISTAKEN else self.ended_on
        return Fact(self.code, self.happened_on, until)

    def end(self, reason: EndReason, note: str, *, on: date, by: UUID) -> None:
        """Count no longer. Raises `EntryAlreadyEnded`."""
        if self.ended_on is not None:
            raise EntryAlreadyEnded(f"这条记录已于 {self.ended_on} 停止计入")
        self.ended_on, self.end_reason, self.end_note, self.ended_by = on, reason, note, by
        self.advance()


class CreditGrading(Base):
    """One grade that a business had from `as_of` on; rows are only added, the last one is the account's."""

    __tablename__ = "credit_gradings"
    __table_args__ = (UniqueConstraint("business_id", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    business_id: Mapped[UUID] = mapped_column(ForeignKey("credit_accounts.business_id"))
    number: Mapped[int]
    as_of: Mapped[date]
    grade: Mapped[CreditGrade | None]
    points: Mapped[Decimal | None] = mapped_column(Numeric)
    steps: Mapped[list[Any]]
    rule_id: Mapped[UUID] = mapped_column(ForeignKey("credit_grade_rules.id"))
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
