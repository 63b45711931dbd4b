"""API clients over HTTP."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field

from gateway.identity.api_clients.models import ClientStatus
from gateway.identity.users.schemas import Regions
from shared.contracts.schema import Schema
from shared.contracts.scopes import SCOPES


def _known(scopes: list[str]) -> list[str]:
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown:
        raise ValueError(f"没有这些范围：{'、'.join(unknown)}；可用的是 {'、'.join(SCOPES)}")
    return sorted(set(scopes))


Scopes = Annotated[
    list[str],
    Field(min_length=1, max_length=len(SCOPES), description="可读、可写哪些服务", examples=[["sampling:write"]]),
    AfterValidator(_known),
]


class ApiClientCreate(Schema):
    """A new external system. It has no key until one is issued."""

    name: str = Field(min_length=2, max_length=100, description="名称", examples=["某市场快检系统（演示）"])
    scopes: Scopes
    regions: Regions
    organisation_id: UUID | None = Field(default=None, description="所属组织")
    expires_at: AwareDatetime = Field(description="到期时间", examples=["2027-07-24T00:00:00+08:00"])


class ApiClientUpdate(Schema):
    """What may change; an absent field stays."""

    name: str | None = Field(default=None, min_length=2, max_length=100, examples=["某市场快检系统（演示）"])
    scopes: Scopes | None = None
    regions: Regions | None = None
    expires_at: AwareDatetime | None = Field(default=None, examples=["2027-07-24T00:00:00+08:00"])


class ApiClientRead(Schema):
    """An external system, without its keys."""

    id: UUID
    name: str = Field(examples=["某市场快检系统（演示）"])
    scopes: Scopes
    regions: Regions
    organisation_id: UUID | None
    expires_at: datetime
    status: ClientStatus
    created_at: datetime
    last_used_at: datetime | None = Field(description="最近一次凭密钥取令牌；没有用过为 null")
    version: int


class ApiKeyCreate(Schema):
    """Issue a key; earlier keys stay good for the overlap, so that the other side can change over."""

    overlap_hours: int = Field(default=24, ge=0, le=168, description="旧密钥还可用几小时")


class ApiKeyRead(Schema):
    """A new key, shown this once."""

    client_id: UUID
    client_key: str = Field(examples=["shian_Qm9…"])
    issued_at: datetime


class ApiKeySummary(Schema):
    """A key that still lets the client in, without the key."""

    fingerprint: str = Field(description="密钥 SHA-256 的前 8 位十六进制，供双方核对是哪一个", examples=["9f86d081"])
    issued_at: datetime
    expires_at: datetime | None = Field(description="轮换后还可用到何时；现用的为 null")
    last_used_at: datetime | None
