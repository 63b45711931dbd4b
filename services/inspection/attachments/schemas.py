"""What callers get about files."""

from typing import Annotated

from pydantic import Field

from services.inspection.grid.evidence import EXAMPLE_HASH, Sha256
from shared.contracts.schema import Schema


class AttachmentsAsked(Schema):
    """The files a terminal has to send."""

    hashes: Annotated[list[Sha256], Field(min_length=1, max_length=1000, examples=[[EXAMPLE_HASH]])]


class AttachmentRead(Schema):
    """How far a file has come from the caller."""

    sha256: str = Field(examples=["0" * 64])
    complete: bool = Field(description="已从本账号收齐并与哈希相符")
    received: int = Field(description="已收到的字节数，下一块从这里开始")
    size: int | None = Field(description="总字节数；没有收齐前为 null")
    media_type: str | None = Field(examples=["image/jpeg"])
