"""Tables of site checks: the dated rules of the draw, a plan with its draw, the drawn visits, what they found."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.scoring.database import Base
from services.scoring.site_checks.content import Aggregate, SiteForm, VisitContent, VisitKind
from services.scoring.site_checks.problems import SitePlanClosed
from shared.database import Versioned
from shared.dated_rules.models import DatedRule, dated
from shared.ids import uuid7
from shared.times import now


class SiteTownRule(DatedRule, Base):
    """From `valid_from` on: the share of all towns (rounded up) that is visited, and the fewest."""

    __tablename__ = "site_town_rules"
    __table_args__ = (
        CheckConstraint("numerator BETWEEN 0 AND denominator AND denominator > 0", name="share_is_a_share"),
        CheckConstraint("at_least >= 0", name="not_negative"),
        *dated("现场核查抽取乡镇（街道）的数量", "kind"),
    )

    kind: Mapped[VisitKind]
    numerator: Mapped[int]
    denominator: Mapped[int]
    at_least: Mapped[int]


class SitePlan(Versioned, Base):
    """The one draw of an evaluation. `frame` is all that the draw depended on but `seed` (hex)."""

    __tablename__ = "site_plans"
    __table_args__ = (UniqueConstraint("evaluation_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    evaluation_id: Mapped[UUID] = mapped_column(ForeignKey("evaluations.id"))
    algorithm: Mapped[str]
    frame: Mapped[dict[str, Any]]
    frame_sha256: Mapped[str]
    seed: Mapped[str]
    form_list: Mapped[list[Any]]
    aggregate: Mapped[dict[str, Any]]
    drawn_at: Mapped[datetime] = mapped_column(default=now)
    drawn_by: Mapped[UUID]
    drawn_by_name: Mapped[str]
    closed_at: Mapped[datetime | None]

    visits: Mapped[list["SiteVisit"]] = relationship(order_by="SiteVisit.number", lazy="raise")

    @property
    def forms(self) -> dict[str, SiteForm]:
        return {one["code"]: SiteForm.model_validate(one) for one in self.form_list}

    @property
    def way(self) -> Aggregate:
        return Aggregate.model_validate(self.aggregate)

    def ensure_open(self) -> None:
        if self.closed_at is not None:
            raise SitePlanClosed

    def close(self, at: datetime) -> None:
        self.ensure_open()
        self.closed_at = at
        self.advance()


class SiteVisit(Versioned, Base):
    """One drawn site. `scoring_id` is the scoring that counts; earlier ones stay."""

    __tablename__ = "site_visits"
    __table_args__ = (UniqueConstraint("plan_id", "number"), UniqueConstraint("plan_id", "unit_code"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("site_plans.id"))
    number: Mapped[int]
    kind: Mapped[VisitKind]
    form: Mapped[str]
    town_code: Mapped[str]
    town_name: Mapped[str]
    unit_code: Mapped[str]
    unit_name: Mapped[str]
    scoring_id: Mapped[UUID | None]


class SiteScoring(Base):
    """What a visit found. `id` is made by the device, so that it may be sent again; it never changes.

    `points` and `maximum` are null where the site could not be checked. `replaces`: the scoring that counted before.
    """

    __tablename__ = "site_scorings"
    __table_args__ = (
        Index(None, "visit_id"),
        CheckConstraint("(points IS NULL) = (maximum IS NULL)", name="points_of_a_maximum"),
        CheckConstraint("points BETWEEN 0 AND maximum", name="within_the_maximum"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    visit_id: Mapped[UUID] = mapped_column(ForeignKey("site_visits.id"))
    replaces: Mapped[UUID | None]
    content: Mapped[dict[str, Any]]
    sha256: Mapped[str]
    points: Mapped[Decimal | None]
    maximum: Mapped[Decimal | None]
    visited_at: Mapped[datetime]
    recorded_at: Mapped[datetime] = mapped_column(default=now)
    recorded_by: Mapped[UUID]
    recorded_by_name: Mapped[str]

    @property
    def said(self) -> VisitContent:
        return VisitContent.model_validate(self.content)
