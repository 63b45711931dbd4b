"""The table of jobs: what everybody sees of a job. The queue behind it only says who works on what."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.database import ChassisBase
from shared.http.problems import Conflict
from shared.times import now


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        return {
            "queued": "排队中",
            "running": "进行中",
            "succeeded": "已完成",
            "failed": "未完成",
            "cancelled": "已取消",
        }[self]

    @property
    def is_final(self) -> bool:
        return self in (JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED)


class JobAlreadyFinished(Conflict):
    slug, title = "job-already-finished", "任务已经结束"


class Job(ChassisBase):
    """One background job. `attempts` counts how often it was begun; a worker with an older number is overtaken."""

    __tablename__ = "jobs"
    __table_args__ = (
        CheckConstraint("state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')", name="state_known"),
        Index(None, "actor_id", "id"),
        Index(None, "region_code", "id"),
        Index("ix_jobs_unfinished", "id", postgresql_where=text("state IN ('queued', 'running')")),
        Index(None, "finished_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    title: Mapped[str]
    state: Mapped[str] = mapped_column(default=JobState.QUEUED.value)
    payload: Mapped[dict[str, Any]]
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int | None]
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    result: Mapped[dict[str, Any] | None]
    error: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)
    actor_id: Mapped[UUID | None]
    region_code: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    cancel_requested_at: Mapped[datetime | None]
    heartbeat_at: Mapped[datetime] = mapped_column(server_default=func.now())

    def request_cancellation(self) -> None:
        """Ask a running job to stop; one that has not begun is cancelled at once. Raises `JobAlreadyFinished`."""
        state = JobState(self.state)
        if state is JobState.CANCELLED:
            return
        if state.is_final:
            raise JobAlreadyFinished(f"任务{state.label}，不能再取消")
        self.cancel_requested_at = self.cancel_requested_at or now()
        if state is JobState.QUEUED:
            self.state, self.finished_at = JobState.CANCELLED.value, now()
