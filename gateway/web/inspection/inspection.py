"""Asking the inspection service from a page, and what every page of supervision says alike."""

import asyncio
import re
from collections.abc import Awaitable, Container, Mapping
from datetime import date, datetime
from typing import Any

from gateway.clients import Refused, Services, ServiceSilent
from gateway.web import words
from gateway.web.boards import ROWS_A_PAGE
from gateway.web.sampling.whistle_timeline import clock_of
from gateway.web.visitors import Visitor
from shared import times
from shared.contracts.codes import Unit

BUDGET_SECONDS = 5.0
BESIDE = 50
"""So many of what stands beside a record are shown; the rest is a list of its own."""

HASH = re.compile(r"[0-9a-f]{64}")

Answer = Mapping[str, Any]


async def ask(services: Services, visitor: Visitor, path: str, **wanted: str) -> Any:
    """The answer to a question that the page cannot do without."""
    return await services.get(Unit.INSPECTION, path, visitor.caller, BUDGET_SECONDS, **wanted)


async def page_of(services: Services, visitor: Visitor, path: str, cursor: str = "", **wanted: str) -> Any:
    """One page of a list; what is empty narrows nothing."""
    asked = {"limit": str(ROWS_A_PAGE), "cursor": cursor} | wanted
    return await ask(services, visitor, path, **{name: value for name, value in asked.items() if value})


def one_of(choices: Container[str], value: str) -> str:
    """What a list is narrowed to; anything else that stands in the address narrows nothing."""
    return value if value in choices else ""


async def told(
    services: Services, visitor: Visitor, path: str, *, most: str = str(BESIDE), **wanted: str
) -> tuple[list[dict[str, Any]], bool]:
    """The items of what stands beside a record, and whether the service told them: a page is not lost for it."""
    page, answered = await told_one(services, visitor, path, limit=most, **wanted)
    return (page["items"] if page else []), answered


async def told_one(
    services: Services, visitor: Visitor, path: str, **wanted: str
) -> tuple[dict[str, Any] | None, bool]:
    """One record that stands beside another: None where there is none for this visitor, and whether that is known."""
    try:
        return await ask(services, visitor, path, **wanted), True
    except Refused:
        return None, True
    except ServiceSilent:
        return None, False


async def together(**questions: Awaitable[tuple[Any, bool]]) -> tuple[dict[str, Any], bool]:
    """What stands beside a record, all asked at once: by name, and whether everything was told."""
    answers = await asyncio.gather(*questions.values())
    return {name: said for name, (said, _) in zip(questions, answers, strict=True)}, all(known for _, known in answers)


def moment(text: str | None) -> str:
    """`2026年7月24日 09:30`; empty for none."""
    return words.full_time(datetime.fromisoformat(text)) if text else ""


def day(text: str | None) -> str:
    """`2026年7月24日` of a day, or of a moment by the clock here; empty for none."""
    if not text:
        return ""
    return words.day_words(times.day_of(datetime.fromisoformat(text)) if "T" in text else date.fromisoformat(text))


def last_day(text: str) -> str:
    """The last day of a time that ends at this moment: 24:00 belongs to the day it ends."""
    return words.day_words(times.last_day(datetime.fromisoformat(text)))


def due_badge(clock: Answer | None, now: datetime) -> tuple[str, str]:
    """Kind and words of a clock for a badge; empty kind where nothing is pressing."""
    if clock is None:
        return "", ""
    said = clock_of(clock, now)
    kind = {"overdue": "danger", "late": "danger", "soon": "warning", "running": "running"}.get(said.kind, "unknown")
    return kind, said.words


def entry_row(entry: Answer) -> dict[str, str]:
    """A line of a history, as `parts/history.html` shows it."""
    files = f"{len(entry['evidence'])}份证据" if entry.get("evidence") else ""
    stated = (value for value in (entry.get("details") or {}).values() if isinstance(value, str))
    details = "；".join(value for value in stated if not HASH.fullmatch(value))
    return {
        "label": entry["label"],
        "when": moment(entry["at"]),
        "who": entry["actor_name"],
        "said": "；".join(part for part in (details, entry["note"], files) if part) or "没有",
    }
