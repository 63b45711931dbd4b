"""From a row behind a figure to the page of what it is, and for rapid tests what was read and whose goods it was."""

import asyncio
from collections.abc import Mapping, Sequence
from uuid import UUID

from gateway.clients import Refused, Services, ServiceSilent
from gateway.web.sampling.rapid_test_words import RecordWords, record_words
from gateway.web.visitors import (
    CASE_READERS,
    CORRECTION_READERS,
    INSPECTION_READERS,
    PLAN_READERS,
    RAPID_TEST_READERS,
    REWARD_READERS,
    SAMPLE_READERS,
    WHISTLE_READERS,
    Visitor,
)
from shared.contracts.codes import Role, Unit
from shared.contracts.figures import FigureRow

BUDGET_SECONDS = 2.0
RAPID_TEST = "/v1/rapid-tests/"
PAGES: Mapping[str, tuple[str, Sequence[Role]]] = {
    RAPID_TEST: ("/rapid-tests/records/", RAPID_TEST_READERS),
    "/v1/whistles/": ("/whistles/", WHISTLE_READERS),
    "/v1/samples/": ("/sample-forms/", SAMPLE_READERS),
    "/v1/sampling-plans/": ("/sampling-plans/", PLAN_READERS),
    "/v1/disposal-cases/": ("/disposals/", CASE_READERS),
    "/v1/corrections/": ("/corrections/", CORRECTION_READERS),
    "/v1/businesses/": ("/businesses/", INSPECTION_READERS),
    "/v1/risk-grades/": ("/businesses/", INSPECTION_READERS),
    "/v1/subjects/": ("/businesses/", INSPECTION_READERS),
    "/v1/rewards/": ("/grid/rewards/", REWARD_READERS),
}
"""The records that have a page, whose address ends as theirs does, and who may open it. The grade of a business and
what traceability keeps of it stand in its file, under the same number.
"""


def page_of(visitor: Visitor, link: str | None) -> str:
    """The page of the record, where there is one and the visitor may open it; else empty."""
    for record, (page, readers) in PAGES.items():
        if link is not None and link.startswith(record) and visitor.actor.has(*readers):
            return page + link.removeprefix(record)
    return ""


async def tests_behind(services: Services, visitor: Visitor, rows: Sequence[FigureRow]) -> dict[UUID, RecordWords]:
    """The rapid tests of one page of rows, by row; one that is not told is left out, the row itself still stands."""
    links = {
        row.id: row.link for row in rows if row.link and row.link.startswith(RAPID_TEST) and page_of(visitor, row.link)
    }
    found = await asyncio.gather(*(_test(services, visitor, link) for link in links.values()))
    return {row: test for row, test in zip(links, found, strict=True) if test is not None}


async def _test(services: Services, visitor: Visitor, link: str) -> RecordWords | None:
    try:
        return record_words(await services.get(Unit.SAMPLING, link, visitor.caller, BUDGET_SECONDS))
    except (Refused, ServiceSilent):
        return None
