"""The log over HTTP. What a verifier recalculates has the names and spelling of the format `shian-audit/1`."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.audit.verifier import FORMAT
from shared.contracts.codes import Unit
from shared.contracts.schema import Schema

HEX = "[0-9a-f]{64}"
ROOT = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


class AuditHeadRead(Schema):
    """A tree head: what the first `size` records come to. Keep it where the platform's operators cannot reach it."""

    format: Literal["shian-audit/1"] = Field(examples=[FORMAT])
    unit: Unit
    size: int = Field(description="前多少条", examples=[412])
    published_at: str = Field(examples=["2026-07-24T01:30:00.000000+00:00"])
    root_sha256: str = Field(pattern=HEX, examples=[ROOT])
    root_sm3: str = Field(pattern=HEX, examples=[ROOT])
    chain_sha256: str = Field(pattern=HEX, examples=[ROOT])
    chain_sm3: str = Field(pattern=HEX, examples=[ROOT])


class AuditLeaf(Schema):
    """What of a record is hashed."""

    format: Literal["shian-audit/1"] = Field(examples=[FORMAT])
    unit: Unit
    id: UUID
    at: str = Field(examples=["2026-07-24T01:30:00.000000+00:00"])
    actor: UUID | None
    regions: list[str] = Field(description="操作人的管辖区域", examples=[["330203000000"]])
    action: str = Field(examples=["POST /v1/samples/{sample_id}/receipt"])
    target: str = Field(examples=["/v1/samples/0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1b/receipt"])
    location: str | None
    status: int | None = Field(examples=[201])
    request_id: str
    content_bytes: int | None
    content_sha256: str | None
    content_sm3: str | None


class AuditLine(Schema):
    """A sealed record as an exported log holds it."""

    position: int
    leaf: AuditLeaf
    leaf_sha256: str = Field(pattern=HEX, examples=[ROOT])
    leaf_sm3: str = Field(pattern=HEX, examples=[ROOT])
    chain_sha256: str = Field(pattern=HEX, examples=[ROOT])
    chain_sm3: str = Field(pattern=HEX, examples=[ROOT])


class InclusionProof(Schema):
    """That a record stands in the log of a head."""

    format: Literal["shian-audit/1"] = Field(examples=[FORMAT])
    record: AuditLine
    head: AuditHeadRead
    path_sha256: list[str] = Field(examples=[[ROOT]])
    path_sm3: list[str] = Field(examples=[[ROOT]])


class ConsistencyProof(Schema):
    """That a later head only adds to an earlier one."""

    format: Literal["shian-audit/1"] = Field(examples=[FORMAT])
    first: AuditHeadRead
    second: AuditHeadRead
    path_sha256: list[str] = Field(examples=[[ROOT]])
    path_sm3: list[str] = Field(examples=[[ROOT]])


class AuditRecordRead(Schema):
    """One write, as auditors look it up."""

    id: UUID
    at: datetime
    actor_id: UUID | None
    regions: list[str]
    action: str = Field(examples=["POST /v1/samples/{sample_id}/receipt"])
    target: str = Field(examples=["/v1/samples/0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1b/receipt"])
    location: str | None
    status: int | None = Field(examples=[201])
    request_id: str
    content_bytes: int | None
    content_sha256: str | None
    content_sm3: str | None
    content_salt: str | None = Field(description="核对原文用：SHA-256（盐 + 原文）即 content_sha256；不在封存的内容里")
    position: int | None = Field(description="封存的位置；null：还没有封存，一两分钟内会封存", examples=[411])
