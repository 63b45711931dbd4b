"""What a search for records answers, the same in every service."""

from uuid import UUID

from pydantic import Field

from shared.contracts.schema import Schema

MOST_OF_A_KIND = 20
"""As many records of a kind as one answer holds; who needs more asks that kind's own list."""


class FoundRecord(Schema):
    """A record that holds the words looked for, and that the caller may read."""

    id: UUID
    title: str = Field(description="名称或编号", examples=["演示蔬菜甲档（虚构）"])
    detail: str = Field(description="另一项认得出来的内容，可以为空", examples=["92330203MA2A1B2C3D"])
    link: str = Field(description="在本服务的地址", examples=["/v1/whistles/0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1b"])


class FoundRecords(Schema):
    """The records of one kind, the newest first."""

    kind: str = Field(description="记录种类的代码", examples=["businesses"])
    name: str = Field(description="记录种类", examples=["主体"])
    items: list[FoundRecord]
    more: bool = Field(description="是否还有没列出的")
