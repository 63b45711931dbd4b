"""What the trace board says of events, findings and amounts. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from gateway.web.traceability.trace_services import amount, moment
from gateway.web.words import number
from shared.contracts.traceability import STEP_LABELS

Answer = Mapping[str, Any]

UNNAMED = "没有写明地点"
MOST_ROWS = 100


def step(event: Answer) -> str:
    """The business step in Chinese; another vocabulary's as its sender wrote it."""
    word = event["step"]
    return STEP_LABELS.get(word, word.rpartition("/")[2] or "没有写步骤")


def lot(key: str) -> str:
    """What stands on the label, from the identifier of a thing."""
    last = key.rstrip("/").rpartition(":" if key.startswith("urn:") else "/")[2]
    return last or key


def things(keys: Sequence[str], names: Mapping[str, str], most: int = 3) -> str:
    """`演示酱鸭 L1、L2 等5种`."""
    said = [" ".join(filter(None, (names.get(key, ""), lot(key)))) for key in keys[:most]]
    more = f" 等{len(keys)}种" if len(keys) > most else ""
    return "、".join(said) + more


def names_of(trace: Answer) -> dict[str, str]:
    return {node["key"]: node["name"] for node in trace["nodes"] if node["name"]}


def event_rows(trace: Answer) -> list[dict[str, str]]:
    """The timeline, one row an event, numbered as in the drawing."""
    names = names_of(trace)
    return [
        {
            "number": str(place),
            "when": moment(event["at"]),
            "step": step(event),
            "who": event["holder"]["name"] if event["holder"] else UNNAMED,
            "whose": (event["holder"] or {}).get("business_id") or "",
            "what": things(event["keys"], names) or "—",
            "recorded": moment(event["recorded_at"]),
            "papers": "、".join(lot(one) for one in event["certificates"]),
        }
        for place, event in enumerate(trace["timeline"][:MOST_ROWS], start=1)
    ]


def balance_rows(trace: Answer) -> list[dict[str, Any]]:
    """What each holder took in and gave out of each of the goods; what cannot be is marked."""
    names, rows = names_of(trace), []
    for one in trace["balances"][:MOST_ROWS]:
        remaining = one["remaining"]
        impossible = remaining is not None and Decimal(remaining) < 0
        rows.append(
            {
                "what": things([one["key"]], names | ({one["key"]: one["name"]} if one["name"] else {})),
                "who": one["holder"]["name"],
                "taken_in": amount(str(Decimal(one["produced"]) + Decimal(one["received"])), one["unit"]),
                "given": "，".join(
                    f"{label}{number(Decimal(one[name]))}" for name, label in _GIVEN if Decimal(one[name])
                )
                or "0",
                "remaining": amount(remaining, one["unit"]),
                "badge": ("danger", "出多于进") if impossible else ("unknown", "说不清") if remaining is None else None,
            }
        )
    return rows


_GIVEN = (("shipped", "发出"), ("sold", "零售"), ("consumed", "投入使用"), ("lost", "损耗"))


def findings(trace: Answer) -> list[dict[str, Any]]:
    """Gaps and doubts, the gaps in front."""
    ordered = sorted(trace["findings"], key=lambda one: (not one["is_gap"], one["at"]))
    return [
        {
            "badge": ("warning", "断链") if one["is_gap"] else ("danger", "可疑"),
            "label": one["label"],
            "says": one["says"],
            "when": moment(one["at"]),
        }
        for one in ordered[:MOST_ROWS]
    ]


def shares(holders: Iterable[Answer]) -> list[tuple[str, int, int | None]]:
    """How many holders each county has: code, count, and a step of 1 to 7 against the county with the most."""
    counts: dict[str, int] = {}
    for holder in holders:
        if holder["region_code"]:
            county = f"{holder['region_code'][:6]}000000"
            counts[county] = counts.get(county, 0) + 1
    most = max(counts.values(), default=0)
    return [(code, count, max(1, round(7 * count / most))) for code, count in sorted(counts.items())]


def minutes(text: str) -> str:
    """`12.5分钟`, `3小时20分钟` of a length in minutes."""
    whole = int(Decimal(text))
    hours, rest = divmod(whole, 60)
    return f"{hours}小时{rest}分钟" if hours else f"{number(Decimal(text))}分钟"
