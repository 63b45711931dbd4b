"""The frame of the terminal: what it needs without a network, what it may do, what it says where it was not built."""

import json
import re
from pathlib import Path

import pytest

from gateway.web.terminal import pages
from gateway.web.terminal.shell import ENTRY, Shell, shell
from tests.gateway.identity.conftest import Gateway, gateway, identity_database

__all__ = ["gateway", "identity_database"]

MANIFEST = {
    ENTRY: {"file": "assets/main-1.js", "css": ["assets/main-1.css"], "imports": ["_a.js"], "dynamicImports": ["s.js"]},
    "_a.js": {"file": "assets/a-1.js", "imports": ["_b.js"]},
    "_b.js": {"file": "assets/b-1.js"},
    "s.js": {"file": "assets/scanner-1.js", "assets": ["assets/reader-1.wasm"]},
}


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    (tmp_path / "manifest.json").write_text(json.dumps(MANIFEST))
    found = shell(tmp_path)
    assert found is not None
    monkeypatch.setattr(pages, "shell", lambda: found)
    return found


def test_everything_that_is_imported_at_once_is_taken_along_and_the_scanner_only_when_used(built: Shell) -> None:
    names = {file.rsplit("/", 1)[1].split("?")[0] for file in built.files}
    assert {"main-1.js", "main-1.css", "a-1.js", "b-1.js", "variables.css", "site.css", "mark.svg"} == names


def test_any_change_of_a_file_or_of_the_page_makes_another_worker(built: Shell) -> None:
    version = re.compile(r'const VERSION = "(\w+)";')
    first, same, other_page = (version.search(built.worker(page)) for page in ("1", "1", "2"))
    other_file = version.search(Shell(built.script, built.styles, (*built.files, "/new.js")).worker("1"))
    assert first and same and other_page and other_file
    assert first[1] == same[1]
    assert len({first[1], other_page[1], other_file[1]}) == 3


async def test_only_the_page_of_the_terminal_may_read_codes_and_use_the_camera(gateway: Gateway, built: Shell) -> None:
    page = await gateway.http.get("/terminal/")
    assert page.status_code == 200
    assert built.script in page.text
    policy = page.headers["content-security-policy"]
    assert "script-src 'self' 'wasm-unsafe-eval';" in policy
    assert "unsafe-inline" not in policy and "'unsafe-eval'" not in policy
    assert "camera=(self)" in page.headers["permissions-policy"]
    other = await gateway.http.get("/login")
    assert "wasm" not in other.headers["content-security-policy"]
    assert "camera=()" in other.headers["permissions-policy"]


async def test_where_it_was_not_built_the_page_says_so_and_where_to_go_on(
    gateway: Gateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "shell", lambda: shell(tmp_path))
    page = await gateway.http.get("/terminal/")
    assert page.status_code == 503
    assert "还没有构建" in page.text and 'href="/visits"' in page.text
    assert (await gateway.http.get("/terminal/worker.js")).status_code == 404
    assert (await gateway.http.get("/login")).status_code == 200


async def test_the_address_without_a_slash_leads_to_the_app(gateway: Gateway) -> None:
    answer = await gateway.http.get("/terminal", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (308, "/terminal/")
