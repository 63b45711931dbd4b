"""What the audit trail shows."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from gateway.identity.audit.models import AuditAction
from shared.contracts.schema import Schema


class AuditEntryRead(Schema):
    """One act."""

    id: UUID
    at: datetime
    action: AuditAction
    action_label: str = Field(examples=["账号锁定"])
    actor_id: UUID | None
    actor_name: str = Field(examples=["演示·系统管理员"])
    subject_id: UUID | None
    subject_name: str = Field(examples=["演示·执法检查人员"])
    regions: list[str] = Field(examples=[["330203000000"]])
    address: str = Field(description="来源地址", examples=["192.0.2.10"])
    request_id: str = Field(examples=["0199f3a0c1d27c5e8a7b6c5d4e3f2a1b"])
    details: dict[str, Any] = Field(examples=[{"minutes": 15}])
