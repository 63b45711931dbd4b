"""The officer's terminal in a real browser: days without a network, a browser that is killed, two sides that differ."""

import os
import re
import shutil
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
import pytest_asyncio
import zxingcpp
from playwright.async_api import Browser, Error, Page, expect

from gateway.identity.demo_users import demo_login
from gateway.web.terminal import pages
from gateway.web.terminal.shell import shell
from shared.contracts.codes import Role
from shared.times import now
from tests.browser.conftest import ARGUMENTS, DESK, PHONE, keep
from tests.browser.test_pages import fits
from tests.browser.test_sampling import SMALL_TARGETS, picture
from tests.gateway.web.platform import DISTRICT, Market
from tests.gateway.web.sampling_stage import ok
from tests.gateway.web.supervision_stage import COLLEAGUE, INSPECTION, deliver, registered
from tests.waiting import PATIENCE

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(shell() is None, reason="移动终端还没有构建：先运行 npm ci && npm run build"),
]

AWAY = timedelta(days=4)
REASON = '日管控没有记录，店主说“不知道”\\n（演示）"\U0001f980'
"""Words whose bytes are easily written in two ways: the platform reckons the same hash."""

CAMERA = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
ITEMS = ("1.1", "1.2", "2.1", "2.2", "2.3", "3.1", "3.2", "3.3")
ROWS_LEFT = """async () => {
    const asked = (request) => new Promise((done) => (request.onsuccess = () => done(request.result)));
    const database = await asked(indexedDB.open("shian-terminal"));
    const counts = [...database.objectStoreNames].map((name) =>
        asked(database.transaction(name).objectStore(name).count()));
    return (await Promise.all(counts)).reduce((sum, each) => sum + each, 0);
}"""
"""Of everything the terminal keeps."""


@dataclass
class Terminal:
    """One phone: whatever happens to its browser, what it has stored stays."""

    chromium: Browser
    market: Market
    folder: Path
    complaints: list[str] = field(default_factory=list)

    @asynccontextmanager
    async def browser(
        self, *, offline: bool = False, at: datetime | None = None, more: Sequence[str] = ()
    ) -> AsyncIterator[Page]:
        context = await self.chromium.browser_type.launch_persistent_context(
            self.folder,
            executable_path=shutil.which("chromium") or shutil.which("google-chrome"),
            args=[*ARGUMENTS, *more],
            viewport={"width": PHONE[0], "height": PHONE[1]},
            base_url=self.market.address,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            offline=offline,
        )
        context.set_default_timeout(PATIENCE * 1000)
        if at is not None:
            await context.clock.set_system_time(at)
        page = context.pages[0]
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        yield page
        with suppress(Error):  # it may have been killed
            await context.close()

    def kill(self) -> None:
        """What happens when the battery is empty: no process of the browser may end in its own way."""
        process = int((self.folder / "SingletonLock").readlink().name.rpartition("-")[2])
        os.kill(process, signal.SIGKILL)

    async def enrol(self, page: Page) -> None:
        await page.goto("/terminal")
        await self.sign_in(page)
        await page.evaluate("navigator.serviceWorker.ready")

    async def sign_in(self, page: Page, *, second: bool = False) -> None:
        await page.fill("#login", demo_login(Role.INSPECTOR, DISTRICT, second=second))
        await page.fill("#password", self.market.password)
        await page.get_by_role("button", name="登录这台终端").click()
        await expect(page.get_by_text("任务包：")).to_be_visible()


@pytest_asyncio.fixture
async def terminal(chromium: Browser, market: Market, tmp_path: Path) -> AsyncIterator[Terminal]:
    phone = Terminal(chromium, market, tmp_path / "phone")
    yield phone
    assert phone.complaints == []


async def record(market: Market, record_id: str) -> dict[str, Any]:
    async with market.caller(Role.INSPECTOR) as officer:
        stored: dict[str, Any] = ok(await officer.get(f"{INSPECTION}/visit-records/{record_id}"))
    return stored


