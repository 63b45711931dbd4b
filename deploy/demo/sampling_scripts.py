"""Invented samples of statutory sampling: which food, how long ago, how far it has come. None of it is real.

Days are counted back from the day on which the demo was loaded first, so that clocks of every kind can be seen:
running, overdue and long over.
"""

import csv
import hashlib
import io
import struct
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from deploy.demo.gateway_client import demo_uuid7
from deploy.demo.invented import Market, Stall, demo_uscc
from shared.times import SHANGHAI


class Goal(StrEnum):
    """How far a sample comes in the demo."""

    DRAFT = "draft"
    TAKEN = "taken"
    REFUSED = "refused"
    REJECTED = "rejected"
    RECEIVED = "received"
    DRAFTED = "drafted"
    ISSUED = "issued"
    IN_DOUBT = "in_doubt"
    RETURNED = "returned"
    PASSED = "passed"
    FAILED = "failed"

    @property
    def is_told_on_paper(self) -> bool:
        """Whether its report came to the bureau as a file, on a day that the file tells."""
        return self in (Goal.IN_DOUBT, Goal.RETURNED, Goal.PASSED, Goal.FAILED)

    @property
    def reached_laboratory(self) -> bool:
        return self in (Goal.RECEIVED, Goal.DRAFTED, Goal.ISSUED) or self.is_told_on_paper


@dataclass(frozen=True, slots=True)
class Food:
    """A food with one tested item, its limit, and results on both sides of it. `producer` makes it, if packed."""

    name: str
    category: str
    item: str
    limit: str
    good: str
    bad: str
    producer: str | None = None


TOMATO = Food("番茄（盒装）", "33.02.01.01", "吡虫啉", "≤1", "0.35", "2.4", "演示蔬菜专业合作社（虚构）")
APPLE = Food("苹果", "33.04.01.01", "啶虫脒", "≤0.8", "0.12", "1.9")
GRAPE = Food("葡萄（盒装）", "33.04.02.01", "啶虫脒", "≤2", "0.2", "5.1", "演示果业有限公司（虚构）")
POTATO = Food("马铃薯", "33.02.02.01", "吡虫啉", "≤0.5", "0.05", "1.1")
RICE = Food("大米（5 kg）", "01.01", "草甘膦", "≤0.1", "0.02", "0.6", "演示米业有限公司（虚构）")
UNKNOWN = Food("番茄（散装）", "33.02.01.01", "演示项目（虚构，没有限值）", "", "0.4", "0.4")


@dataclass(frozen=True, slots=True)
class Script:
    """One sample: taken `days` ago, received a day later; its report reached the bureau `told` days ago."""

    number: int
    days: int
    food: Food
    goal: Goal
    told: int = 0
    assessment: bool = False

    @property
    def received(self) -> int:
        return max(self.days - 1, 0)


FULL = (
    Script(1, 0, TOMATO, Goal.DRAFT),
    Script(2, 1, APPLE, Goal.TAKEN),
    Script(3, 18, POTATO, Goal.TAKEN),
    Script(4, 9, GRAPE, Goal.REFUSED),
    Script(5, 8, APPLE, Goal.REJECTED),
    Script(6, 10, RICE, Goal.RECEIVED),
    Script(7, 50, POTATO, Goal.RECEIVED),
    Script(8, 12, TOMATO, Goal.DRAFTED),
    Script(9, 14, APPLE, Goal.ISSUED),
    Script(10, 34, UNKNOWN, Goal.IN_DOUBT, told=12),
    Script(11, 32, POTATO, Goal.RETURNED, told=11),
    *(
        Script(12 + i, 62 - 3 * i, food, Goal.PASSED, told=40 - 3 * i, assessment=i % 2 == 0)
        for i, food in enumerate((TOMATO, APPLE, RICE, POTATO, GRAPE, APPLE, TOMATO, POTATO))
    ),
    Script(20, 126, TOMATO, Goal.FAILED, told=104),
    Script(21, 66, RICE, Goal.FAILED, told=45),
    Script(22, 34, GRAPE, Goal.FAILED, told=13),
    Script(23, 36, APPLE, Goal.FAILED, told=15),
)
SMALL = (
    Script(1, 3, APPLE, Goal.TAKEN),
    Script(2, 11, POTATO, Goal.RECEIVED),
    Script(3, 45, TOMATO, Goal.PASSED, told=22, assessment=True),
    Script(4, 35, RICE, Goal.FAILED, told=14),
)


def sample_id(place: str, script: Script, anchor: date) -> UUID:
    """A UUIDv7 of the moment of sampling that is the same in every run."""
    return demo_uuid7(moment(anchor, script.days), place, script.number)


