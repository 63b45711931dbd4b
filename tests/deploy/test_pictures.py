"""Every picture in a guide is one that the command takes, of a page that exists, and together they stay small."""

import re

from deploy.pictures import PICTURES, SHOWN, Picture
from deploy.units import ROOT
from shared.contracts.codes import Unit
from tests.architecture.routes import all_routes

MOST_BYTES = 2 * 2**20
SHOWN_IN = re.compile(r"!\[[^\]]+\]\((?:\.\./)?pictures/([\w-]+)\.png\)")


def test_the_guides_show_what_the_command_takes() -> None:
    guides = (ROOT / "docs" / "guide").rglob("*.md")
    assert {name for guide in guides for name in SHOWN_IN.findall(guide.read_text())} == set(SHOWN)
    assert {path.stem for path in PICTURES.glob("*.png")} == set(SHOWN)
    assert sum(path.stat().st_size for path in PICTURES.iterdir()) < MOST_BYTES


def test_every_page_of_a_picture_exists() -> None:
    pages = [
        re.compile(re.sub(r"\{[^}]+\}", "[^/]+", route.path)) for route in all_routes() if route.unit is Unit.GATEWAY
    ]

    def exists(picture: Picture) -> bool:
        return any(page.fullmatch(picture.path) for page in pages)

    assert [name for name, picture in SHOWN.items() if not exists(picture)] == []