async def find(page: Page, number: str, finding: str) -> None:
    item = page.locator(f'[id="item-{number}"]')
    await item.locator("xpath=ancestor::details").evaluate_all("all => all.forEach(each => each.open = true)")
    await item.get_by_text(finding, exact=True).click()


async def sign(page: Page, label: str) -> None:
    """Write on the screen."""
    pad = page.locator(".field", has=page.get_by_text(f"{label}签名", exact=False)).last
    await pad.get_by_role("button", name="在屏上签名").click()
    box = await pad.locator("canvas").bounding_box()
    assert box
    await page.mouse.move(box["x"] + 30, box["y"] + 40)
    await page.mouse.down()
    await page.mouse.move(box["x"] + 120, box["y"] + 70, steps=4)
    await page.mouse.up()
    await pad.get_by_role("button", name="用这个签名").click()
    await expect(pad.get_by_text("已签")).to_be_visible()


async def begin(page: Page, name: str) -> None:
    await page.get_by_label("名称、地址、许可证号").fill(name)
    await page.get_by_role("link", name=name).click()
    await page.get_by_role("button", name="开始检查").click()
    await expect(page.get_by_role("heading", name=name)).to_be_visible()


async def test_days_of_visits_without_a_network_and_a_killed_browser_lose_nothing(
    terminal: Terminal, market: Market, tmp_path: Path
) -> None:
    business = await registered(market)
    photo = tmp_path / "现场.png"
    photo.write_bytes(picture(91))

    async with terminal.browser(at=now() - AWAY) as page:
        await terminal.enrol(page)
        assert await page.evaluate("Object.keys(localStorage).length") == 0
        assert "shian_terminal" not in await page.evaluate("document.cookie")
        await keep(page, "terminal-home-390")

    async with terminal.browser(offline=True, at=now() - AWAY) as page:
        await page.goto("/terminal/")  # the whole app comes out of the phone
        await expect(page.get_by_text("没有网络")).to_be_visible()
        await begin(page, business["name"])
        assert await fits(page)
        assert await page.evaluate(SMALL_TARGETS) == []
        for number in ITEMS[:-1]:
            await find(page, number, "合格")
        await find(page, ITEMS[-1], "不合格")
        item = page.locator(f'[id="item-{ITEMS[-1]}"]')
        await item.get_by_label("情形或缺项的理由").fill(REASON)
        await item.locator("input[type=file]").set_input_files(photo)
        await expect(item.locator("img")).to_be_visible()
        await keep(page, "terminal-visit-390")
        visit = page.url
        await page.wait_for_timeout(200)
        terminal.kill()  # nobody has pressed a button that saves

    async with terminal.browser(offline=True, at=now()) as page:
        await page.goto("/terminal/")
        await expect(page.get_by_role("alert")).to_contain_text("已经4天没有发出")
        await keep(page, "terminal-unsynced-390")
        await page.get_by_role("link", name=business["name"]).first.click()
        assert page.url == visit
        item = page.locator(f'[id="item-{ITEMS[-1]}"]')
        await expect(item.get_by_label("情形或缺项的理由")).to_have_value(REASON)
        await item.locator("xpath=ancestor::details").evaluate_all("all => all.forEach(each => each.open = true)")
        await expect(item.locator("img")).to_be_visible()
        await page.get_by_role("button", name="结束检查").click()
        await expect(page.locator("#faults")).to_contain_text("检查人员不少于两人")
        await page.get_by_label("同去的人").select_option(str(COLLEAGUE))
        await page.get_by_text("已出示", exact=True).click()
        await page.get_by_text("没有申请", exact=True).click()
        await page.get_by_label("没有定位的原因").fill("室内没有信号（演示）")
        await page.get_by_label("被检查单位签字人").fill("演示店主（虚构）")
        inspectors = await page.locator("#people ul li").all_inner_texts()
        for label in [*(each.removesuffix("去掉").strip() for each in inspectors), "被检查单位"]:
            await sign(page, label)
        await page.get_by_role("button", name="结束检查").click()
        await expect(page.locator("[data-state=waiting]")).to_contain_text("待发")
        await keep(page, "terminal-outbox-offline-390")

        await page.route("**/chunks/*", lambda route: route.abort())
        await page.context.set_offline(False)
        await page.evaluate("dispatchEvent(new Event('online'))")
        await expect(page.locator("[data-state=accepted]")).to_contain_text("照片还没有传完")
        await page.unroute("**/chunks/*")
        await page.get_by_role("button", name="现在同步").click()
        await expect(page.locator("[data-state=accepted]")).to_contain_text("平台已收齐")
        await keep(page, "terminal-outbox-390")
        await page.get_by_role("link", name="返回").click()
        await expect(page.get_by_text("正在填的")).to_be_hidden()

    stored = await record(market, visit.rsplit("/", 1)[1])
    assert (stored["state"], stored["missing_files"], stored["quarantined"]) == ("complete", [], [])
    assert stored["content"]["answers"]["3.3"]["reason"] == REASON
    assert len(stored["content"]["answers"]["3.3"]["photos"]) == 1
    assert len(stored["versions"]) == 1, "sent once more when the photos were there, and still the same version"


