"""查找: a business, a number, a code, from anywhere; each service is asked, and one that is silent is named."""

import asyncio
import re
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from gateway.clients import Services, ServicesHere, ServiceSilent
from gateway.web.pages import render
from gateway.web.record_links import page_of
from gateway.web.visitors import TRACE_READERS, CanSearch, Visitor
from shared.contracts.codes import SERVICES, Unit

router = APIRouter(include_in_schema=False)

BUDGET_SECONDS = 3.0
OF_A_KIND = "8"
FEWEST_CHARACTERS, MOST_CHARACTERS = 2, 60
CODE = re.compile(r"(https?://|urn:)\S+|/?\d{2,4}/\S+|[0-9A-Za-z.-]*\d[0-9A-Za-z.-]{7,}")
"""What may be a code that goods bear: an address, a URN, or a run of digits and letters."""


@dataclass(frozen=True)
class Kind:
    """The records found of one kind: title, address of the page, and one more thing to know it by."""

    name: str
    lines: list[tuple[str, str, str]]
    more: bool


@router.get("/search")
async def search(
    request: Request,
    visitor: CanSearch,
    services: ServicesHere,
    q: Annotated[str, Query(max_length=300)] = "",
) -> Response:
    words = q.strip()
    wanted = FEWEST_CHARACTERS <= len(words) <= MOST_CHARACTERS
    answers = await asyncio.gather(*(_ask(services, visitor, unit, words) for unit in SERVICES)) if wanted else []
    kinds = [_kind(found) for _, answer in answers for found in answer or ()]
    may_be_code = CODE.fullmatch(words) is not None and visitor.actor.has(*TRACE_READERS)
    return render(
        request,
        "search.html",
        q=words,
        too_short=0 < len(words) < FEWEST_CHARACTERS,
        asked=wanted,
        kinds=kinds,
        code=_trace_of(words) if may_be_code else "",
        silent=[unit.label for unit, answer in answers if answer is None],
    )


async def _ask(
    services: Services, visitor: Visitor, unit: Unit, words: str
) -> tuple[Unit, list[dict[str, Any]] | None]:
    """What a service found; None where it did not answer."""
    try:
        return unit, await services.get(
            unit, "/v1/record-search", visitor.caller, BUDGET_SECONDS, words=words, limit=OF_A_KIND
        )
    except ServiceSilent:
        return unit, None


def _kind(found: dict[str, Any]) -> Kind:
    lines = [(each["title"], _address(found["kind"], each), each["detail"]) for each in found["items"]]
    return Kind(found["name"], lines, found["more"])


def _address(kind: str, record: dict[str, Any]) -> str:
    """A lot has no page of its own: its code's trace tells where it came from and went."""
    if kind == "lots":
        return _trace_of(record["detail"])
    return page_of(record["link"])


def _trace_of(code: str) -> str:
    return f"/traces?code={quote(code, safe='')}"
