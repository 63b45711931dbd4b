"""A real Chromium on the whole platform. Skipped, with the reason, only where there is no Chromium."""

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright, expect

from deploy.embedded_postgres import EmbeddedPostgres
from shared.contracts.codes import Role
from tests.gateway.web.platform import Market, file_of, finished, negative, open_market, positive, upload
from tests.waiting import PATIENCE

ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PHONE, DESK = (390, 844), (1920, 1080)
SIZES = {"phone": PHONE, "desk": DESK}

expect.set_options(timeout=PATIENCE * 1000)

OpenPage = Callable[..., Awaitable[Page]]


@pytest_asyncio.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("没有 Chromium：浏览器测试需要 chromium 在 PATH 里（Debian：apt install chromium）")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(scope="package")
async def market(
    postgres: EmbeddedPostgres, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Market]:
    """The platform with a market that has sent a file: some tests passed, one row was refused, one is suspect."""
    async with open_market(postgres, template, tmp_path_factory.mktemp("browser")) as opened:
        rows = [negative(product) for product in ("菠菜", "芹菜", "豇豆", "上海青")]
        async with opened.signed_in(Role.MARKET_OPERATOR) as operator:
            content = file_of(*rows, negative("苋菜", when="2025/13/02"), positive())
            await finished(operator, await upload(operator, opened.site_id, content, dry_run=False))
        yield opened


@pytest_asyncio.fixture
async def open_page(chromium: Browser, market: Market) -> AsyncIterator[OpenPage]:
    """`await open_page(Role.LEADER, PHONE)`: a signed-in page; anything its console complains of fails the test."""
    complaints: list[str] = []
    async with AsyncExitStack() as stack:

        async def open_one(role: Role | None, size: tuple[int, int] = DESK, *, scripts: bool = True) -> Page:
            width, height = size
            context = await chromium.new_context(
                viewport={"width": width, "height": height},
                java_script_enabled=scripts,
                base_url=market.address,
                locale="zh-CN",
            )
            stack.push_async_callback(context.close)
            context.set_default_timeout(PATIENCE * 1000)
            page = await context.new_page()
            page.on("console", lambda message: complaints.append(message.text) if _is_complaint(message) else None)
            page.on("pageerror", lambda error: complaints.append(str(error)))
            if role is not None:
                await page.goto("/login")
                await page.fill("#login", market.login(role))
                await page.fill("#password", market.password)
                await page.click("button.button-primary")
                await page.wait_for_url("/")
            return page

        yield open_one
    assert complaints == []


_COMPLAINTS = frozenset({"error", "warning"})
_FORM_REFUSED = ("status of 409", "status of 422")
_NO_NETWORK = ("ERR_INTERNET_DISCONNECTED", "ERR_CONNECTION_RESET")


def _is_complaint(message: ConsoleMessage) -> bool:
    """A form that is shown again for its errors is no fault of the page, though the console notes its status; nor is a
    network that a test has taken away.
    """
    return message.type in _COMPLAINTS and not any(known in message.text for known in (*_FORM_REFUSED, *_NO_NETWORK))


async def keep(page: Page, name: str) -> None:
    """Keep a picture for a person to look at, where SHIAN_SCREENSHOTS names a folder."""
    if folder := os.environ.get("SHIAN_SCREENSHOTS"):
        await page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
