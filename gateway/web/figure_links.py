"""From a row behind a figure to the page of what it is, and for rapid tests what was read and whose goods it was."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from gateway.clients import Refused, Services, ServiceSilent
from gateway.web.sampling.rapid_test_words import RecordWords, record_words
from gateway.web.visitors import PLAN_READERS, RAPID_TEST_READERS, SAMPLE_READERS, WHISTLE_READERS, Visitor
from shared.contracts.codes import Unit
from shared.contracts.figures import FigureRow

BUDGET_SECONDS = 2.0
RAPID_TEST, WHISTLE = "/v1/rapid-tests/", "/v1/whistles/"
SAMPLE, PLAN = "/v1/samples/", "/v1/sampling-plans/"


def page_of(visitor: Visitor, unit: Unit, link: str | None) -> str:
    """The page of the record, where there is one and the visitor may open it; else empty."""
    if unit is not Unit.SAMPLING or link is None:
        return ""
    if link.startswith(RAPID_TEST) and visitor.actor.has(*RAPID_TEST_READERS):
        return f"/rapid-tests/records/{link.removeprefix(RAPID_TEST)}"
    if link.startswith(WHISTLE) and visitor.actor.has(*WHISTLE_READERS):
        return f"/whistles/{link.removeprefix(WHISTLE)}"
    if link.startswith(SAMPLE) and visitor.actor.has(*SAMPLE_READERS):
        return f"/sample-forms/{link.removeprefix(SAMPLE)}"
    if link.startswith(PLAN) and visitor.actor.has(*PLAN_READERS):
        return f"/sampling-plans/{link.removeprefix(PLAN)}"
    return ""


async def tests_behind(
    services: Services, visitor: Visitor, unit: Unit, rows: Sequence[FigureRow]
) -> dict[UUID, RecordWords]:
    """The rapid tests of one page of rows, by row; one that is not told is left out, the row itself still stands."""
    links = {
        row.id: row.link
        for row in rows
        if row.link and row.link.startswith(RAPID_TEST) and page_of(visitor, unit, row.link)
    }
    found = await asyncio.gather(*(_test(services, visitor, link) for link in links.values()))
    return {row: test for row, test in zip(links, found, strict=True) if test is not None}


async def _test(services: Services, visitor: Visitor, link: str) -> RecordWords | None:
    try:
        return record_words(await services.get(Unit.SAMPLING, link, visitor.caller, BUDGET_SECONDS))
    except (Refused, ServiceSilent):
        return None
