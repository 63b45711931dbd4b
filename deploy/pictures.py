"""`./shian pictures`: the pictures of the guides, taken from the running demo in a real browser.

    ./shian up            # in one window, until the demo is loaded
    ./shian pictures      # in another

Each picture is one page as one person sees it; what is in it is the demo's, so it is invented.
"""

import argparse
import asyncio
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from deploy.data_folder import DEFAULT, DataFolder
from deploy.units import DEMO_HOME, ROOT
from gateway.identity.demo_users import demo_login
from shared.contracts.codes import Role

PICTURES = ROOT / "docs" / "guide" / "pictures"
DESK, PHONE = (1000, 680), (390, 700)
SILENT, TRIES = re.compile("暂不可用|取不到|没有回答|没有全部回答"), 20


@dataclass(frozen=True)
class Picture:
    """A page of somebody (of nobody: open to all); `follow` is the link on it to go on by, as CSS."""

    role: Role | None
    path: str
    size: tuple[int, int] = DESK
    follow: str = ""


SHOWN = {
    "officer-home": Picture(Role.INSPECTOR, "/"),
    "officer-business": Picture(Role.INSPECTOR, "/businesses", follow="main tbody a"),
    "market-upload": Picture(Role.MARKET_OPERATOR, "/rapid-tests/upload"),
    "leader-board": Picture(Role.LEADER, f"/regions/{DEMO_HOME}"),
    "sampler-tasks": Picture(Role.SAMPLER, "/", PHONE),
    "laboratory-desk": Picture(Role.LABORATORY, "/laboratory"),
    "shop-home": Picture(Role.MARKET_OPERATOR, "/shop", PHONE),
    "consumer-results": Picture(None, "/published-tables"),
    "administrator-account": Picture(Role.ADMINISTRATOR, "/account"),
}
"""By the name that a guide says."""


async def take(address: str, password: str, folder: Path) -> int:
    """Take all pictures; returns how many bytes they are together."""
    from playwright.async_api import async_playwright  # noqa: PLC0415 (only who writes the guides has it)

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, picture in SHOWN.items():
            width, height = picture.size
            page = await browser.new_page(viewport={"width": width, "height": height})
            page.set_default_timeout(60_000)
            if picture.role is not None:
                await page.goto(f"{address}/login")
                await page.fill("input[name=login]", demo_login(picture.role, DEMO_HOME))
                await page.fill("input[name=password]", password)
                await page.press("input[name=password]", "Enter")
                await page.wait_for_url(f"{address}/")
            await page.goto(f"{address}{picture.path}")
            if picture.follow:
                await page.locator(picture.follow).first.click()
                await page.wait_for_load_state()
            for _ in range(TRIES):  # a busy machine answers late, and a page says so
                if not await page.get_by_text(SILENT).count():
                    break
                await page.wait_for_timeout(5_000)
                await page.reload()
            await page.screenshot(path=folder / f"{name}.png", animations="disabled")
            await page.close()
        await browser.close()
    return sum((folder / f"{name}.png").stat().st_size for name in SHOWN)


def main() -> None:
    """Take the pictures of the platform that runs on a data folder."""
    parser = argparse.ArgumentParser(prog="./shian pictures")
    parser.add_argument("--data", type=Path, default=DEFAULT, help="正在运行的平台的数据目录")
    settings = DataFolder(parser.parse_args().data).environment
    if settings["SHIAN_DEMO"] != "1":
        sys.exit("图只从演示平台上取：请用 ./shian up 启动一个带演示数据的平台。")
    PICTURES.mkdir(exist_ok=True)
    password = next(Path(settings["SHIAN_DATA_DIR"]).rglob("demo-password.txt")).read_text().strip()
    size = asyncio.run(take(settings["SHIAN_GATEWAY_URL"], password, PICTURES))
    print(f"{len(SHOWN)} 张图，共 {size / 2**20:.1f} MB，在 {PICTURES}")


if __name__ == "__main__":
    main()
