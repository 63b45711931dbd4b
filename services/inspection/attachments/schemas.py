"""What callers get about files."""

from pydantic import Field

from shared.contracts.schema import Schema


class AttachmentRead(Schema):
    """How far a file has come."""

    sha256: str = Field(examples=["0" * 64])
    complete: bool = Field(description="已收齐并与哈希相符")
    received: int = Field(description="已收到的字节数，下一块从这里开始")
    size: int | None = Field(description="总字节数；没有收齐前为 null")
    media_type: str | None = Field(examples=["image/jpeg"])
