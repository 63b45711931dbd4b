"""Events between units: CloudEvents 1.0 envelopes around typed data.

An event says what has happened, in the past tense, and carries state and version, because delivery is at least once and
unordered. Its type is `unit.aggregate.past_participle.vN`; the data classes live in one module a unit beside this one.
"""

from datetime import datetime
from typing import Any, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.codes import Unit
from shared.contracts.schema import Schema

REGISTRY: dict[str, type["EventData"]] = {}
"""Every event type and the class of its data."""


class EventData(Schema):
    """Base of the data of an event. A subclass names its `type`; its first part is the publishing unit."""

    type: ClassVar[str]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "type" in cls.__dict__:
            if cls.type in REGISTRY:
                raise TypeError(f"event type {cls.type} is declared twice")
            REGISTRY[cls.type] = cls


class Event(Schema):
    """A CloudEvents 1.0 envelope in JSON. `subject` is the id of the thing the event is about."""

    specversion: Literal["1.0"] = "1.0"
    id: UUID
    type: str
    source: str = Field(description="发布单元，如 /sampling")
    subject: str
    time: datetime
    datacontenttype: Literal["application/json"] = "application/json"
    traceparent: str | None = None
    data: dict[str, Any]

    @property
    def publisher(self) -> Unit:
        return Unit(self.type.partition(".")[0])
