"""What the routes of warnings take and give."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from services.inspection.businesses.warnings.rules import Expiring, WarningState
from shared.contracts.inspection import BusinessKind, BusinessStatus
from shared.contracts.schema import Schema
from shared.personal_data.masking import MaskedName, masked_number


class WarningLengthUpdate(Schema):
    """How long before the last day a warning begins."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"days": 90, "source": "本地设定（演示）", "verified": False}]}
    )

    days: Annotated[int, Field(ge=0, le=730)]
    source: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
    verified: bool = Field(description="是否核对过原文")


class WarningLengthRead(WarningLengthUpdate):
    """The length in force for one kind."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"kind": "jy", "days": 90, "source": "本地设定（演示）", "verified": False}]}
    )

    kind: Expiring


class LicenceWarning(Schema):
    """A permit or a health certificate that has run out or soon will."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1b",
                    "business_id": "0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1c",
                    "business_name": "演示食品店（虚构）",
                    "business_kind": "sales",
                    "business_status": "active",
                    "region_code": "330203009000",
                    "kind": "jy",
                    "number": "JY13302030000013",
                    "person_name": None,
                    "valid_to": "2026-08-01",
                    "days_left": 8,
                    "state": "expiring",
                }
            ]
        }
    )

    id: UUID = Field(description="许可记录或人员的编号")
    business_id: UUID
    business_name: str
    business_kind: BusinessKind
    business_status: BusinessStatus
    region_code: str
    kind: Expiring
    number: str | None
    person_name: MaskedName | None = Field(description="健康证明的持有人，只有姓；许可证为 null")
    valid_to: date
    days_left: int = Field(description="还有几天；0 为今天到期，负数为已过期几天")
    state: WarningState

    @model_validator(mode="after")
    def _mask_certificate(self) -> Self:
        """A permit hangs on the wall for all to read; a health certificate is its holder's."""
        if self.number and self.kind is Expiring.HEALTH_CERTIFICATE:
            self.number = masked_number(self.number)
        return self
