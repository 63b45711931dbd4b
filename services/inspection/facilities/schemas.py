"""What the routes of facilities take and give."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from services.inspection.facilities.codes import FacilityKind
from shared.contracts.schema import Schema
from shared.contracts.words import Words


class FacilityCreate(Schema):
    business_id: UUID
    kind: FacilityKind
    since: date = Field(description="自何日起有；不晚于今天")
    basis: Words = Field(min_length=2, max_length=300, description="依据", examples=["现场核实（演示）"])


class FacilityEnd(Schema):
    on: date = Field(description="自这一天起没有；不晚于今天")
    reason: Words = Field(min_length=2, max_length=300, examples=["设备拆除（演示）"])


class FacilityRead(Schema):
    id: UUID
    version: int
    business_id: UUID
    region_code: str
    kind: FacilityKind
    since: date
    until: date | None
    basis: str = Field(examples=["现场核实（演示）"])
    ending_reason: str = Field(examples=[""])
    recorded_at: datetime
    recorded_by_name: str = Field(examples=["演示检查员甲（虚构）"])
