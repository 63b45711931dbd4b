"""Forms of sites between the page and the service: what was typed, what is sent, what comes back. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from gateway.clients import Refused
from gateway.web import words
from gateway.web.forms import FieldError
from gateway.web.scoring.evaluation_views import plain, score_words
from gateway.web.steps import PLAIN_DIGITS, WHOLE_FORM
from shared import times
from shared.http.problems import FieldError as SaidError
from shared.times import SHANGHAI

Answer = Mapping[str, Any]

KINDS = {"open": ("running", "明查"), "hidden": ("key", "暗访")}
WAYS = {"mean": "取各点位的平均", "count": "取达到要求的点位占比", "worst": "取最差的点位"}
SAID = ("met", "deducted", "findings", "absent", "note")


def typed_of(visit: Answer) -> dict[str, str]:
    """What the form holds when it is opened: the result that counts, or nothing but the time."""
    standing = next((one for one in visit["scorings"] if one["id"] == visit["standing"]), None)
    if standing is None:
        return {"visited_at": _local(times.now())}
    content = standing["content"]
    typed = {
        "visited_at": _local(datetime.fromisoformat(standing["visited_at"])),
        "unreachable": content["unreachable"] or "",
        "note": content["note"],
    }
    for code, mark in content["marks"].items():
        for name in SAID:
            value = mark[name]
            if name == "met" and value is not None:
                value = "yes" if value else "no"
            if value not in (None, ""):
                typed[f"marks/{code}/{name}"] = plain(value) if name == "deducted" else str(value)
    return typed


def body_of(form: Answer, typed: Mapping[str, str], replaces: str) -> dict[str, Any]:
    """The form as the service takes it; lines on which nothing was said are left out, so that it says which."""
    marks = {}
    for item in form["items"]:
        said = {name: typed.get(f"marks/{item['code']}/{name}", "").strip() for name in SAID}
        mark: dict[str, Any] = {name: text for name, text in said.items() if text}
        if "met" in mark:
            mark["met"] = mark["met"] == "yes"
        for name in ("deducted", "findings"):
            if name in mark:
                mark[name] = mark[name].translate(PLAIN_DIGITS)
        if set(mark) - {"note"}:
            marks[item["code"]] = mark
    content: dict[str, Any] = {"marks": marks, "note": typed.get("note", "").strip()}
    if unreachable := typed.get("unreachable", "").strip():
        content["unreachable"] = unreachable
    return {"content": content, "visited_at": _sent(typed.get("visited_at", "")), "replaces": replaces or None}


def errors_of(refusal: Refused) -> list[FieldError]:
    """The service's refusals at the fields of the form."""
    found = []
    for error in refusal.errors:
        parts = [*error.pointer.strip("/").split("/"), "", "", ""]
        if parts[:2] == ["content", "marks"] and parts[2]:
            found.append(FieldError(f"marks/{parts[2]}", error.message))
        elif parts[0] == "visited_at" or parts[1] in ("unreachable", "note"):
            found.append(FieldError(parts[1] or parts[0], error.message))
        else:
            found.append(FieldError(WHOLE_FORM, error.message))
    return found or [FieldError(WHOLE_FORM, refusal.said)]


def both_sides(form: Answer, errors: Iterable[SaidError]) -> list[tuple[str, str]]:
    """Where two results differ: the line, and what either side says."""
    texts = {item["code"]: f"{item['code']} {item['text']}" for item in form["items"]}
    names = {"unreachable": "能否检查", "note": "说明"}
    found = []
    for error in errors:
        last = error.pointer.rpartition("/")[2]
        found.append((texts.get(last) or names.get(last, ""), error.message))
    return found


def visit_shown(visit: Answer) -> dict[str, Any]:
    """One site for its page."""
    history = [
        one
        | {
            "when": words.full_time(datetime.fromisoformat(one["recorded_at"])),
            "score": _score(one),
            "counts": one["id"] == visit["standing"],
        }
        for one in reversed(visit["scorings"])
    ]
    return dict(visit) | {"badge": KINDS[visit["kind"]], "history": history}


def plan_shown(plan: Answer) -> dict[str, Any]:
    """A draw for its page."""
    labels = {form["code"]: form["label"] for form in plan["forms"]}
    visits = [
        one | {"badge": KINDS[one["kind"]], "form_label": labels[one["form"]], "score": _state(one)}
        for one in plan["visits"]
    ]
    results = plan["results"]
    return dict(plan) | {
        "visits": visits,
        "scored": sum(bool(one["scored"]) for one in plan["visits"]),
        "drawn": words.full_time(datetime.fromisoformat(plan["drawn_at"])),
        "way": WAYS[plan["aggregate"]["how"]],
        "short": [one | {"label": labels[one["form"]], "kind": KINDS[one["kind"]][1]} for one in plan["short"]],
        "by_form": _rates(results["forms"], "label") if results else [],
        "by_clause": _rates(results["clauses"], "clause") if results else [],
    }


def uuid_or(text: str, other: UUID) -> UUID:
    """The id in a text, `other` where there is none."""
    try:
        return UUID(text)
    except ValueError:
        return other


def _state(visit: Answer) -> tuple[str, str]:
    if visit["scored"] is None:
        return "", "结束后公开"
    if not visit["scored"]:
        return "unknown", "没有结果"
    return ("", _score(visit)) if visit["points"] is not None else ("warning", "未能检查")


def _score(one: Answer) -> str:
    if one["points"] is None:
        return "未能检查"
    return f"{score_words(one['points'], one['points'])} / {plain(one['maximum'])}"


def _rates(rows: Sequence[Answer], name: str) -> list[tuple[str, int, str]]:
    return [
        (one[name], one["sites"], "暂无数据" if one["rate"] is None else f"{words.number(_percent(one['rate']))}%")
        for one in rows
    ]


def _percent(rate: str) -> Decimal:
    return round(Decimal(rate) * 100, 1)


def _local(moment: datetime) -> str:
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M")


def _sent(text: str) -> str:
    """The time of a form as the service reads it; what is no time goes as it is, to be refused in its words."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).isoformat()
    except ValueError:
        return text
