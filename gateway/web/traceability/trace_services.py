"""Asking the traceability service from a page, and how its words are said alike on all of them."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from gateway.clients import Caller, Refused, Services, ServiceSilent
from gateway.web import words
from shared.contracts.codes import Unit
from shared.contracts.traceability import UNIT_LABELS

BUDGET_SECONDS = 10.0
BESIDE = "50"

Answer = Mapping[str, Any]
_UNITS = {"kg": "公斤", "L": "升", "": ""} | UNIT_LABELS


async def ask(services: Services, caller: Caller, path: str, **wanted: str) -> Any:
    """The answer to a question that the page cannot do without."""
    return await services.get(Unit.TRACEABILITY, path, caller, BUDGET_SECONDS, **wanted)


async def told(services: Services, caller: Caller, path: str, **wanted: str) -> tuple[list[dict[str, Any]], bool]:
    """The items of what stands beside, and whether the service told them: a page is not lost for it."""
    page, known = await told_one(services, caller, path, **{"limit": BESIDE} | wanted)
    return (page["items"] if page else []), known


async def told_one(services: Services, caller: Caller, path: str, **wanted: str) -> tuple[dict[str, Any] | None, bool]:
    """One answer that stands beside: None where there is none for this caller, and whether that is known."""
    try:
        return await ask(services, caller, path, **wanted), True
    except Refused:
        return None, True
    except ServiceSilent:
        return None, False


def amount(quantity: str | None, unit: str) -> str:
    """`12.5公斤`; a quantity that nobody has told is no zero."""
    if quantity is None:
        return "数量没有写"
    return f"{words.number(Decimal(quantity))}{_UNITS.get(unit, unit)}"


def moment(text: str | None) -> str:
    """`2026年7月24日 09:30`; empty for none."""
    return words.full_time(datetime.fromisoformat(text)) if text else ""
