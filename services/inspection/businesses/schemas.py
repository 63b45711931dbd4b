"""What the routes of the register take and give."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, model_validator
from pydantic.config import JsonDict

from shared.contracts.business_numbers import check_licence, check_uscc
from shared.contracts.inspection import (
    BusinessKind,
    BusinessStatus,
    CoordinateSystem,
    LicenceKind,
    LicenceStatus,
    TimelineKind,
)
from shared.contracts.moments import PrintedDay
from shared.contracts.regions import RegionCode
from shared.contracts.schema import Schema
from shared.contracts.scoring import CreditGrade
from shared.personal_data.masking import MaskedNumber
from shared.times import day_of, now

EXAMPLE_LICENCE: JsonDict = {
    "kind": "sc",
    "number": "SC10133020300019",
    "valid_from": "2024-03-01",
    "valid_to": "2029-02-28",
    "authority": "演示市场监督管理局（虚构）",
    "items": [{"code": "0101", "words": "小麦粉"}],
    "status": "valid",
}
EXAMPLE_CREATE: JsonDict = {
    "uscc": "91330203MA0000000W",
    "name": "演示食品厂（虚构）",
    "kind": "production",
    "status": "active",
    "region_code": "330203009",
    "address": "演示路 1 号",
    "phone": "0574-00000000",
    "scope": "食品生产（演示）",
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
    "merged_into": None,
    "doubts": [],
    "credit": None,
    "version": 1,
}

Uscc = Annotated[
    str, AfterValidator(check_uscc), Field(description="统一社会信用代码，18 位", examples=["91330203MA0000000W"])
]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
PHONE_PATTERN = r"^\+?[0-9(][0-9 ()-]{4,22}[0-9]$"
_SHOWN_OR_WHOLE = rf"{PHONE_PATTERN}|^[0-9(+][0-9 ()*-]+$"
Phone = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=25, pattern=_SHOWN_OR_WHOLE),
    Field(description="电话；照答复中遮去的样子写回，即不改动", examples=["0574-00000000"]),
]
LONGITUDES, LATITUDES = (Decimal(73), Decimal(136)), (Decimal(3), Decimal(54))


class Position(Schema):
    """A point on the map; the coordinate system is never guessed."""

    longitude: Annotated[
        Decimal, Field(ge=LONGITUDES[0], le=LONGITUDES[1], max_digits=9, decimal_places=6, description="经度，度")
    ]
    latitude: Annotated[
        Decimal, Field(ge=LATITUDES[0], le=LATITUDES[1], max_digits=9, decimal_places=6, description="纬度，度")
    ]
    coordinate_system: CoordinateSystem = Field(description="wgs84 或 gcj02")


class LicenceItem(Schema):
    """One thing that a permit allows (许可项目)."""

    code: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)] | None = Field(
        default=None, description="类别编号；不知道填 null", examples=["0101"]
    )
    words: Text = Field(description="许可证上的写法", examples=["小麦粉"])


class LicenceWrite(Schema):
    """A permit as printed, and whether it was revoked or cancelled since."""

    kind: LicenceKind = Field(description="sc 生产许可，jy 经营许可，registration 登记或备案凭证")
    number: Text
    valid_from: PrintedDay | None = None
    valid_to: PrintedDay | None = None
    authority: Text | None = Field(default=None, description="发证机关")
    items: list[LicenceItem] = Field(default_factory=list, max_length=100, description="许可项目")
    status: LicenceStatus = Field(
        default=LicenceStatus.VALID, description="valid、revoked 吊销或撤销、cancelled 注销；是否过期由有效期算出"
    )

    @model_validator(mode="after")
    def _plausible(self) -> Self:
        self.number = check_licence(self.kind, self.number)
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise ValueError("许可证的有效期止早于有效期起，请照许可证核对")
        if self.status is LicenceStatus.EXPIRED and (self.valid_to is None or self.valid_to >= day_of(now())):
            raise ValueError("许可证是否过期由有效期止算出，请照许可证填写有效期止")
        return self

    @property
    def stated_status(self) -> LicenceStatus:
        """What is stored: an expired permit is a valid one whose days are over."""
        return LicenceStatus.VALID if self.status is LicenceStatus.EXPIRED else self.status


class BusinessWrite(Schema):
    """The whole file of a business, as it is entered and as it is changed."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE_CREATE]})

    uscc: Uscc | None = Field(description="没有营业执照的摊贩等填 null")
    name: Text
    kind: BusinessKind
    status: BusinessStatus = BusinessStatus.ACTIVE
    region_code: Annotated[RegionCode, Field(description="所在村（社区）或镇街的区划代码")]
    address: Text
    phone: Phone | None = None
    scope: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)] | None = Field(
        default=None, description="经营范围，照营业执照"
    )
    position: Position | None = None
    site_id: UUID | None = Field(default=None, description="所在市场（快检点）的编号")
    stall_number: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)] | None = None
    licences: Annotated[list[LicenceWrite], Field(max_length=20)]
    same_uscc_confirmed: bool = Field(default=False, description="同一执照确有多处经营场所时填 true（一照多址）")

    @model_validator(mode="after")
    def _each_licence_once(self) -> Self:
        seen: set[tuple[str, str]] = set()
        for licence in self.licences:
            if (licence.kind, licence.number) in seen:
                raise ValueError(f"{licence.kind.label} {licence.number} 填了两遍，请只留一条")
            seen.add((licence.kind, licence.number))
        return self


