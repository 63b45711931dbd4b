"""What callers send and get about devices."""

import base64
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field

from services.sampling.devices import signatures
from shared.contracts.sampling import Method
from shared.contracts.schema import Schema


class DeviceFields(Schema):
    model: str | None = Field(default=None, max_length=100, description="型号", examples=["演示型号"])
    methods: list[Method] = Field(
        min_length=1, max_length=10, description="能做的方法", examples=[["enzyme_inhibition"]]
    )
    site_id: UUID = Field(description="所在检测点")
    calibrated_until: date | None = Field(
        default=None, description="检定或校准有效期的最后一天；未知则不填", examples=["2027-06-30"]
    )


class DeviceCreate(DeviceFields):
    maker: str = Field(
        min_length=1, max_length=100, description="厂商，与设备打印一致", examples=["演示仪器厂（虚构）"]
    )
    serial: str = Field(min_length=1, max_length=100, description="出厂编号", examples=["DEMO-0001"])


class DeviceUpdate(DeviceFields):
    active: bool = Field(description="是否在用", examples=[True])


class DeviceRead(Schema):
    id: UUID
    version: int
    maker: str = Field(examples=["演示仪器厂（虚构）"])
    serial: str = Field(examples=["DEMO-0001"])
    model: str | None
    methods: list[Method]
    site_id: UUID
    calibrated_until: date | None
    active: bool


def _checked(text: str) -> str:
    signatures.public_key(text)
    return text


_KEY = "Ed25519 公钥，32 字节的 base64"
_EXAMPLE = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="  # of RFC 8032, test 1


class DeviceKeyCreate(Schema):
    public_key: Annotated[str, AfterValidator(_checked)] = Field(description=_KEY, examples=[_EXAMPLE])


class DeviceKeyRead(Schema):
    id: UUID
    device_id: UUID
    public_key: Annotated[
        str, BeforeValidator(lambda key: base64.b64encode(key).decode() if isinstance(key, bytes) else key)
    ] = Field(description=_KEY, examples=[_EXAMPLE])
    valid_from: datetime = Field(description="登记的时间，自此有效")
    registered_by: UUID
    replaced_at: datetime | None = Field(description="被更换的时间；有效的为 null")
