"""What the routes of relations take and give."""

from datetime import date
from typing import Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from shared.contracts.inspection import RelationKind
from shared.contracts.schema import Schema


class RelationCreate(Schema):
    """One business comes to stand under another."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "stall_of",
                    "other_id": "0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1c",
                    "valid_from": "2026-01-01",
                    "valid_to": None,
                }
            ]
        }
    )

    kind: RelationKind
    other_id: UUID = Field(description="市场、出租方、连锁总部或平台的主体编号")
    valid_from: date
    valid_to: date | None = Field(default=None, description="不再如此的第一天；仍如此为 null")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError("终止之日早于起始之日，请核对")
        return self


class RelationEnd(Schema):
    """The first day on which a relation no longer holds."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"valid_to": "2026-07-01"}]})

    valid_to: date


class RelationRead(Schema):
    """What one business is to another, from one day until the day before another."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1b",
                    "kind": "stall_of",
                    "business_id": "0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1d",
                    "business_name": "演示蔬菜摊（虚构）",
                    "other_id": "0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1c",
                    "other_name": "演示农贸市场（虚构）",
                    "valid_from": "2026-01-01",
                    "valid_to": None,
                    "version": 1,
                }
            ]
        }
    )

    id: UUID
    kind: RelationKind
    business_id: UUID
    business_name: str
    other_id: UUID
    other_name: str
    valid_from: date
    valid_to: date | None
    version: int
