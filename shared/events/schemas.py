"""What travels between units about events, and what administrators see of those that could not be delivered."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import ConfigDict, Field

from shared.contracts.codes import Unit
from shared.contracts.schema import Schema


class Outcome(StrEnum):
    """What became of one event of a batch."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    FAILED = "failed"
    REFUSED = "refused"
    UNREACHED = "unreached"

    @property
    def is_settled(self) -> bool:
        """Whether the event need not be sent again."""
        return self in (Outcome.ACCEPTED, Outcome.DUPLICATE)

    @property
    def is_failure(self) -> bool:
        """Whether it counts as an attempt of the event; one that was not reached in time does not."""
        return self in (Outcome.FAILED, Outcome.REFUSED)


class Receipt(Schema):
    """The fate of the event at the same place of the batch."""

    id: str
    outcome: Outcome
    reason: str | None = None


class Receipts(Schema):
    """The answer to a batch: as many receipts as events, in the same order."""

    receipts: list[Receipt]

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"receipts": [{"id": "0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1b", "outcome": "accepted"}]}]
        }
    )


class ParkedEventRead(Schema):
    """An event that a unit would not take after all attempts, with its last answer."""

    id: UUID
    type: str
    subject: str
    time: datetime
    data: dict[str, Any] | None = Field(description="内容；不在您管辖区域内的、未写明区域的为 null")
    target: Unit = Field(description="没有收下它的单元")
    attempts: int
    parked_at: datetime
    last_error: str | None

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1b",
                    "type": "sampling.rapid_test.failed.v1",
                    "subject": "0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1c",
                    "time": "2026-07-24T09:30:00+08:00",
                    "data": {},
                    "target": "inspection",
                    "attempts": 12,
                    "parked_at": "2026-07-24T10:20:00+08:00",
                    "last_error": "没有找到：主体未登记",
                }
            ]
        }
    )


class EventRetryRead(Schema):
    """The units to which the event will be sent again."""

    id: UUID
    targets: list[Unit]
