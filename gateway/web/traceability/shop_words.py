"""What a shop's pages ask and say. Pure."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from gateway.web.row_forms import Group, RowForm
from gateway.web.steps import Field
from gateway.web.traceability.trace_services import amount, moment

Answer = Mapping[str, Any]

STATES = {"issued": ("warning", "待收货"), "received": ("ok", "已收货"), "voided": ("unknown", "已作废")}
CATEGORIES = (
    ("agricultural", "食用农产品"),
    ("meat", "畜禽肉"),
    ("food", "食品"),
    ("additive", "食品添加剂"),
    ("food_related_product", "食品相关产品"),
    ("farm_input", "农业投入品"),
)
PAPERS = ("承诺达标合格证", "动物检疫合格证明", "肉品品质检验合格证", "检验报告", "进口检验检疫证明")

_TICKET_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_TICKET_NUMBER = re.compile(r"\d{8}[0-9A-F]{8}")


def ticket_id_in(text: str) -> str:
    """The id of a ticket in what was scanned (the address in its QR code, or the id alone); empty for none."""
    found = _TICKET_ID.search(text)
    is_ticket = "public-tickets/" in text or (found is not None and found[0] == text.strip())
    return found[0].lower() if found and is_ticket else ""


def ticket_number_in(text: str) -> str:
    """The number printed on a ticket, however it is typed; empty for none."""
    plain = "".join(text.split()).upper()
    return plain if _TICKET_NUMBER.fullmatch(plain) else ""


def listed(ticket: Answer, own: str) -> dict[str, Any]:
    """A ticket in a list, as this shop sees it: what it is to it, with whom, when."""
    sells = ticket["seller"]["business_id"] == own
    other = ticket["buyer" if sells else "seller"]["name"]
    to_whom = f"卖给{other}" if other else "零售"
    return {
        "id": ticket["id"],
        "title": to_whom if sells else f"进自{other or '没有写明的供货者'}",
        "number": ticket["number"],
        "when": moment(ticket["sold_at"]),
        "badge": STATES[ticket["state"]],
    }


def goods(ticket: Answer) -> list[dict[str, str]]:
    """The lines of a ticket, in words."""
    return [
        {
            "number": str(line["number"]),
            "name": line["product_name"],
            "amount": amount(line["printed_quantity"], line["printed_unit"]),
            "quantity": line["printed_quantity"],
            "unit": line["printed_unit"],
            "lot": line["lot_code"] if line["has_code"] else "货上没有批号",
            "papers": "、".join(f"{one['kind']} {one['number']}" for one in line["certificates"]) or "没有附证",
            "origin": line["origin"] or "",
        }
        for line in ticket["lines"]
    ]


def gap_row(gap: Answer) -> dict[str, str]:
    """A record that lacks something: which, and what is to be added next time."""
    return {
        "day": gap["day"],
        "line": str(gap["line"]),
        "act_id": gap["act_id"],
        "missing": "、".join(field["label"] for field in gap["missing"]),
    }


def lot_choices(stocks: Sequence[Answer], scanned: str) -> tuple[tuple[str, str], ...]:
    """What may be sold: what is in stock by the books, and what was just scanned."""
    known = [
        (row["lot_key"], f"{row['product_name']} {row['lot_code']}，账上{amount(row['quantity'], row['unit'])}")
        for row in stocks
    ]
    extra = [(scanned, f"刚扫的：{scanned}")] if scanned and scanned not in dict(known) else []
    return (("", "没有批号"), *extra, *known)


def selling(stocks: Sequence[Answer], scanned: str) -> RowForm:
    """The ticket of a sale."""
    chosen = next((row for row in stocks if row["lot_key"] == scanned), None)
    return RowForm(
        "开票",
        (
            Field("buyer_code", "扫购货者的店码", hint="不填就是零售，或者由购货者扫票收货", required=False),
            Field("buyer/name", "没有店码的购货者", hint="饭店、单位等；散客不用写", required=False),
            Field("buyer/contact", "购货者联系方式", hint="批发给没有店码的，依法要写", required=False),
            Field("sold_at", "交货时间", "moment", "不填就是现在", required=False),
        ),
        (
            _lines(
                (
                    Field("lot", "哪一批", "select", options=lot_choices(stocks, scanned), value=""),
                    Field("product_name", "品名", value=""),
                    *_COUNTED,
                ),
            ),
        ),
        f"账上还有 {amount(chosen['quantity'], chosen['unit'])}。" if chosen else "",
    )


def buying() -> RowForm:
    """The record of goods bought from somebody outside the chain (进货查验)."""
    return RowForm(
        "记进货",
        (
            Field("seller/name", "供货者名称"),
            Field("seller/address", "供货者地址", hint="依法要写", required=False),
            Field("seller/contact", "供货者联系方式", hint="依法要写", required=False),
            Field("seller/uscc", "供货者统一社会信用代码", required=False),
            Field("sold_at", "进货时间", "moment", "不填就是现在", required=False),
        ),
        (
            _lines(
                (Field("product_name", "品名"), *_COUNTED, Field("lot", "批号或扫到的码", required=False)),
                Field("produced_on", "生产日期", "day", required=False),
                Field("shelf_life_days", "保质期（天）", "decimal", required=False),
            ),
        ),
        "供货者给了电子票的，请回到首页扫票收货，不用再记。",
    )


_COUNTED = (
    Field("quantity", "数量", "decimal"),
    Field("unit", "单位", value="公斤", hint="公斤、斤、盒、只……"),
    Field("category", "哪类货", "select", options=CATEGORIES, value="food"),
)
_MORE = (
    Field("specification", "规格", required=False),
    Field("origin", "产地", required=False),
    Field("certificates/0/kind", "附的证", "select", options=(("", "没有"), *((each, each) for each in PAPERS))),
    Field("certificates/0/number", "证号", required=False),
    Field("unit_price", "单价（元）", "decimal", required=False),
)


def _lines(fields: tuple[Field, ...], *more: Field) -> Group:
    return Group("lines", "货品", "行", fields, (*more, *_MORE), most=50, spare=1)


ACTIVATION = RowForm(
    "激活",
    (
        Field("name", "名称", hint="与营业执照或登记卡一致；一户一档有的以档案为准"),
        Field("address", "地址"),
        Field("contact", "联系方式", hint="写在票据上，给购货者看"),
        Field("place_code", "店码", hint="发给本店、已启用的店码；没有可以不填", required=False),
    ),
    lead="票据上依法要有名称、地址和联系方式，填一次就行，以后可以改。",
)


def answering(notice: Answer) -> RowForm:
    """What a holder reports on a recall notice: of each of the goods, what he has, sent back, destroyed."""
    fields = []
    for number, line in enumerate(notice["lines"]):
        where = f"{line['name'] or '这批货'}（{unit_of(line)}）"
        left = f"账上还应有{amount(line['left'], line['unit'])}"
        for name, label in (("stock", "封存在库"), ("returned", "已退回供货者"), ("destroyed", "已销毁")):
            told = line[name] if line[name] is not None else ""
            hint = left if name == "stock" else ""
            fields.append(Field(f"lines/{number}/{name}", f"{where}：{label}", "decimal", hint, value=told))
    fields += [
        Field("evidence", "销毁凭据的照片", "photos", "平台只记照片的指纹，原件请自己保存", required=False),
        Field("note", "说明", "words", required=False),
    ]
    return RowForm("报告", tuple(fields), lead="没有的写 0。以后有变化可以再报，以最后一次为准。")


def unit_of(line: Answer) -> str:
    return amount("1", line["unit"]).removeprefix("1") or "按登记的单位"


def as_report(notice: Answer, body: dict[str, Any]) -> dict[str, Any]:
    """The report as the service takes it: each of the goods named, photographs by their hash."""
    lines = [
        {"key": line["key"], "unit": line["unit"], **told}
        for line, told in zip(notice["lines"], body.get("lines", []), strict=False)
    ]
    photos = [
        {"name": f"照片{number}", "sha256": sha256} for number, sha256 in enumerate(body.get("evidence", []), start=1)
    ]
    return body | {"lines": lines, "evidence": photos}
