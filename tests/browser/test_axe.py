"""No page has an accessibility fault that axe calls serious: every part, every page that needs no record to stand, the
first record of each list, and the frame as each kind of user sees it.

The pages are the gateway's own routes, so that a new page is looked at without anybody naming it here. axe-core comes
with `npm ci`; where that was not possible, as without a network, the test says so and is skipped.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.routing import APIRoute
from playwright.async_api import Page

from gateway.web.site import PAGES
from shared.contracts.codes import Role
from tests.browser.conftest import PHONE, OpenPage

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RUN = """async rules => (await axe.run(document, {resultTypes: ["violations"], rules})).violations
    .filter(found => ["serious", "critical"].includes(found.impact))
    .map(found => `${found.id}: ${found.help}: ${found.nodes[0].html}`)"""
FIRST_RECORD = "main tbody th a[href^='/'], main tbody td:first-child a[href^='/'], main .task-card a[href^='/']"

EVERYBODY = (
    "/login",
    "/password",
    "/help/access",
    "/styleguide",
    "/doubts",
    "/public-draws",
    "/terminal",
)
ORDER = (
    Role.FOOD_SAFETY_OFFICE,
    Role.INSPECTOR,
    Role.LEADER,
    Role.LABORATORY,
    Role.MARKET_OPERATOR,
    Role.ADMINISTRATOR,
)
"""The first of these who may see a page looks at it; each looks at the frame around their own home."""
SAME_FORM = "/new"
FORMS = frozenset({"/corrections/new", "/sampling-plans/new", "/visits/records/new", "/webhooks/new"})
"""One of each kind of form: the others are made of the same parts."""

pytestmark = pytest.mark.skipif(not AXE.exists(), reason="没有 axe-core：请在程序目录运行 npm ci")


def standing_pages() -> Iterator[str]:
    """The addresses of pages that need nothing but a reader."""
    for route in (route for router in PAGES for route in router.routes):
        if not isinstance(route, APIRoute) or "GET" not in (route.methods or ()) or "{" in route.path:
            continue
        if not route.path.endswith(SAME_FORM) or route.path in FORMS:
            yield route.path


async def faults_of(page: Page, *, contrast: bool = True) -> list[str]:
    """Contrast is half of axe's time; it is looked at where the parts and the frames are."""
    await page.evaluate(AXE.read_text())
    found: list[str] = await page.evaluate(RUN, {"color-contrast": {"enabled": contrast}})
    return found


async def shows(page: Page, path: str) -> bool:
    """Put the page of an address into this one, where it is one that its reader may see: quicker than going there."""
    answer = await page.request.get(path, headers={"accept": "text/html"})
    if not answer.ok or not answer.headers["content-type"].startswith("text/html"):
        return False
    await page.set_content(await answer.text(), wait_until="domcontentloaded")
    return True


async def test_no_page_that_is_open_to_everybody_has_a_serious_fault(open_page: OpenPage) -> None:
    page, faults = await open_page(None, PHONE), {}
    for path in EVERYBODY:
        await page.goto(path)
        faults[path] = await faults_of(page)
    assert _found(faults) == {}, json.dumps(_found(faults), ensure_ascii=False, indent=1)


async def test_no_page_of_a_role_has_a_serious_fault(open_page: OpenPage) -> None:
    waiting, faults, looked_at = sorted(set(standing_pages()) - {"/", *EVERYBODY}), {}, 0
    for role in ORDER:
        page = await open_page(role, PHONE)
        faults[f"{role} /"] = await faults_of(page)
        for path in list(waiting):
            if not await shows(page, path):
                continue
            waiting.remove(path)
            looked_at += 1
            faults[f"{role} {path}"] = await faults_of(page, contrast=False)
            record = page.locator(FIRST_RECORD)
            if await record.count() and (address := await record.first.get_attribute("href")):
                assert await shows(page, address), f"{path} leads its reader to {address}"
                faults[f"{role} {address}"] = await faults_of(page, contrast=False)
    assert _found(faults) == {}, json.dumps(_found(faults), ensure_ascii=False, indent=1)
    assert looked_at > len(waiting), f"most pages were seen by somebody; not: {waiting}"


def _found(faults: dict[str, list[str]]) -> dict[str, list[str]]:
    return {place: said for place, said in faults.items() if said}
