"""The table of captures: what became of each document that was handed in."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from services.traceability.database import Base
from services.traceability.epcis_events.models import CAPTURER
from services.traceability.epcis_events.strictness import Handling
from shared.ids import uuid7
from shared.times import now


class Capture(Base):
    """One capture job. Under `rollback` a faulty event keeps all others out, under `proceed` only itself.

    A large document is worked through by the background job `job_id`, and `document` kept until then. `errors` are
    problem documents, one an event. `captured_as` is one of the `TELLINGS`.
    """

    __tablename__ = "epcis_captures"
    __table_args__ = (
        CheckConstraint("error_behaviour IN ('rollback', 'proceed')", name="behaviour_known"),
        CheckConstraint("running = (finished_at IS NULL)", name="running_until_finished"),
        Index(None, "actor_id", "id"),
        Index(None, "business_id", "id"),
        Index(None, "region_code", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    finished_at: Mapped[datetime | None]
    running: Mapped[bool] = mapped_column(default=True)
    success: Mapped[bool] = mapped_column(default=True)
    error_behaviour: Mapped[str]
    handling: Mapped[str] = mapped_column(default=Handling.USUAL.value, server_default=Handling.USUAL.value)
    errors: Mapped[list[Any]] = mapped_column(default=list)
    events_received: Mapped[int] = mapped_column(default=0)
    events_stored: Mapped[int] = mapped_column(default=0)
    events_known: Mapped[int] = mapped_column(default=0)
    actor_id: Mapped[UUID]
    actor_name: Mapped[str]
    business_id: Mapped[UUID | None]
    organisation_id: Mapped[UUID | None]
    region_code: Mapped[str | None]
    captured_as: Mapped[str] = mapped_column(default=CAPTURER, server_default=CAPTURER)
    document: Mapped[str | None]
    job_id: Mapped[UUID | None]

    def finish(self, *, stored: int, known: int, errors: list[dict[str, Any]]) -> None:
        """Say how it went; the document is no longer needed."""
        self.running, self.finished_at, self.document = False, now(), None
        self.events_stored, self.events_known = stored, known
        self.errors, self.success = errors, not errors