async def test_two_officers_who_did_not_know_of_each_other_are_shown_to_whoever_comes_second(
    terminal: Terminal, market: Market
) -> None:
    business = await registered(market)
    async with terminal.browser() as page:
        await terminal.enrol(page)
        await begin(page, business["name"])
        await find(page, "1.1", "合格")
        visit = page.url
        await page.get_by_role("button", name="先交一版").click()
        await expect(page.locator("[data-state=accepted]")).to_have_count(1)

        stored = await record(market, visit.rsplit("/", 1)[1])
        said = stored["versions"][0]["content"]
        async with market.colleague(Role.INSPECTOR) as colleague:
            me = ok(await colleague.get("/api/v1/me"))
            saved = {"by": me["id"], "by_name": me["name"], "device": "t-2", "at": now().isoformat()}
            other = said | {"saved": saved | {"base": stored["heads"]}, "answers": {"1.1": {"finding": "failed"}}}
            ok(await deliver(colleague, stored["id"], other))

        await page.goto(visit)
        await find(page, "1.1", "未查")
        await page.get_by_role("button", name="先交一版").click()
        conflict = page.locator("[data-state=conflict]")
        await expect(conflict).to_contain_text("条目1.1")
        await expect(conflict.locator("[data-label=另一边]")).to_contain_text("不合格")
        await expect(conflict.locator("[data-label=这台终端]")).to_contain_text("未查")
        assert await fits(page)
        await keep(page, "terminal-conflict-390")
        await conflict.get_by_role("button", name="以这台终端的为准").click()
        await expect(page.locator("[data-state=conflict]")).to_have_count(0)
        await expect(page.locator("[data-state=accepted]")).to_have_count(2)
    settled = await record(market, stored["id"])
    assert (settled["disputes"], len(settled["heads"])) == ([], 1)
    assert settled["content"]["answers"]["1.1"]["finding"] == "unknown"


