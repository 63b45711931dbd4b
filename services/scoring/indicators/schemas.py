"""What the routes of readings give."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from shared.contracts.evaluations import ReadingState
from shared.contracts.figures import Number
from shared.contracts.schema import Schema


class ReadingRead(Schema):
    """One input as it was read; `id` is what a report cites."""

    id: UUID
    name: str = Field(description="细则里的数据项名")
    reference: str = Field(examples=["sampling.rapid_tests@annualised"])
    service: str | None
    period: str
    state: ReadingState
    value: Number | None
    low: Number | None = Field(description="文件只说大概时，可能的最小值")
    high: Number | None = Field(description="文件只说大概时，可能的最大值")
    peers: list[str] | None = Field(description="同级各地的值")
    numerator: Number | None
    denominator: Number | None
    definition_version: int | None
    as_of: datetime | None
    rows: str | None = Field(description="数字背后的记录，经网关的地址")
    source: str
    reason: str = Field(description="没有值的原因，或怎样折算的")


class SnapshotRead(Schema):
    """All inputs that services or documents give, read at one time."""

    id: UUID
    number: int
    taken_at: datetime
    taken_by_name: str
    sha256: str = Field(description="全部读数的哈希")
    readings: list[ReadingRead]
