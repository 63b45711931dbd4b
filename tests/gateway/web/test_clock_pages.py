"""Whatever has a clock has a page: an overdue line on the home page is a way to the record."""

import re
from pathlib import Path

import pytest

from gateway.web.clock_pages import OBJECT_PAGES, PARTS, Part
from shared.contracts.codes import Unit
from tests.architecture.routes import all_routes

SERVICES = Path(__file__).resolve().parents[3] / "services"
NAMED = re.compile(r"^(?:[A-Z_]+, )*[A-Z_]*(?:CLOCK_OBJECT|ORDER_CLOCK|CASE_CLOCK|OBJECT_TYPE|OBJECT) = (.+)$", re.M)
WITHOUT_PAGE = {"statutory_task": "its whistle stands on the same list with a clock of its own"}


def object_types() -> set[str]:
    """The kinds of objects that services open clocks for, read off their constants."""
    files = (
        path for path in SERVICES.rglob("*.py") if "open_clock" in path.read_text() or "Opening" in path.read_text()
    )
    folders = {path.parent for path in files}
    named = (found for folder in folders for path in folder.glob("*.py") for found in NAMED.findall(path.read_text()))
    return {text for line in named for text in re.findall(r'"([a-z_]+)"', line.rpartition(",")[2])}


def test_every_kind_of_object_with_a_clock_has_a_page() -> None:
    found = object_types()
    assert {"whistle", "correction_order", "recall", "publication_row", "visit"} <= found
    assert found - set(OBJECT_PAGES) == set(WITHOUT_PAGE)


@pytest.mark.parametrize("part", PARTS.values(), ids=PARTS)
def test_what_is_part_of_a_record_is_asked_for_on_a_route_that_exists(part: Part) -> None:
    asked = re.compile(re.sub(r"\{\}", r"{[^}]+}", re.escape(part.path).replace(r"\{\}", "{}")) + "$")
    assert any(route.unit is part.unit and route.method == "GET" and asked.match(route.path) for route in all_routes())
    pages = {re.sub(r"\{[^}]+\}", "{}", route.path) for route in all_routes() if route.unit is Unit.GATEWAY}
    assert re.sub(r"\{[^}]+\}", "{}", part.page) in pages


def test_every_page_exists() -> None:
    pages = {re.sub(r"\{[^}]+\}", "{}", route.path) for route in all_routes() if route.unit is Unit.GATEWAY}
    assert {page for page in OBJECT_PAGES.values() if not page.startswith("/clock-objects/")} - pages == set()
