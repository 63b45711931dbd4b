"""How often one thing may be sampled in a quarter (频次上限), in words: the caps, and what allocations made of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from gateway.web import words
from shared.contracts.statutory_sampling import Link

Answer = Mapping[str, Any]

SHOP = "shop"
CAPS = {
    "same_product": "同一生产者同一品名同一生产日期",
    "producer_category": "同一生产者同一大类",
    SHOP: "同一被抽样单位（网络购样除外）",
}
COUNTED_BY = {
    "same_product": (("producer", "product_name", "production_date"), "生产者、品名和生产日期"),
    "producer_category": (("producer", "major_category"), "生产者和食品类别"),
    SHOP: (("business_id",), "被抽样单位"),
}
"""What an object must name to fall under each, as the inputs have it and in words."""


def maximum_words(cap: Answer) -> str:
    """`每季度至多10批次（流通环节）`."""
    if cap["maximum"] is None:
        return "不设上限"
    return f"每季度至多{cap['maximum']}批次" + (f"（{Link(cap['link']).label}环节）" if cap["link"] else "")


def cells_of(allocation: Answer) -> dict[str, Answer]:
    """The objects of an allocation by their keys."""
    return {cell["key"]: cell for cell in allocation["inputs"]["cells"]}


def caps_of(allocation: Answer) -> list[tuple[str, str, str, str]]:
    """The caps of the quarter: what, how many, whom they did not reach, by which source, and if nobody checked it."""
    cells = cells_of(allocation)
    drawn = [cells[line["key"]] for line in allocation["result"]["lines"] if line["quantity"]]
    return [
        (
            CAPS[kind],
            maximum_words(cap),
            _not_reached(kind, cap, drawn),
            f"{cap['source']}，自{cap['valid_from']}起" + ("" if cap["verified"] else "（未核实）"),
        )
        for kind, cap in allocation["inputs"].get("caps", {}).items()
    ]


def used_up(cell: Answer, inputs: Answer) -> str:
    """What the quarter has taken of a named shop before, against its cap; empty where no cap holds for it."""
    cap = inputs.get("caps", {}).get(SHOP)
    if cap is None or not (_is_meant(SHOP, cap, cell) and _is_named(SHOP, cell)):
        return ""
    taken = inputs["used"].get(f'{SHOP}:["{cell["business_id"]}"]', 0)
    return f"本季度此前已抽{taken}批次，上限{cap['maximum']}"


def _not_reached(kind: str, cap: Answer, drawn: Sequence[Answer]) -> str:
    """How many objects a cap could not be held against, because they do not say what it counts by."""
    unnamed = sum(1 for cell in drawn if _is_meant(kind, cap, cell) and not _is_named(kind, cell))
    if not unnamed:
        return ""
    wanted = COUNTED_BY[kind][1]
    return f"分到批次的对象中有{words.number(unnamed)}个没有写明{wanted}，计算时管不到它们，抽样时请现场核对"


def _is_meant(kind: str, cap: Answer, cell: Answer) -> bool:
    exempt = kind == SHOP and cell["online"]
    return cap["maximum"] is not None and cap["link"] in (None, cell["link"]) and not exempt


def _is_named(kind: str, cell: Answer) -> bool:
    return all(cell[name] for name in COUNTED_BY[kind][0])
