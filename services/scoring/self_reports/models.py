"""Tables of self-evaluation reports: templates by version, and reports as they were made. Both only grow."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from services.scoring.database import Base
from services.scoring.self_reports.content import ReportContent, TemplateContent
from shared.ids import uuid7


class ReportTemplate(Base):
    """One version of a template. `recorded_by` is null for what is shipped; `sha256` is of the content."""

    __tablename__ = "report_templates"
    __table_args__ = (UniqueConstraint("code", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    code: Mapped[str]
    number: Mapped[int]
    title: Mapped[str]
    official: Mapped[bool]
    document: Mapped[dict[str, Any]]
    sha256: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    recorded_by: Mapped[UUID | None]

    @property
    def content(self) -> TemplateContent:
        return TemplateContent.model_validate(self.document)


class SelfReport(Base):
    """A report as it was made, never changed; one made later stands beside it. `sha256` is of the document.

    `unproved` counts the sentences that no reading and no evidence stands behind.
    """

    __tablename__ = "self_reports"
    __table_args__ = (Index(None, "region_code", "id"), Index(None, "template_code", "region_code", "id"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    template_id: Mapped[UUID] = mapped_column(ForeignKey("report_templates.id"))
    template_code: Mapped[str]
    template_number: Mapped[int]
    evaluation_id: Mapped[UUID | None] = mapped_column(ForeignKey("evaluations.id"))
    region_code: Mapped[str]
    period: Mapped[str]
    title: Mapped[str]
    as_of: Mapped[datetime]
    made_by: Mapped[UUID]
    made_by_name: Mapped[str]
    sentences: Mapped[int]
    unproved: Mapped[int]
    document: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    sha256: Mapped[str]

    @property
    def content(self) -> ReportContent:
        """The report whole (`document` must be loaded)."""
        return ReportContent.model_validate(self.document)