async def test_whoever_goes_on_with_the_phone_hands_in_for_the_other_and_signing_out_leaves_nothing_behind(
    terminal: Terminal, market: Market
) -> None:
    business = await registered(market)
    async with terminal.browser() as page:
        await terminal.enrol(page)
        await begin(page, business["name"])
        await find(page, "1.1", "合格")
        visit = page.url.rsplit("/", 1)[1]
        async with market.caller(Role.INSPECTOR) as owner:
            for each in ok(await owner.get("/api/v1/me/sessions"))["items"]:
                if each["kind"] == "program":
                    await owner.delete(f"/api/v1/me/sessions/{each['id']}")
        await page.goto("/terminal/")
        await page.reload()
        await expect(page.get_by_role("heading", name="登录已结束")).to_be_visible()
        await terminal.sign_in(page, second=True)
        await expect(page.get_by_text("正在填的")).to_be_hidden()  # it is another's
        await page.goto("/terminal/#/outbox")
        await page.get_by_role("button", name="代为上传").click()
        await expect(page.locator("[data-state=held]")).to_contain_text("待核")
        await keep(page, "terminal-handed-in-for-another-390")
        [kept] = (await record(market, visit))["quarantined"]
        assert [each["code"] for each in kept["reasons"]] == ["handed_in_by_other"]

        await page.goto("/terminal/#/")
        await page.get_by_role("button", name="报线索").click()
        await page.get_by_label("地点").fill("演示路 9 号（虚构）")
        await page.get_by_role("link", name="返回").click()
        await page.get_by_role("button", name="退出").click()
        await expect(page.get_by_role("dialog")).to_contain_text("还有1份没有发出")
        await page.get_by_role("button", name="清除没有发出的，退出").click()
        await expect(page.get_by_role("button", name="登录这台终端")).to_be_visible()
        assert await page.evaluate(ROWS_LEFT) == 0
        answer = await page.evaluate("fetch('/terminal/sessions/renewal', {method: 'POST'}).then((a) => a.status)")
        assert answer == 401, "the cookie is worth nothing any more"
        await page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
        await keep(page, "terminal-sign-in-desk")
        await page.set_viewport_size({"width": 320, "height": 640})
        assert await fits(page)


