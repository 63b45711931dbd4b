"""Where a person is signed in."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from shared.contracts.schema import Schema


class SessionKind(StrEnum):
    """What is signed in."""

    BROWSER = "browser"
    PROGRAM = "program"

    @property
    def label(self) -> str:
        return {"browser": "网页", "program": "终端或程序"}[self]


class SessionRead(Schema):
    """One sign-in that still holds."""

    id: UUID
    kind: SessionKind
    kind_label: str = Field(examples=["网页"])
    device: str = Field(description="浏览器或程序自报的名称", examples=["Firefox"])
    address: str = Field(description="登录时的来源地址", examples=["192.0.2.10"])
    started_at: datetime
    seen_at: datetime = Field(description="最近一次使用")
    expires_at: datetime
