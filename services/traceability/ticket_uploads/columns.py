"""The columns of a file of sales and purchases, and the ticket that a row stands for. Pure."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from services.traceability.tickets.rules import GoodsCategory, TicketChannel, TicketKind
from shared.tabular.cells import code_of, decimal_of, instant, text_of
from shared.tabular.headers import Column

_KINDS = {
    **dict.fromkeys(("销售", "批发", "批发销售", "出货", "sale"), TicketKind.SALE),
    **dict.fromkeys(("零售", "retail"), TicketKind.RETAIL),
    **dict.fromkeys(("进货", "采购", "购进", "purchase"), TicketKind.PURCHASE),
}
_CATEGORIES = {category.label: category for category in GoodsCategory} | {"农产品": GoodsCategory.AGRICULTURAL}
_EMPTY = (None, "")


def _kind(text: str) -> TicketKind:
    if (kind := _KINDS.get(text.strip().lower())) is None:
        raise ValueError("应为 销售、零售 或 进货")
    return kind


def _category(text: str) -> GoodsCategory:
    if (category := _CATEGORIES.get(text.strip())) is None:
        raise ValueError(f"应为 {'、'.join(_CATEGORIES)} 之一")
    return category


def _day(text: str) -> date:
    return instant(text).date()


COLUMNS = (
    Column("kind", "种类", _kind, ("票据种类", "业务类型", "进销"), required=True),
    Column(
        "sold_at", "交货时间", instant, ("时间", "日期", "销售时间", "销售日期", "进货时间", "进货日期"), required=True
    ),
    Column("document", "单号", code_of(60), ("票号", "单据号", "流水号")),
    Column("product_name", "品名", text_of(100), ("名称", "产品名称", "商品名称", "食品名称"), required=True),
    Column("category", "类别", _category, ("食品类别", "商品类别")),
    Column("specification", "规格", text_of(60), ("规格型号",)),
    Column("quantity", "数量", decimal_of(max_digits=14, decimal_places=4), ("重量",), required=True),
    Column("unit", "单位", text_of(10), ("计量单位", "数量单位"), required=True),
    Column("unit_price", "单价", decimal_of(max_digits=12, decimal_places=4)),
    Column("lot", "批号", code_of(200), ("批次号", "批次", "生产批号", "追溯码")),
    Column("produced_on", "生产日期", _day),
    Column("expires_on", "保质期至", _day, ("到期日期", "有效期至")),
    Column("origin", "产地", text_of(100), ("原产地",)),
    Column("certificate_number", "合格证号", code_of(60), ("承诺达标合格证号", "检验合格证号", "检疫证号")),
    Column("certificate_kind", "证明种类", text_of(40), ("证的种类",)),
    Column("party_name", "对方名称", text_of(100), ("供货者", "供货者名称", "购货者", "购货者名称", "供应商", "客户")),
    Column("party_address", "对方地址", text_of(200), ("供货者地址", "购货者地址")),
    Column("party_contact", "对方联系方式", text_of(60), ("供货者联系方式", "购货者联系方式", "联系电话")),
    Column("buyer_code", "购货者店码", code_of(300), ("店码",)),
)


def ticket_of(values: Mapping[str, Any], business_id: UUID) -> dict[str, Any]:
    """The body of the ticket that a row stands for, as `TicketWrite` reads it."""
    line = {
        name: _plain(values.get(name))
        for name in (
            *("product_name", "specification", "category", "quantity", "unit", "unit_price"),
            *("lot", "produced_on", "expires_on", "origin"),
        )
        if values.get(name) not in _EMPTY
    }
    if values.get("certificate_number"):
        kind = values.get("certificate_kind") or "承诺达标合格证"
        line["certificates"] = [{"kind": kind, "number": values["certificate_number"]}]
    kind = values["kind"]
    body: dict[str, Any] = {
        "kind": kind.value,
        "channel": TicketChannel.FILE.value,
        "business_id": str(business_id),
        "sold_at": _plain(values["sold_at"]),
        "handed_over": True,
        "lines": [line],
    }
    party = {name: values.get(f"party_{name}") for name in ("name", "address", "contact")}
    if kind is TicketKind.PURCHASE:
        body["seller"] = party
    elif values.get("buyer_code"):
        body["buyer_code"] = values["buyer_code"]
    elif party["name"]:
        body["buyer"] = party
    return body


def ticket_id_of(values: Mapping[str, Any], business_id: UUID, repeated: int) -> UUID:
    """The id of a row's ticket: made of what the row says, so that a row sent again is the same ticket. A row that
    comes several times in one file is told apart by how often it came before.
    """
    said = "\x1f".join(f"{name}={_plain(value)}" for name, value in sorted(values.items()) if value not in _EMPTY)
    return uuid5(business_id, f"{said}\x1e{repeated}")


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return value.value if isinstance(value, TicketKind | GoodsCategory) else value
