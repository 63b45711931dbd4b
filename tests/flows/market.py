"""An invented market with its stalls and its device, and the files that its testing room writes."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from stdnum.cn import uscc

from gateway.identity.demo_users import demo_market_operator_id
from shared.times import day_of, now
from tests.flows.people import DISTRICT, TOWN, Person

MAKER = "演示仪器厂（虚构）"
FIELDS = {
    "检测点": "site",
    "摊位号": "stall_number",
    "样品名称": "product_name",
    "食品类别": "food_category",
    "批号": "lot_code",
    "留存数量": "quantity_kept",
    "数量单位": "quantity_unit",
    "检测项目": "printed_item",
    "检测方法": "printed_method",
    "检测值": "printed_value",
    "检测值单位": "unit",
    "判定结果": "printed_result",
    "仪器厂商": "device_maker",
    "仪器编号": "device_serial",
    "仪器记录号": "device_record_id",
    "检测时间": "tested_at",
}
"""The columns of the file, and what each is called in JSON."""

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Market:
    """A registered market. Its stalls are A-01, A-02, …; `sellers` are their businesses in the same order."""

    site_id: UUID
    code: str
    serial: str
    sellers: Sequence[UUID]

    def row(self, number: int, today: date | None = None, **changes: str) -> Row:
        """A negative pesticide test of today, the `number`-th of the day, as the device has printed it."""
        day = today or day_of(now())
        return {
            "检测点": self.code,
            "摊位号": stall_number(number % len(self.sellers)),
            "样品名称": "菠菜",
            "食品类别": "蔬菜",
            "批号": "",
            "留存数量": "20",
            "数量单位": "公斤",
            "检测项目": "农药残留",
            "检测方法": "酶抑制率法",
            "检测值": "12.5",
            "检测值单位": "%",
            "判定结果": "",
            "仪器厂商": MAKER,
            "仪器编号": self.serial,
            "仪器记录号": f"{day:%Y%m%d}-{number:05d}",
            # The first hour of the day: never in the future, whenever the test runs.
            "检测时间": f"{day} 00:{number % 60:02d}",
        } | changes


def stall_number(index: int) -> str:
    return f"A-{index + 1:02d}"


def gb18030(rows: Iterable[Row]) -> bytes:
    """The rows as a market's computer saves them."""
    return _csv(rows).encode("gb18030")


def utf8(rows: Iterable[Row]) -> bytes:
    """The same rows, saved again by another program."""
    return _csv(rows).encode("utf-8-sig")


def _csv(rows: Iterable[Row]) -> str:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(FIELDS))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def as_record(row: Mapping[str, str]) -> dict[str, Any]:
    """The row as a terminal sends it in JSON, with an id of its own making."""
    record: dict[str, Any] = {FIELDS[label]: text for label, text in row.items() if text}
    if "tested_at" in record:
        record["tested_at"] = record["tested_at"].replace(" ", "T") + ":00+08:00"
    return record | {"id": str(uuid4())}


async def open_market(office: Person, code: str, *, town: str = TOWN, stalls: int = 4) -> Market:
    """Register the market, the company that runs it, its sellers, stalls and device."""
    operator_id = demo_market_operator_id(DISTRICT)
    await register_business(office, operator_id, "演示市场经营公司（虚构）", "market", town)
    site = await office.post(
        "/api/sampling/v1/test-sites",
        {
            "code": code,
            "name": f"演示农贸市场 {code}（虚构）",
            "kind": "farmers_market",
            "region_code": town,
            "address": "演示路 1 号（虚构）",
            "operator_business_id": str(operator_id),
        },
    )
    sellers = [uuid4() for _ in range(stalls)]
    entries = []
    for index, seller_id in enumerate(sellers):
        number, name = stall_number(index), f"演示蔬菜摊 {code}-{index + 1}（虚构）"
        await register_business(office, seller_id, name, "sales", town, site_id=site["id"], stall_number=number)
        entries.append(
            {
                "number": number,
                "seller_name": name,
                "seller_business_id": str(seller_id),
                "valid_from": f"{day_of(now()):%Y}-01-01",
            }
        )
    answers = await office.post(f"/api/sampling/v1/test-sites/{site['id']}/stalls", {"stalls": entries})
    assert {answer["outcome"] for answer in answers["items"]} == {"accepted"}
    serial = f"DEMO-{code}"
    methods = ["enzyme_inhibition", "colloidal_gold"]
    device = {"maker": MAKER, "serial": serial, "methods": methods, "site_id": site["id"]}
    await office.post("/api/sampling/v1/devices", device)
    return Market(UUID(site["id"]), code, serial, sellers)


async def register_business(
    office: Person, business_id: UUID, name: str, kind: str, town: str, **more: str | None
) -> Any:
    """Put a business on file under an invented code with a right check sign."""
    body = 10**6 + business_id.int % 10**6
    head = f"92330203MA{body:07d}"
    return await office.put(
        f"/api/inspection/v1/businesses/{business_id}",
        {
            "uscc": head + uscc.calc_check_digit(head),
            "name": name,
            "kind": kind,
            "region_code": town,
            "address": "演示路 1 号（虚构）",
            "licences": [],
        }
        | more,
    )
