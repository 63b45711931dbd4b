"""What callers get about law that nobody has read."""

from datetime import date
from typing import Any

from pydantic import Field

from shared.contracts.schema import Schema

MOST_ROWS = 200


class UnverifiedRule(Schema):
    source: str = Field(description="出处", examples=["通行做法整理，尚未与现行条文核对"])
    valid_from: date | None = Field(description="自哪一天起；没有日期的为 null")
    says: dict[str, Any] = Field(description="规则的内容，按列", examples=[{"code": "result_service", "length": 5}])


class UnverifiedRules(Schema):
    """All unverified rows of one kind."""

    kind: str = Field(description="数据表", examples=["clock_rules"])
    title: str = Field(examples=["期限规则"])
    count: int = Field(description="共有多少条", examples=[24])
    rules: list[UnverifiedRule] = Field(description=f"至多前 {MOST_ROWS} 条")
