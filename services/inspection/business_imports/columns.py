"""Which columns an import file may have, the headers they go by, and what a line must not leave half said."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from services.inspection.businesses.schemas import LATITUDES, LONGITUDES, PHONE_PATTERN
from shared.contracts.business_numbers import check_licence, check_uscc
from shared.contracts.inspection import BusinessKind, BusinessStatus, CoordinateSystem, LicenceKind
from shared.contracts.regions import normalise_region_code
from shared.http.problems import FieldError
from shared.tabular.cells import code_of, day, decimal_of, text_of
from shared.tabular.headers import Column

PHONE = re.compile(PHONE_PATTERN)
KINDS = {kind.label: kind for kind in BusinessKind} | {
    "生产": BusinessKind.PRODUCTION,
    "食品生产企业": BusinessKind.PRODUCTION,
    "食品加工小作坊": BusinessKind.WORKSHOP,
    "销售": BusinessKind.SALES,
    "食品经营": BusinessKind.SALES,
    "餐饮": BusinessKind.CATERING,
    "食堂": BusinessKind.CANTEEN,
    "摊贩": BusinessKind.STALL,
    "市场": BusinessKind.MARKET,
    "农贸市场": BusinessKind.MARKET,
    "养殖": BusinessKind.FARM,
    "种植": BusinessKind.FARM,
    "第三方平台": BusinessKind.PLATFORM,
    "连锁总部": BusinessKind.CHAIN_HEADQUARTERS,
    "集体用餐配送": BusinessKind.GROUP_MEAL_DELIVERY,
    "柜台出租者": BusinessKind.LANDLORD,
}
STATUSES = {status.label: status for status in BusinessStatus}
SYSTEMS = {
    "WGS84": CoordinateSystem.WGS84,
    "WGS-84": CoordinateSystem.WGS84,
    "GCJ02": CoordinateSystem.GCJ02,
    "GCJ-02": CoordinateSystem.GCJ02,
    "高德": CoordinateSystem.GCJ02,
    "国测局": CoordinateSystem.GCJ02,
}


def _one_of(words: Mapping[str, Any]) -> Any:
    def parse(text: str) -> Any:
        if text not in words:
            raise ValueError(f"应为：{'、'.join(dict.fromkeys(words))}")
        return words[text]

    return parse


def _licence(kind: LicenceKind) -> Any:
    return lambda text: check_licence(kind, text)


def _phone(text: str) -> str:
    number = unicodedata.normalize("NFKC", text).strip()
    if not PHONE.fullmatch(number):
        raise ValueError("电话应为 6 到 25 位数字，可有空格、括号、连字符和开头的加号")
    return number


def _degrees(limits: tuple[Decimal, Decimal], what: str) -> Any:
    number = decimal_of(9, 6)

    def parse(text: str) -> Decimal:
        degrees = number(text)
        if not limits[0] <= degrees <= limits[1]:
            raise ValueError(f"{what}应在 {limits[0]} 到 {limits[1]} 度之间")
        return degrees

    return parse


COLUMNS = (
    Column("name", "主体名称", text_of(200), ("名称", "企业名称", "单位名称", "商户名称", "字号"), required=True),
    Column("uscc", "统一社会信用代码", check_uscc, ("信用代码", "社会信用代码", "营业执照号")),
    Column("kind", "主体类别", _one_of(KINDS), ("类别", "主体类型", "业态", "企业类型"), required=True),
    Column("region_code", "区划代码", normalise_region_code, ("行政区划代码", "村社区代码", "镇街代码"), required=True),
    Column("address", "经营地址", text_of(200), ("地址", "经营场所", "生产地址", "住所"), required=True),
    Column("status", "经营状态", _one_of(STATUSES), ("状态",)),
    Column("phone", "联系电话", _phone, ("电话", "手机", "联系方式")),
    Column("legal_representative", "法定代表人", text_of(60), ("负责人", "经营者", "法人", "法人代表")),
    Column("scope", "经营范围", text_of(2000), ("许可范围",)),
    Column("longitude", "经度", _degrees(LONGITUDES, "经度"), ("lng", "lon")),
    Column("latitude", "纬度", _degrees(LATITUDES, "纬度"), ("lat",)),
    Column("coordinate_system", "坐标系", _one_of(SYSTEMS), ("坐标系统",)),
    Column("stall_number", "摊位号", text_of(40), ("摊位", "摊位编号", "档口号")),
    Column("sc", "食品生产许可证编号", _licence(LicenceKind.SC), ("生产许可证编号", "SC编号", "生产许可证号")),
    Column("jy", "食品经营许可证编号", _licence(LicenceKind.JY), ("经营许可证编号", "JY编号", "经营许可证号")),
    Column("registration", "登记凭证编号", code_of(60), ("备案编号", "登记证编号", "登记卡编号")),
    Column("licence_valid_to", "许可有效期至", day, ("有效期至", "许可证有效期至")),
    Column("licence_authority", "发证机关", text_of(200), ("许可机关", "登记机关")),
    Column("same_uscc_confirmed", "一照多址", _one_of({"是": True, "否": False})),
)
LABELS = {column.name: column.label for column in COLUMNS}
POSITION = ("longitude", "latitude", "coordinate_system")
LICENCES = tuple(kind.value for kind in LicenceKind)


def faults_of_position(values: Mapping[str, Sequence[Any]], row_numbers: Sequence[int]) -> dict[int, list[FieldError]]:
    """The lines, by index, that state a position in part: the one thing that no cell can say by itself."""
    parts = [values.get(name) or [None] * len(row_numbers) for name in POSITION]
    return {
        index: [
            FieldError(
                pointer=f"/{name}",
                message="经度、纬度、坐标系应一并填写，或都不填",
                code="value",
                row=row_numbers[index],
                column=LABELS[name],
            )
            for name, value in zip(POSITION, position, strict=True)
            if value is None
        ]
        for index, position in enumerate(zip(*parts, strict=True))
        if None in position and position != (None, None, None)
    }
