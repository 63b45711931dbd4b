"""What the routes of follow-up visits take and give."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from shared.contracts.inspection import VisitOutcome, VisitState
from shared.contracts.moments import PlausibleMoment
from shared.contracts.schema import Schema


class VisitRead(Schema):
    """A follow-up visit."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1b",
                    "whistle_id": "0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1c",
                    "business_id": None,
                    "business_name": None,
                    "site_id": "0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1d",
                    "site_name": "演示农贸市场（虚构）",
                    "stall_number": "A12",
                    "target": "演示农贸市场（虚构）A12 号摊位",
                    "region_code": "330203009000",
                    "product_name": "豇豆",
                    "item_name": "克百威",
                    "quantity": "12.5",
                    "unit": "kg",
                    "task_number": "演示-2026-0001",
                    "state": "scheduled",
                    "scheduled_at": "2026-07-24T09:30:00+08:00",
                    "due_at": "2026-07-29T00:00:00+08:00",
                    "clock_id": "0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1e",
                    "visited_at": None,
                    "visited_by": None,
                    "outcome": None,
                    "notes": None,
                    "version": 1,
                }
            ]
        }
    )

    id: UUID
    whistle_id: UUID
    business_id: UUID | None
    business_name: str | None
    site_id: UUID | None
    site_name: str | None
    stall_number: str | None
    target: str = Field(description="回访对象")
    region_code: str
    product_name: str
    item_name: str
    quantity: Decimal | None
    unit: str | None
    task_number: str = Field(description="监督抽检任务编号")
    state: VisitState
    scheduled_at: datetime
    due_at: datetime = Field(description="最迟回访时间")
    clock_id: UUID = Field(description="期限记录")
    visited_at: datetime | None
    visited_by: UUID | None
    outcome: VisitOutcome | None
    notes: str | None
    version: int


class VisitCompletion(Schema):
    """What was found at a visit."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "visited_at": "2026-07-25T10:20:00+08:00",
                    "outcome": "corrected",
                    "notes": "问题批次已下架封存，进货票据齐全（演示）",
                }
            ]
        }
    )

    visited_at: PlausibleMoment = Field(description="到场时间，可早于提交时间（现场无网络时）")
    outcome: VisitOutcome = Field(
        description="in_order 未发现问题，corrected 已当场改正，violation 发现违法线索，not_reached 未能核查"
    )
    notes: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=2000)] = Field(
        description="现场情况"
    )