def film_of(code: str) -> bytes:
    """A film of one frame (YUV4MPEG2) in which a QR code is held before the camera."""
    width, height = 640, 480
    barcode = zxingcpp.create_barcode(code, zxingcpp.BarcodeFormat.QRCode)
    image = memoryview(cast("bytes", zxingcpp.write_barcode_to_image(barcode, scale=8)))
    rows, columns = cast("tuple[int, int]", image.shape)
    left, top = (width - columns) // 2, (height - rows) // 2
    grey = bytearray(b"\xeb" * width * height)
    for row in range(rows):
        start = (top + row) * width + left
        grey[start : start + columns] = bytes(image[row, column] for column in range(columns))
    colours = b"\x80" * (width * height // 2)
    return b"YUV4MPEG2 W%d H%d F10:1 Ip A1:1 C420jpeg\nFRAME\n" % (width, height) + grey + colours


async def type_test(page: Page, product: str) -> None:
    await page.get_by_label("样品名称").fill(product)
    await page.get_by_label("检测项目").fill("农药残留")
    await page.get_by_label("检测方法").fill("酶抑制率法")
    await page.get_by_label("检测值").fill("11.5")
    await page.get_by_text("阴性", exact=True).click()


async def test_codes_rapid_tests_clues_and_patrols_wait_on_the_phone_and_what_is_refused_says_where(
    terminal: Terminal, market: Market, tmp_path: Path
) -> None:
    film, photo = tmp_path / "code.y4m", tmp_path / "现场.png"
    film.write_bytes(film_of("DEMO-L7"))
    photo.write_bytes(picture(92))
    async with terminal.browser(more=[*CAMERA, f"--use-file-for-fake-video-capture={film}"]) as page:
        await terminal.enrol(page)
        await page.get_by_role("button", name="录快检").click()
        await expect(page.get_by_label("样品名称")).to_be_visible()
        for network in (True, False):  # whoever has scanned once can scan without a network
            await page.context.set_offline(not network)
            await page.reload()
            await page.get_by_role("button", name="扫码").click()
            await expect(page.get_by_label("批号或追溯码")).to_have_value("DEMO-L7")
        await page.get_by_label("检测点").select_option(label="演示农贸市场（虚构）")
        for product, clock in (("上海青", now()), ("菠菜", now() + timedelta(days=2))):
            await page.clock.set_system_time(clock)
            await type_test(page, product)
            await page.get_by_role("button", name="再录一份").click()
        await page.clock.set_system_time(now())
        assert await fits(page)
        assert await page.evaluate(SMALL_TARGETS) == []
        await keep(page, "terminal-rapid-390")
        await page.get_by_role("button", name="上报", exact=True).click()
        await expect(page.locator("[data-state=waiting]")).to_have_count(1)

        await page.get_by_role("link", name="返回").click()
        await page.get_by_role("button", name="报线索").click()
        await page.get_by_label("哪个网格").select_option(index=1)
        await page.get_by_label("地点").fill("演示路 8 号门面（虚构）")
        await page.get_by_label("看到什么").fill("无证制售糕点（演示）")
        await page.get_by_role("button", name="上报线索").click()
        await expect(page.locator("[data-state=waiting]")).to_have_count(2)

        await page.get_by_role("link", name="返回").click()
        await page.get_by_role("button", name="开始巡查").click()
        await page.get_by_label("哪个网格").select_option(index=1)
        await page.get_by_label("巡查清单").select_option(index=1)
        await page.get_by_text("有问题", exact=True).first.click()
        await page.get_by_role("button", name="写这处问题").click()
        await page.get_by_label("地点").fill("演示路 10 号（虚构）")
        await page.get_by_label("看到什么").fill("没有公示许可证（演示）")
        await page.locator("input[type=file]").set_input_files(photo)
        await expect(page.locator("img")).to_be_visible()
        assert await fits(page)
        assert await page.evaluate(SMALL_TARGETS) == []
        await keep(page, "terminal-patrol-390")
        await page.get_by_role("button", name="结束巡查").click()
        await expect(page.locator("[data-state=waiting]")).to_have_count(3)

        await page.context.set_offline(False)
        await page.get_by_role("button", name="现在同步").click()
        await expect(page.locator("[data-state=accepted]")).to_have_count(2)
        refused = page.locator("[data-state=refused]")
        await expect(refused).to_contain_text("退回1条，其余已收下")
        await expect(refused).to_contain_text("第2处记录，检测时间")
        await keep(page, "terminal-refused-390")
        await refused.get_by_role("link", name="改好再发").click()
        await expect(page.get_by_text("已录1条")).to_be_visible()  # the other one has arrived
        await page.get_by_role("button", name="去掉").click()
        await type_test(page, "菠菜")
        await page.get_by_role("button", name="上报", exact=True).click()
        await expect(page.locator("[data-state=accepted]")).to_have_count(4)
        await expect(page.get_by_text("照片还没有传完")).to_have_count(0)
    async with market.caller(Role.INSPECTOR) as officer:
        found = ok(await officer.get(f"{INSPECTION}/clues?mine=true"))["items"]
        [patrolled, *_] = [each for each in found if each["place"] == "演示路 10 号（虚构）"]
        clue = ok(await officer.get(f"{INSPECTION}/clues/{patrolled['id']}"))
    assert (clue["what"], len(clue["evidence"])) == ("没有公示许可证（演示）", 1)


async def test_a_new_version_waits_until_it_is_asked_for(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    async with terminal.browser() as page:
        await page.goto("/terminal/")
        await page.evaluate("navigator.serviceWorker.ready")
        await terminal.sign_in(page)
        monkeypatch.setitem(pages.OUTCOMES, "new", "新的一项（演示）")  # the platform is another version now
        await page.get_by_role("button", name="开始巡查").click()
        await page.evaluate("navigator.serviceWorker.getRegistration().then((one) => one.update())")
        await page.get_by_label("说明").fill("正在填（演示）")
        await page.get_by_role("link", name="返回").click()
        await page.get_by_role("button", name="更新").click()
        await expect(page.locator("#terminal")).to_have_attribute("data-words", re.compile('"new"'))
        await expect(page.get_by_text("终端有新的一版")).to_be_hidden()
        await page.get_by_role("link", name="巡查").click()
        await expect(page.get_by_label("说明")).to_have_value("正在填（演示）")
