"""Which columns an import file may have, the headers they go by, and how a line becomes the file of a business."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from services.inspection.businesses.schemas import BusinessWrite
from shared.contracts.business_numbers import check_licence, check_uscc
from shared.contracts.inspection import BusinessKind, BusinessStatus, CoordinateSystem, LicenceKind
from shared.contracts.regions import normalise_region_code
from shared.http.problems import FieldError
from shared.http.validation_messages import explain
from shared.tabular.cells import code_of, day, decimal_of, text_of
from shared.tabular.headers import Column

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


COLUMNS = (
    Column("name", "主体名称", text_of(200), ("名称", "企业名称", "单位名称", "商户名称", "字号"), required=True),
    Column("uscc", "统一社会信用代码", check_uscc, ("信用代码", "社会信用代码", "营业执照号")),
    Column("kind", "主体类别", _one_of(KINDS), ("类别", "主体类型", "业态", "企业类型"), required=True),
    Column("region_code", "区划代码", normalise_region_code, ("行政区划代码", "村社区代码", "镇街代码"), required=True),
    Column("address", "经营地址", text_of(200), ("地址", "经营场所", "生产地址", "住所"), required=True),
    Column("status", "经营状态", _one_of(STATUSES), ("状态",)),
    Column("longitude", "经度", decimal_of(9, 6), ("lng", "lon")),
    Column("latitude", "纬度", decimal_of(9, 6), ("lat",)),
    Column("coordinate_system", "坐标系", _one_of(SYSTEMS), ("坐标系统",)),
    Column("stall_number", "摊位号", text_of(40), ("摊位", "摊位编号", "档口号")),
    Column("sc", "食品生产许可证编号", _licence(LicenceKind.SC), ("生产许可证编号", "SC编号", "生产许可证号")),
    Column("jy", "食品经营许可证编号", _licence(LicenceKind.JY), ("经营许可证编号", "JY编号", "经营许可证号")),
    Column("registration", "登记凭证编号", code_of(60), ("备案编号", "登记证编号", "登记卡编号")),
    Column("licence_valid_to", "许可有效期至", day, ("有效期至", "许可证有效期至")),
    Column("same_uscc_confirmed", "一照多址", _one_of({"是": True, "否": False})),
)
LABELS = {column.name: column.label for column in COLUMNS}
POSITION = ("longitude", "latitude", "coordinate_system")


def file_of(values: Mapping[str, Any], row_number: int) -> BusinessWrite | list[FieldError]:
    """Return the file of a business from the values of one line, or what is wrong with them."""
    position = {name: value for name in POSITION if (value := values.get(name)) is not None}
    if position and (missing := [name for name in POSITION if name not in position]):
        return [_fault((name,), "经度、纬度、坐标系应一并填写，或都不填", row_number) for name in missing]
    written = {name: values.get(name) for name in ("uscc", "name", "kind", "region_code", "address", "stall_number")}
    written |= {
        "status": values.get("status") or BusinessStatus.ACTIVE,
        "position": position or None,
        "licences": _licences(values),
        "same_uscc_confirmed": values.get("same_uscc_confirmed") or False,
    }
    try:
        return BusinessWrite.model_validate(written)
    except ValidationError as invalid:
        return [_fault(error["loc"], explain(error), row_number) for error in invalid.errors()]


def _licences(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {"kind": kind, "number": number, "valid_to": values.get("licence_valid_to")}
        for kind in LicenceKind
        if (number := values.get(kind.value))
    ]


def _fault(location: tuple[int | str, ...], message: str, row_number: int) -> FieldError:
    name = str(location[-1]) if location else ""
    return FieldError(pointer=f"/{name}", message=message, code="value", row=row_number, column=LABELS.get(name, name))
