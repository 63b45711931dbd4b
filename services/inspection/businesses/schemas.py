"""What the routes of the register take and give."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, model_validator
from pydantic.config import JsonDict

from shared.contracts.business_numbers import check_licence, check_uscc
from shared.contracts.inspection import BusinessKind, BusinessStatus, CoordinateSystem, LicenceKind, TimelineKind
from shared.contracts.regions import RegionCode
from shared.contracts.schema import Schema

EXAMPLE_LICENCE: JsonDict = {
    "kind": "sc",
    "number": "SC10133020300019",
    "valid_from": "2024-03-01",
    "valid_to": "2029-02-28",
}
EXAMPLE_CREATE: JsonDict = {
    "uscc": "91330203MA0000000W",
    "name": "演示食品厂（虚构）",
    "kind": "production",
    "status": "active",
    "region_code": "330203009",
    "address": "演示路 1 号",
    "position": {"longitude": "121.543000", "latitude": "29.862000", "coordinate_system": "gcj02"},
    "site_id": None,
    "stall_number": None,
    "licences": [EXAMPLE_LICENCE],
    "same_uscc_confirmed": False,
}
EXAMPLE_READ: JsonDict = {name: value for name, value in EXAMPLE_CREATE.items() if name != "same_uscc_confirmed"} | {
    "id": "0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1b",
    "region_code": "330203009000",
    "registered_at": "2026-07-24T09:30:00+08:00",
    "doubts": [],
    "version": 1,
}

Uscc = Annotated[
    str, AfterValidator(check_uscc), Field(description="统一社会信用代码，18 位", examples=["91330203MA0000000W"])
]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class Position(Schema):
    """A point on the map; the coordinate system is never guessed."""

    longitude: Annotated[Decimal, Field(ge=73, le=136, max_digits=9, decimal_places=6, description="经度，度")]
    latitude: Annotated[Decimal, Field(ge=3, le=54, max_digits=9, decimal_places=6, description="纬度，度")]
    coordinate_system: CoordinateSystem = Field(description="wgs84 或 gcj02")


class LicenceWrite(Schema):
    """A permit as printed."""

    kind: LicenceKind = Field(description="sc 生产许可，jy 经营许可，registration 登记或备案凭证")
    number: Text
    valid_from: date | None = None
    valid_to: date | None = None

    @model_validator(mode="after")
    def _plausible(self) -> Self:
        self.number = check_licence(self.kind, self.number)
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise ValueError("许可证的有效期止早于有效期起，请照许可证核对")
        return self


class BusinessWrite(Schema):
    """The whole file of a business, as it is entered and as it is changed."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE_CREATE]})

    uscc: Uscc | None = Field(description="没有营业执照的摊贩等填 null")
    name: Text
    kind: BusinessKind
    status: BusinessStatus = BusinessStatus.ACTIVE
    region_code: Annotated[RegionCode, Field(description="所在村（社区）或镇街的区划代码")]
    address: Text
    position: Position | None = None
    site_id: UUID | None = Field(default=None, description="所在市场（快检点）的编号")
    stall_number: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)] | None = None
    licences: Annotated[list[LicenceWrite], Field(max_length=20)]
    same_uscc_confirmed: bool = Field(default=False, description="同一执照确有多处经营场所时填 true（一照多址）")


class LicenceRead(Schema):
    """A permit of a business."""

    kind: LicenceKind
    number: str
    valid_from: date | None
    valid_to: date | None


class Doubt(Schema):
    """Something that may be right and should be looked at again."""

    pointer: str
    message: str


class BusinessRead(Schema):
    """The file of a business."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE_READ]})

    id: UUID
    uscc: str | None
    name: str
    kind: BusinessKind
    status: BusinessStatus
    region_code: str
    address: str
    position: Position | None
    site_id: UUID | None
    stall_number: str | None
    licences: list[LicenceRead]
    registered_at: datetime
    doubts: list[Doubt] = Field(description="不妨碍登记、但请再核对的地方")
    version: int


class TimelineEntryRead(Schema):
    """One thing that happened to a business."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1b",
                    "kind": "registered",
                    "summary": "登记建档",
                    "details": {},
                    "happened_at": "2026-07-24T09:30:00+08:00",
                    "actor_id": None,
                }
            ]
        }
    )

    id: UUID
    kind: TimelineKind
    summary: str
    details: dict[str, Any]
    happened_at: datetime
    actor_id: UUID | None
