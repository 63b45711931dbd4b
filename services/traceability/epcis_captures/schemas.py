"""Captures as the standard's interface shows them (EPCIS 2.0 §12.4: member names in camel case)."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_camel

from shared.contracts.schema import Schema


class ErrorBehaviour(StrEnum):
    """What a faulty event does to the others of its document."""

    ROLLBACK = "rollback"
    PROCEED = "proceed"


class CaptureRead(Schema):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    capture_id: UUID = Field(alias="captureID")
    created_at: datetime
    finished_at: datetime | None = Field(description="还在进行时为空")
    running: bool
    success: bool = Field(description="没有差错。rollback 时为 false 即一件也没有存；proceed 时为 false 即只存了一部分")
    capture_error_behaviour: ErrorBehaviour
    errors: list[dict[str, Any]] = Field(description="每件有错的事件一份问题说明，含位置与改法")
    events_received: int
    events_stored: int
    events_known: int = Field(description="以前已采集、内容相同、不再存一遍的件数")
