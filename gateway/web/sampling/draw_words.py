"""Random draws as their pages say them: whom one hit, and where everybody stood. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from gateway.web import words

PURPOSES = {"sampling_task": "抽样任务", "retest": "复检"}


def listed(draw: Mapping[str, Any]) -> dict[str, Any]:
    """A draw as a line of a list, with whom it hit."""
    names = {each["id"]: each["name"] for rows in draw["roster"].values() for each in rows}
    agrees = draw["recomputed"]
    return {
        **draw,
        "title": f"{PURPOSES[draw['purpose']]}的第{draw['number']}次抽取",
        "when": words.full_time(datetime.fromisoformat(draw["drawn_at"])),
        "people": [names[each] for each in draw["sampler_ids"]],
        "laboratory": names[draw["laboratory_id"]],
        "badge": ("ok", "重算一致") if agrees else ("danger", "重算不一致"),
        "task": f"/sampling-tasks/{draw['subject_id']}" if draw["purpose"] == "sampling_task" else "",
    }


def candidates(draw: Mapping[str, Any], kind: str, drawn: set[str]) -> list[dict[str, Any]]:
    """Everybody on the roster in the order of the tickets, whoever could not be drawn last."""
    taken = set(draw["sampler_ids"])
    houses = {each["organisation_id"] for each in draw["roster"]["samplers"] if each["id"] in taken}
    rows = []
    for each in draw["roster"][kind]:
        because = each["excluded_because"]
        if kind == "laboratories" and because is None and each["organisation_id"] in houses:
            because = "与抽中的抽样人员同属一个机构"
        fate = ("ok", "抽中") if each["id"] in drawn else ("running", "没有抽中")
        rows.append(
            {
                "name": each["name"],
                "ticket": draw["tickets"].get(each["id"], ""),
                "because": because or "",
                "badge": ("unknown", "不参加") if because else fate,
            }
        )
    return sorted(rows, key=lambda row: (bool(row["because"]), row["ticket"]))
