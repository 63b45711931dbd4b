"""The table of links. The token itself is not kept: whoever reads the table cannot answer in anybody's stead."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from services.scoring.database import Base
from shared.ids import uuid7
from shared.times import now


class SurveyLink(Base):
    """One address of a questionnaire. `stratum`: whom it was given to; null: people say themselves."""

    __tablename__ = "survey_links"
    __table_args__ = (CheckConstraint("most_answers > 0", name="takes_answers"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    survey_id: Mapped[UUID] = mapped_column(ForeignKey("surveys.id"), index=True)
    token_sha256: Mapped[str] = mapped_column(unique=True)
    stratum: Mapped[str | None]
    most_answers: Mapped[int]
    closes_at: Mapped[datetime]
    made_by: Mapped[UUID]
    made_at: Mapped[datetime] = mapped_column(default=now)
