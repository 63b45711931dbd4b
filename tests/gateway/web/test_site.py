import json
import re
from pathlib import Path

import httpx
import pytest

from gateway.web import assets
from gateway.web.forms import FORM_COOKIE, safe_path
from gateway.web.pages import ENVIRONMENT
from tests.gateway.web.conftest import OWN_PAGE

PARTS = Path(assets.__file__).parent / "parts"


async def test_the_style_guide_shows_every_part(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/styleguide")
    assert page.status_code == 200
    guide = (PARTS.parent / "templates" / "styleguide.html").read_text()
    shown = set(re.findall(r'from "parts/(\w+)\.html"', guide))
    assert shown == {part.stem for part in PARTS.glob("*.html")}


async def test_every_state_reads_differently(browser: httpx.AsyncClient) -> None:
    page = (await browser.get("/styleguide")).text
    for words in ("暂无数据", "不适用", "未到期", "服务暂不可用（截至10:23）", "约40", '0<span class="unit">起'):
        assert words in page


async def test_the_table_sorts_by_the_address_and_keeps_gaps_last(browser: httpx.AsyncClient) -> None:
    def names(page: httpx.Response) -> list[str]:
        return re.findall(r'<a href="#table">(虚构.街|虚构.镇)</a>', page.text)

    ascending = names(await browser.get("/styleguide?sort=value"))
    descending = names(await browser.get("/styleguide?sort=-value"))
    assert ascending[0] == "虚构四镇"
    assert descending[0] == "虚构一街"
    assert ascending[-1] == descending[-1] == "虚构五镇", "without a value a row has no place at the top either way"
    page = (await browser.get("/styleguide?sort=-value")).text
    assert 'aria-sort="descending"><a href="/styleguide?sort=value"' in page


async def test_a_sort_nobody_offers_changes_nothing(browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/styleguide?sort=-password")).status_code == 200


async def test_pages_run_nothing_inline_and_cannot_be_framed(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/styleguide")
    policy = page.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["referrer-policy"] == "same-origin"
    assert not re.search(r"<script(?![^>]*\bsrc=)", page.text)
    assert not re.search(r"<[^>]+\s(style|on\w+)=", page.text)
    assert "//cdn" not in page.text


async def test_static_files_are_kept_for_good_only_under_their_hash(browser: httpx.AsyncClient) -> None:
    named = await browser.get(assets.asset("site.css"))
    plain = await browser.get("/static/site.css")
    assert named.headers["cache-control"] == assets.FOREVER
    assert plain.headers["cache-control"] == "no-cache"
    assert assets.content_hash(assets.STATIC / "site.css") in assets.asset("site.css")


async def test_without_the_built_scripts_the_page_still_stands(
    browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert assets.script("page", tmp_path) is None
    monkeypatch.setitem(ENVIRONMENT.globals, "script", lambda entry: None)
    page = await browser.get("/styleguide")
    assert page.status_code == 200
    assert "<script" not in page.text
    assert "<details open>" in page.text, "the numbers under a chart stand open where nothing draws it"


async def test_the_manifest_names_the_script(tmp_path: Path) -> None:
    entry = {"gateway/web/scripts/page.js": {"file": "assets/page-abc.js"}}
    (tmp_path / "manifest.json").write_text(json.dumps(entry))
    script = assets.script("page", tmp_path)
    assert script == assets.Script("/static/built/assets/page-abc.js", ())


async def test_a_person_sees_a_problem_as_a_page_with_the_request_id(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/gone")
    assert page.status_code == 404
    assert page.headers["content-type"].startswith("text/html")
    assert "这条记录已并入另一条" in page.text
    assert page.headers["x-request-id"] in page.text


async def test_a_program_keeps_getting_a_problem_document(browser: httpx.AsyncClient) -> None:
    for path, accept in (("/gone", "application/json"), ("/api/v1/nothing", "text/html")):
        answer = await browser.get(path, headers={"accept": accept})
        assert answer.headers["content-type"] == "application/problem+json"


async def test_large_type_is_kept_and_brings_the_reader_back(browser: httpx.AsyncClient) -> None:
    await browser.get("/styleguide")
    form = {"form_token": browser.cookies[FORM_COOKIE], "type": "large", "back": "/styleguide?sort=value"}
    answer = await browser.post("/display", data=form, headers=OWN_PAGE)
    assert (answer.status_code, answer.headers["location"]) == (303, "/styleguide?sort=value")
    assert 'data-type="large"' in (await browser.get("/styleguide")).text


@pytest.mark.parametrize(
    ("headers", "token"),
    [
        ({"sec-fetch-site": "cross-site"}, True),
        ({"sec-fetch-site": "same-site"}, True),
        ({"origin": "https://elsewhere.test"}, True),
        ({}, True),
        ({"sec-fetch-site": "same-origin"}, False),
    ],
)
async def test_a_form_from_elsewhere_is_refused(
    browser: httpx.AsyncClient, headers: dict[str, str], token: bool
) -> None:
    await browser.get("/styleguide")
    sent = browser.cookies[FORM_COOKIE] if token else "x" * 43
    answer = await browser.post("/display", data={"form_token": sent, "type": "large"}, headers=headers)
    assert answer.status_code == 403
    assert "shian_type" not in answer.headers.get("set-cookie", "")


async def test_an_old_browser_is_believed_by_its_origin(browser: httpx.AsyncClient) -> None:
    await browser.get("/styleguide")
    form = {"form_token": browser.cookies[FORM_COOKIE], "type": "large"}
    answer = await browser.post("/display", data=form, headers={"origin": "http://shian.test"})
    assert answer.status_code == 303


async def test_the_form_token_is_hidden_from_scripts(browser: httpx.AsyncClient) -> None:
    cookie = (await browser.get("/styleguide")).headers["set-cookie"].lower()
    assert FORM_COOKIE in cookie
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


@pytest.mark.parametrize("path", ["https://elsewhere.test/", "//elsewhere.test", "/\\elsewhere.test", "", "x"])
def test_nobody_is_sent_to_another_site(path: str) -> None:
    assert safe_path(path) == "/"


async def test_the_wall_theme_follows_through_sorting(browser: httpx.AsyncClient) -> None:
    page = (await browser.get("/styleguide?theme=wall")).text
    assert 'data-theme="wall"' in page
    assert 'href="/styleguide?theme=wall&amp;sort=' in page
