"""What is shown of a job."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import ConfigDict, Field

from shared.contracts.schema import Schema
from shared.jobs.models import JobState


class JobRead(Schema):
    """A background job: where it stands, how far it is, what came of it."""

    id: UUID
    kind: str
    title: str
    state: JobState
    done: int = Field(description="已处理的数量")
    total: int | None = Field(description="总数；未知为 null")
    counts: dict[str, Any] = Field(description="分项计数，如 accepted、rejected")
    result: dict[str, Any] | None
    error: str | None = Field(description="最近一次没有成功的原因")
    attempts: int
    region_code: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    cancel_requested_at: datetime | None

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1b",
                    "kind": "import_rapid_tests",
                    "title": "导入快检结果 七月.csv",
                    "state": "running",
                    "done": 20000,
                    "total": 100000,
                    "counts": {"accepted": 19800, "rejected": 200},
                    "result": None,
                    "error": None,
                    "attempts": 1,
                    "region_code": "330203000000",
                    "created_at": "2026-07-24T09:30:00+08:00",
                    "started_at": "2026-07-24T09:30:01+08:00",
                    "finished_at": None,
                    "cancel_requested_at": None,
                }
            ]
        }
    )
