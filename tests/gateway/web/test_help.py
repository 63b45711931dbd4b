"""The help pages: every guide is found, nothing in it can run, no link in it leads nowhere."""

import re
from collections import Counter
from pathlib import Path
from urllib.parse import unquote

import pytest

from gateway.web.help.documents import DOCS, Document, find, library
from gateway.web.help.topics import AUDIENCES, GROUPS, TOPICS, topic_for
from tests.gateway.web.platform import Market

DOCUMENTS = library()
GUIDES = [name for name in DOCUMENTS if (DOCS / "guide" / f"{name}.md").exists()]


def test_the_contents_name_what_exists_and_nothing_twice() -> None:
    listed = Counter([name for _, names in GROUPS for name in names] + [name for name, _ in AUDIENCES])
    assert {name for name, times in listed.items() if times > 1} == set()
    assert set(listed) - set(DOCUMENTS) == set()


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS.keys())
def test_a_page_has_a_title_and_its_links_lead_somewhere(document: Document) -> None:
    assert document.title == document.parts[0].heading
    assert "<script" not in document.html
    assert " style=" not in document.html
    for target in re.findall(r'<a href="([^"]+)"', document.html):
        name, _, anchor = target.removeprefix("/help/").partition("#")
        if target.startswith("#"):
            name = document.name
        elif not target.startswith("/help/"):
            assert re.match(r"https?://", target), target
            continue
        assert name in DOCUMENTS, target
        assert not anchor or unquote(anchor) in {part.anchor for part in DOCUMENTS[name].parts}, target


def test_the_page_of_a_topic_and_the_nearest_topic_of_a_page() -> None:
    assert {topic.guide for topic in TOPICS} - set(DOCUMENTS) == set()
    nearest = topic_for("/sampling-plans/0199f3a0/draft")
    assert nearest is not None
    assert nearest.pages == "/sampling-plans"
    assert topic_for("/samplings") is None, "a page is not of a topic whose name only begins like it"


def test_nothing_in_a_document_runs_and_lines_join_as_in_print(tmp_path: Path) -> None:
    folder = tmp_path / "guide"
    folder.mkdir()
    (folder / "a.md").write_text(
        "# 标题\n\n一行，\n又一行 and\nmore <script>alert(1)</script> [坏](javascript:alert(1))\n\n"
        "## 标题\n\n| 甲 |\n|--:|\n| 一 |\n"
    )
    page = library(tmp_path)["a"]
    assert "<script>" not in page.html
    assert "href=" not in page.html
    assert "一行，又一行 and more" in page.html
    assert [part.anchor for part in page.parts] == ["标题", "标题-"]


def test_what_is_looked_for_is_found_where_all_words_stand() -> None:
    hits = find("遮去 导出", DOCUMENTS.values())
    assert "access" in {hit.document.name for hit in hits}
    assert find("这几个字哪里也没有", DOCUMENTS.values()) == []
    assert find("  ", DOCUMENTS.values()) == []


async def test_help_is_open_to_everybody_and_stands_on_every_page(market: Market) -> None:
    async with market.browser() as stranger:
        contents = (await stranger.get("/help")).text
        assert [name for name in GUIDES if f'href="/help/{name}"' not in contents] == []
        found = (await stranger.get("/help", params={"q": "遮去"})).text
        assert "/help/access#" in found
        page = await stranger.get("/help/access")
        assert (page.status_code, "<h1" in page.text) == (200, True)
        for unknown in ("/help/nothing", "/help/pictures/..%2Faccess.md", "/help/../../README"):
            assert (await stranger.get(unknown)).status_code == 404
        assert "这一页是做什么的" in (await stranger.get("/published-tables")).text
