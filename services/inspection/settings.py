"""Settings of the inspection service."""

from typing import ClassVar

from pydantic import Field

from shared.contracts.codes import Unit
from shared.settings import UnitSettings


class Settings(UnitSettings):
    """What every unit needs, read from `SHIAN_INSPECTION_…` or `SHIAN_…`."""

    unit: ClassVar[Unit] = Unit.INSPECTION

    open_data_licence: str = Field(
        default="发布机关尚未声明使用许可", description="公示与开放数据的使用许可，由发布机关写明"
    )
    open_data_publisher: str = Field(default="", description="公示与开放数据的发布机关与联系方式")
    open_data_url: str = Field(default="", description="发布机关公示检查结果的网址，写入 LIVES 文件")
    open_data_email: str = Field(default="", description="发布机关的联系邮箱，写入 LIVES 文件")
