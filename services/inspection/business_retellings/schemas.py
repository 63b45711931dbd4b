"""What ordering a retelling takes."""

from pydantic import Field

from shared.contracts.schema import Schema
from shared.contracts.words import Words


class RetellingCreate(Schema):
    reason: Words = Field(
        min_length=2, max_length=100, description="为什么，写在任务的标题里", examples=["追溯服务新近启用（演示）"]
    )
