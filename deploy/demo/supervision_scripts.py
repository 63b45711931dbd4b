"""Invented supervision: a checklist, what visits found, what became of it. None of it is real.

Days are counted back from the day on which the demo was loaded first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

CHECKLIST = "sales-demo"
ITEMS = (
    ("1.1", "亮证经营，食品经营许可证在有效期内（演示）", True, False),
    ("1.2", "进货查验记录和凭证齐全，能溯源到上一环节（演示）", True, False),
    ("2.1", "没有销售超过保质期、腐败变质的食品（演示）", True, False),
    ("2.2", "散装食品标明名称、生产日期、保质期和生产者（演示）", False, True),
    ("2.3", "原料、成品离地离墙存放（演示）", False, False),
    ("3.1", "从业人员有有效的健康证明（演示）", False, False),
    ("3.2", "冷藏冷冻设备运转正常，温度符合要求（演示）", False, True),
    ("3.3", "食品安全管理人员在岗，日管控、周排查有记录（演示）", False, False),
)
"""Number, text, key item, may be not applicable."""


def checklist_file(region_code: str) -> dict[str, Any]:
    """The list as a file, with its verdict rule: counts of failures, nothing left between two verdicts."""
    items = [
        {"number": number, "text": text, "key": key, "na_allowed": may_miss} for number, text, key, may_miss in ITEMS
    ]
    sections = [
        {"title": title, "items": [item for item in items if str(item["number"]).startswith(first)]}
        for first, title in (("1", "资质与进货（演示）"), ("2", "食品与存放（演示）"), ("3", "人员与设备（演示）"))
    ]
    none, any_number = {"at_most": 0}, {"at_least": 0}
    bands = [
        ("符合", "通过", [{"key_failures": none, "general_failures": none}]),
        ("基本符合", "责令改正", [{"key_failures": none, "general_failures": {"at_least": 1, "at_most": 2}}]),
        (
            "不符合",
            "责令改正，涉嫌违法的移送查处",
            [
                {"key_failures": {"at_least": 1}, "general_failures": any_number},
                {"key_failures": none, "general_failures": {"at_least": 3}},
            ],
        ),
    ]
    grounds = {"source": "演示（虚构）", "verified": False, "decisions": []}
    return {
        "format": "shian-checklist/1",
        "checklist": {
            "code": CHECKLIST,
            "title": "食品销售检查要点表（演示，虚构）",
            "kinds": ["sales", "stall", "small_catering", "market"],
            "region_code": region_code,
            "source": {"document": "食品销售检查要点表（演示，虚构）", "verified": False},
            "issued_on": "2026-01-01",
            "effective_on": "2026-01-01",
        },
        "content": {
            "complete": True,
            "verified": False,
            "note": "演示用，不是任何地方的正式要点表",
            "declared": {"key": 3, "general": 5},
            "sections": sections,
            "extent": {"kind": "all_items", "exempt": ["flight"]} | grounds,
            "verdict": {
                "kind": "failure_counts",
                "bands": [{"label": label, "handling": act, "cases": cases} for label, act, cases in bands],
            }
            | grounds,
            "carry_over": {"must_recheck": True} | grounds,
        },
    }


@dataclass(frozen=True, slots=True)
class Inspected:
    """A visit `days` ago to one seller: what failed and why, and what became of each failure."""

    seller: int
    days: int
    failed: Mapping[str, str] = field(default_factory=dict)
    then: str = ""
    draft: bool = False


VISITS: Sequence[Inspected] = (
    Inspected(0, 75, {"2.3": "两袋大米直接放在地面（演示）", "3.3": "周排查缺两周记录（演示）"}, "overdue"),
    Inspected(1, 48, {"3.1": "一名从业人员健康证明过期（演示）"}, "interviewed"),
    Inspected(2, 33, {"2.2": "散装粉丝没有标签（演示）"}, "overdue"),
    Inspected(3, 20, {"3.2": "冷柜温度计损坏（演示）"}, "reported"),
    Inspected(4, 16, {"2.3": "货物靠墙堆放（演示）"}, "corrected"),
    Inspected(5, 9, {"3.3": "日管控记录没有签字（演示）"}, "on_the_spot"),
    Inspected(6, 6, {"2.1": "两盒酸奶超过保质期一天（演示）"}, "serious"),
    Inspected(7, 4, {}),
    Inspected(8, 2, {"2.2": "散装果脯没有生产日期（演示）"}, "ordered"),
    Inspected(9, 0, {"3.2": "冷柜结霜严重（演示）"}, draft=True),
)

CLUES: Sequence[tuple[int, str, str, str]] = (
    (12, "演示路 8 号门面（虚构）", "无证现场制售糕点（演示）", "answered"),
    (5, "演示巷口（虚构）", "流动摊贩散装熟食没有防尘罩（演示）", "referred"),
    (1, "演示小学东侧（虚构）", "食杂店有过期辣条（演示）", ""),
)
"""Days ago, place, what was seen, what became of it."""
