"""No page has an accessibility fault that axe calls serious: every part of the style guide, and the pages of a start.

axe-core comes with `npm ci`; where that was not possible, as without a network, the test says so and is skipped.
"""

import json
from pathlib import Path

import pytest

from shared.contracts.codes import Role
from tests.browser.conftest import DESK, PHONE, OpenPage

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RUN = """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations
    .filter(found => ["serious", "critical"].includes(found.impact))
    .map(found => `${found.id}: ${found.help}: ${found.nodes[0].html}`)"""


@pytest.mark.parametrize(
    ("role", "paths", "size"),
    [
        (None, ("/login", "/help/access", "/styleguide"), PHONE),
        (Role.INSPECTOR, ("/", "/businesses"), DESK),
        (Role.MARKET_OPERATOR, ("/rapid-tests/upload",), PHONE),
    ],
    ids=["everybody", "officer", "market"],
)
async def test_no_page_has_a_serious_fault(
    open_page: OpenPage, role: Role | None, paths: tuple[str, ...], size: tuple[int, int]
) -> None:
    if not AXE.exists():
        pytest.skip("没有 axe-core：请在程序目录运行 npm ci")
    page = await open_page(role, size)
    script, faults = AXE.read_text(), {}
    for path in paths:
        await page.goto(path)
        await page.evaluate(script)
        if found := await page.evaluate(RUN):
            faults[path] = found
    assert faults == {}, json.dumps(faults, ensure_ascii=False, indent=1)
