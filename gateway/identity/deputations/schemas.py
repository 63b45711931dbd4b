"""Deputations over HTTP."""

from datetime import datetime
from uuid import UUID

from pydantic import AwareDatetime, Field

from gateway.identity.users.schemas import Roles
from shared.contracts.schema import Schema


class DeputationCreate(Schema):
    """Let somebody act for the user of the address for a time."""

    deputy_id: UUID = Field(description="代理人")
    roles: Roles = Field(description="代理哪些角色，须是被代理人现有的")
    valid_from: AwareDatetime = Field(examples=["2026-07-24T08:30:00+08:00"])
    valid_until: AwareDatetime = Field(examples=["2026-08-07T18:00:00+08:00"])
    reason: str = Field(min_length=1, max_length=200, examples=["演示：外出培训"])


class DeputationRead(Schema):
    """One deputation."""

    id: UUID
    principal_id: UUID
    deputy_id: UUID
    roles: Roles
    reason: str = Field(examples=["演示：外出培训"])
    valid_from: datetime
    valid_until: datetime
    given_by: UUID
    given_at: datetime
    revoked_at: datetime | None
