"""The page scripts are built again exactly when something they are made of has changed."""

import stat
from pathlib import Path

import pytest

from deploy import assets


@pytest.fixture
def web(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(assets, "ROOT", tmp_path)
    monkeypatch.setattr(assets, "WEB", tmp_path / "gateway" / "web")
    monkeypatch.setattr(assets, "BUILT", tmp_path / "gateway" / "web" / "static" / "built")
    assets.BUILT.mkdir(parents=True)
    (assets.WEB / "page.js").write_text("1")
    return assets.WEB


def test_a_changed_script_or_lock_changes_the_digest(web: Path) -> None:
    first = assets.digest()
    (web / "page.js").write_text("2")
    second = assets.digest()
    (web.parents[1] / "package-lock.json").write_text("{}")
    assert len({first, second, assets.digest()}) == 3


def test_the_result_and_the_servers_code_do_not_change_the_digest(web: Path) -> None:
    first = assets.digest()
    (assets.BUILT / "page-abc.js").write_text("built")
    (web / "tables.py").write_text("x = 1")
    assert assets.digest() == first


@pytest.mark.parametrize(
    ("version", "supported"),
    [
        ("v18.20.8", False),
        ("v20.18.0", False),
        ("v20.19.0", True),
        ("v21.7.3", False),
        ("v22.12.0", True),
        ("v24.1.0", True),
    ],
)
def test_only_a_node_that_the_build_tool_supports_is_used(tmp_path: Path, version: str, supported: bool) -> None:
    node = tmp_path / "node"
    node.write_text(f"#!/bin/sh\necho {version}\n")
    node.chmod(node.stat().st_mode | stat.S_IXUSR)
    assert assets.will_do(str(node)) is supported