class LicenceRead(Schema):
    """A permit of a business."""

    kind: LicenceKind
    number: str
    valid_from: date | None
    valid_to: date | None
    authority: str | None
    items: list[LicenceItem]
    status: LicenceStatus = Field(description="今天的状态；过期由有效期算出")


class LicenceRecordRead(LicenceRead):
    """A permit as the file stated it for a time."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                EXAMPLE_LICENCE
                | {
                    "id": "0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1b",
                    "recorded_at": "2026-07-24T09:30:00+08:00",
                    "superseded_at": None,
                }
            ]
        }
    )

    id: UUID
    recorded_at: datetime
    superseded_at: datetime | None = Field(description="何时被新的一条代替或从档案中去掉；现行的为 null")


class Doubt(Schema):
    """Something that may be right and should be looked at again."""

    pointer: str
    message: str


class CreditRead(Schema):
    """The credit grade of a business, as scoring told it."""

    grade: CreditGrade
    label: str = Field(examples=["信用B级"])
    as_of: date = Field(description="截至哪一天评定")
    reason: str = Field(examples=["一年内一次抽检不合格（演示）"])


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
    phone: MaskedNumber | None = Field(description="只有首尾几位；要看全号须写明为什么（disclosures）")
    scope: str | None
    position: Position | None
    site_id: UUID | None
    stall_number: str | None
    licences: list[LicenceRead]
    registered_at: datetime
    merged_into: UUID | None = Field(description="这份档案并入的那一份；没有并入为 null")
    doubts: list[Doubt] = Field(description="不妨碍登记、但请再核对的地方")
    credit: CreditRead | None = Field(description="信用等级；没有评定为 null，不等于信用好")
    version: int


class TimelineEntryRead(Schema):
    """One thing that happened to a business."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1b",
                    "business_id": "0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1c",
                    "kind": "registered",
                    "summary": "登记建档",
                    "details": {},
                    "happened_at": "2026-07-24T09:30:00+08:00",
                    "actor_id": None,
                    "link": None,
                }
            ]
        }
    )

    id: UUID
    business_id: UUID | None = Field(
        description="记在哪份档案下（合并前的档案也在内）；只按统一社会信用代码对上的为 null"
    )
    kind: TimelineKind
    summary: str
    details: dict[str, Any]
    happened_at: datetime
    actor_id: UUID | None
    link: str | None = Field(description="那条记录的地址，从网关的 /api/{服务} 起")
