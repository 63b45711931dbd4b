"""However much is known of a lot, its page stays small and says what it leaves out."""

import re
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.requests import Request

from gateway.settings import Settings
from gateway.web.traceability.consumer import LARGEST, SHOWN, fitting

CODE = {
    "kind": "lot",
    "label": "批次码",
    "claimed": True,
    "name": "演示酱鸭（虚构）",
    "text": "(01)09520123456788(10)L1",
    "state_label": "已启用",
}
STEP = {
    "label": "生产加工",
    "what": "演示酱鸭（虚构）" * 8,
    "who": "演示熟食坊（虚构）" * 5,
    "region": "海曙区",
    "verdict": None,
}
TEST = {
    "label": "监督抽检",
    "says": "所检项目合格" * 20,
    "by": "演示〔2026〕1号",
    "verdict": ("good", "合格"),
    "on": "2026年7月24日",
}
PAPER = {
    "label": "承诺达标合格证",
    "number": "HGZ202607245D4E3F2A",
    "issuer": "演示合作社（虚构）" * 5,
    "issued": "",
    "href": "",
}


def page(steps: int, others: int) -> tuple[int, str]:
    app = FastAPI()
    app.state.settings = Settings(database_url="postgresql://unused", demo=True)
    lists: dict[str, list[Any]] = {
        "recalls": [],
        "steps": [STEP | {"on": f"第{number}天", "recorded": "2026年7月24日 09:30"} for number in range(steps)],
        "tests": [TEST] * others,
        "papers": [PAPER] * others,
    }
    context = {
        "scanned": "https://example.cn/c",
        "nearest": CODE,
        "name": CODE["name"],
        "levels": [CODE],
        "region": "海曙区",
        "voided": False,
    }
    context |= {"facts": [], "signature": ("", "没有签名", ""), "warnings": [], "held": False, "tests_told": True}
    context |= {"missing": [], "shop_results": None}
    made = fitting(Request({"type": "http", "app": app, "headers": []}), 200, lists, **context)
    return len(made.body), bytes(made.body).decode()


@pytest.mark.parametrize(("steps", "others"), [(0, 0), (3, 2), (40, 0), (40, 20), (5, 20)])
def test_a_page_stays_small_and_says_what_it_leaves_out(steps: int, others: int) -> None:
    size, text = page(steps, others)
    assert size < LARGEST
    shown = len(re.findall(r"<strong>第\d+天", text)) + text.count("监督抽检") + text.count("承诺达标合格证")
    left_out = re.search(r"还有 (\d+) 条没有列", text)
    assert shown + int(left_out[1] if left_out else 0) == steps + 2 * others
    if steps:
        assert f"第{steps - 1}天" in text, "the last steps, those nearest to the goods, are kept"


def test_little_is_shown_whole() -> None:
    assert "没有列在这里" not in page(3, 2)[1]
    assert list(SHOWN) == sorted(SHOWN, reverse=True)
