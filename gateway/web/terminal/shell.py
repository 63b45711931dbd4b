"""What a terminal needs to start without a network: the addresses of its files, read off the manifest of the build."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from gateway.web.assets import BUILT, asset

ENTRY = "gateway/web/terminal/app/main.js"
WORKER = Path(__file__).parent / "worker.js"
STYLES = ("variables.css", "site.css")
ICON = "mark.svg"


@dataclass(frozen=True, slots=True)
class Shell:
    """The built app: its script, its own styles, and every file without which it does not start."""

    script: str
    styles: tuple[str, ...]
    files: tuple[str, ...]

    def worker(self, page: str) -> str:
        """The service worker for this build and this page; any change of either makes another worker."""
        files = ["/terminal/", "/terminal/manifest.webmanifest", *self.files]
        source = WORKER.read_text(encoding="utf-8")
        version = hashlib.sha256(json.dumps([files, page, source]).encode()).hexdigest()[:12]
        return f"const VERSION = {json.dumps(version)};\nconst SHELL = {json.dumps(files)};\n{source}"


def shell(built: Path = BUILT) -> Shell | None:
    """None where the app was not built."""
    try:
        manifest = json.loads((built / "manifest.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return _shell_of(manifest) if ENTRY in manifest else None


def _shell_of(manifest: Mapping[str, Mapping[str, Any]]) -> Shell:
    chunks = list(_needed(manifest, ENTRY))
    scripts = tuple(f"/static/built/{chunk['file']}" for chunk in chunks)
    own_styles = tuple(f"/static/built/{file}" for chunk in chunks for file in chunk.get("css", ()))
    styles = (*(asset(name) for name in STYLES), *own_styles)
    return Shell(scripts[0], styles, (*scripts, *styles, asset(ICON)))


def _needed(manifest: Mapping[str, Mapping[str, Any]], name: str) -> Iterator[Mapping[str, Any]]:
    """A chunk and what it imports at once; what it may import later (the scanner) is fetched when it is used."""
    yield manifest[name]
    for imported in manifest[name].get("imports", ()):
        yield from _needed(manifest, imported)


@cache
def manifest() -> str:
    """What a phone needs to put the app on its home screen."""
    icon = {"src": asset(ICON), "type": "image/svg+xml", "sizes": "any", "purpose": "any"}
    return json.dumps(
        {
            "id": "/terminal/",
            "name": "食安移动执法终端",
            "short_name": "食安终端",
            "lang": "zh-CN",
            "start_url": "/terminal/",
            "scope": "/terminal/",
            "display": "standalone",
            "background_color": "#f6f8fa",
            "theme_color": "#0b6e4f",
            "icons": [icon],
        },
        ensure_ascii=False,
    )