def moment(anchor: date, days: int, hour: int = 9) -> datetime:
    """So many days before the anchor. The hours of the anchor itself may still lie ahead: then its first."""
    return datetime.combine(anchor - timedelta(days=days), time(hour if days else 0), SHANGHAI)


def _picture() -> bytes:
    """The smallest picture there is, in grey."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head, pixel = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0), zlib.compress(b"\x00\x80")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixel) + chunk(b"IEND", b"")


PICTURE = _picture()
PICTURE_SHA256 = hashlib.sha256(PICTURE).hexdigest()
_KINDS = ("site", "sample", "test_seal", "backup_seal", "receipt", "refusal")


def form_of(
    script: Script,
    anchor: date,
    samplers: Sequence[tuple[UUID, str]],
    market: Market,
    stall: Stall,
    seller_id: UUID,
) -> dict[str, Any]:
    """The form of a sample, complete to the last signature."""
    food, number = script.food, f"{market.code}-{script.number:02d}"
    sampled_on = moment(anchor, script.days).date()
    seller_number = int(market.region_code[6:9]) * 1000 + market.stalls.index(stall) + 1
    form: dict[str, Any] = {
        "basics": {
            "task_source": "（演示）本级监督抽检",
            "place": "农贸市场",
            "region_code": market.region_code,
            "sampled_on": sampled_on.isoformat(),
            "picked_by": "samplers",
            "delivery": "samplers",
        },
        "samplers": [
            {"user_id": str(user_id), "name": name, "phone": "0000-00000000", "signature": PICTURE_SHA256}
            for user_id, name in samplers
        ],
        "sampled_party": {
            "business_id": str(seller_id),
            "name": stall.seller,
            "address": "演示路 1 号（虚构）",
            "licence_number": demo_uscc(market.region_code, seller_number),
        },
        "goods": {
            "name": food.name,
            "category_code": food.category,
            "lot_code": f"DEMO-{number}",
            "quantity": "3",
            "quantity_unit": "kg",
            "backup_quantity": "1.5",
        },
        "sampling_body": {"name": "演示抽样单位（虚构）"},
        "sealing": {"test_seals": [f"F-{number}-1"], "backup_seals": [f"F-{number}-2"]},
        "operator": {"name": "演示摊主（虚构）", "signature": PICTURE_SHA256},
        "rights_notice": {"given": True, "name": "演示摊主（虚构）", "signature": PICTURE_SHA256},
        "purchase": {"amount": "24.00", "receipt_number": f"演示-{number}"},
        "attachments": [{"kind": kind, "sha256": PICTURE_SHA256} for kind in _KINDS],
    }
    if food.producer:
        form["producer"] = {"name": food.producer, "address": "演示路 9 号（虚构）"}
        made_on = sampled_on - timedelta(days=3)
        form["goods"] |= {"date_kind": "生产日期", "dated": made_on.isoformat(), "specification": "演示规格"}
    return form


def item_of(script: Script) -> dict[str, Any]:
    """The tested item as the laboratory's desk takes it."""
    food = script.food
    failed = script.goal is Goal.FAILED
    item = {
        "item": food.item,
        "result": food.bad if failed else food.good,
        "unit": "mg/kg",
        "stated_verdict": "unqualified" if failed else "qualified",
        "method": "演示方法（虚构）",
        "lod_value": "0.01",
        "lod_unit": "mg/kg",
        "lod_kind": "quantitation",
    }
    return item | ({"requirement": food.limit, "requirement_unit": "mg/kg"} if food.limit else {})


def results_file(reports: Iterable[tuple[Script, str]], anchor: date) -> bytes:
    """The laboratory's results as a file, one line a sample; `reports` are the samples with their numbers.

    A report that will be returned says the opposite of what its number says.
    """
    rows = [_row(script, number, anchor) for script, number in reports]
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode("utf-8-sig")


def _row(script: Script, number: str, anchor: date) -> Mapping[str, str]:
    item = item_of(script)
    says_failed = script.goal in (Goal.FAILED, Goal.RETURNED)
    return {
        "抽样单编号": number,
        "报告书编号": f"DEMO-R-{script.number}",
        "报告日期": str(anchor - timedelta(days=script.told + 1)),
        "填报日期": str(anchor - timedelta(days=script.told)),
        "检验结论": "不合格" if says_failed else "合格",
        "检验项目": item["item"],
        "检验结果": item["result"],
        "结果单位": item["unit"],
        "标准限值": item.get("requirement", ""),
        "标准限值单位": item.get("requirement_unit", ""),
        "结果判定": "不合格项" if says_failed else "合格项",
        "检验依据": item["method"],
    }
