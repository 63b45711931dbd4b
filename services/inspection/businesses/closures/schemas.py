"""What the routes of closures take and give."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from shared.contracts.inspection import ClosureKind
from shared.contracts.schema import Schema

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]


class ClosureCreate(Schema):
    """A business stops trading."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "dormancy",
                    "closed_on": "2026-07-01",
                    "expected_until": "2026-12-31",
                    "reason": "装修（演示）",
                }
            ]
        }
    )

    kind: ClosureKind = Field(description="suspension 停业、dormancy 歇业、deregistration 注销")
    closed_on: date
    expected_until: date | None = Field(default=None, description="预计到哪天；不知道或注销为 null")
    reason: Reason


class Reopening(Schema):
    """A business trades again."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reopened_on": "2026-09-01", "reason": "装修完工"}]})

    reopened_on: date
    reason: Reason


class ClosureRead(Schema):
    """When and why a business did not trade."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1b",
                    "kind": "dormancy",
                    "closed_on": "2026-07-01",
                    "expected_until": "2026-12-31",
                    "reason": "装修（演示）",
                    "reopened_on": None,
                    "reopening_reason": None,
                }
            ]
        }
    )

    id: UUID
    kind: ClosureKind
    closed_on: date
    expected_until: date | None
    reason: str
    reopened_on: date | None = Field(description="恢复经营之日；还没有恢复为 null")
    reopening_reason: str | None
