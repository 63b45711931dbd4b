"""Manners that a reader would have to remember, checked instead."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.contracts.codes import Unit
from tests.architecture import settings_page
from tests.conftest import MODULES, service_of

ROOT = Path(__file__).resolve().parents[2]
FEATURE_FILES = ("router", "service", "repository", "models", "schemas", "rules", "subscribers")


def _tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return [path for line in listed.stdout.splitlines() if (path := ROOT / line.strip('"')).is_file()]


def _python(*folders: str) -> Iterator[tuple[Path, ast.Module]]:
    for path in _tracked(*(f"{folder}/**.py" for folder in folders)):
        yield path.relative_to(ROOT), ast.parse(path.read_text(encoding="utf-8"))


def test_features_leave_commit_and_rollback_to_the_edge() -> None:
    found = [
        f"{path}:{node.lineno}"
        for path, tree in _python("services", "gateway", "shared")
        if path.stem in FEATURE_FILES and path.parts[:2] != ("shared", "events")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("commit", "rollback")
    ]
    assert found == []


def test_errors_are_named_problems_not_http_exceptions() -> None:
    found = [
        f"{path}:{node.lineno}"
        for path, tree in _python("services", "gateway", "shared")
        for node in ast.walk(tree)
        if isinstance(node, ast.Raise) and "HTTPException" in ast.dump(node)
    ]
    assert found == []


def test_routers_decide_nothing() -> None:
    """A router has no `try` and builds no query."""
    found = [
        f"{path}:{node.lineno}"
        for path, tree in _python("services")
        if path.name == "router.py"
        for node in ast.walk(tree)
        if isinstance(node, ast.Try) or (isinstance(node, ast.Name) and node.id in ("select", "insert", "update"))
    ]
    assert found == []


def test_no_service_module_has_grown_into_two_features() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in _tracked("services/**/service.py", "gateway/**/service.py", "shared/**/service.py")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 330
    }
    assert long == {}


def test_nothing_is_left_for_later() -> None:
    marks = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|raise NotImplementedError")
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in _tracked("services/**.py", "gateway/**.py", "shared/**.py", "deploy/**.py", "shian")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if marks.search(line)
    ]
    assert found == []


def test_the_settings_page_names_every_setting() -> None:
    assert settings_page.render() == settings_page.FILE.read_text(encoding="utf-8"), (
        "设置说明与代码不一致；运行 python -m tests.architecture.settings_page"
    )


def test_figures_have_codes_of_their_own_unit_and_none_twice() -> None:
    codes = [(unit, figure.definition.code) for unit in MODULES for figure in service_of(unit).figures]
    assert [code for unit, code in codes if not code.startswith(f"{unit.value}.")] == []
    assert len({code for _, code in codes}) == len(codes)


@pytest.mark.parametrize("unit", list(MODULES))
def test_jobs_have_one_name_each(unit: Unit) -> None:
    names = [job.name for job in service_of(unit).jobs]
    assert len(set(names)) == len(names)


def test_locks_carry_hashes_and_no_addresses() -> None:
    address = re.compile(r"https?://")
    for lock in ROOT.glob("requirements*.txt"):
        text = lock.read_text(encoding="utf-8")
        assert "--hash=sha256:" in text, lock.name
        assert not address.search(text), lock.name
    assert '"resolved"' not in (ROOT / "package-lock.json").read_text(encoding="utf-8")
