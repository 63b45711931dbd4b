"""Addresses of stylesheets and built scripts, and how long a browser may keep them.

Stylesheets are served as written; scripts come out of `npm run build`. When the build is missing the pages
simply carry no script: every page works without one.
"""

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

STATIC = Path(__file__).parent / "static"
BUILT = STATIC / "built"
FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Script:
    """One built entry: its own address and the chunks a browser may fetch ahead."""

    address: str
    preload: tuple[str, ...]


@cache
def content_hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def asset(name: str) -> str:
    """Address of a file below `static/`, with the hash of its content so that it can be cached for good."""
    return f"/static/{name}?v={content_hash(STATIC / name)}"


@cache
def _manifest(built: Path) -> dict[str, dict[str, object]]:
    try:
        manifest: dict[str, dict[str, object]] = json.loads((built / "manifest.json").read_text())
    except FileNotFoundError:
        return {}
    return manifest


def script(entry: str, built: Path = BUILT) -> Script | None:
    """The built script of `gateway/web/scripts/<entry>.js`, or None where the assets were not built."""
    manifest = _manifest(built)
    chunk = manifest.get(f"gateway/web/scripts/{entry}.js")
    if chunk is None:
        return None
    imports = chunk.get("imports", [])
    assert isinstance(imports, list)
    return Script(
        address=f"/static/built/{chunk['file']}",
        preload=tuple(f"/static/built/{manifest[name]['file']}" for name in imports),
    )


class StaticAssets(StaticFiles):
    """Static files: one address per content may be kept for good, everything else is asked for again."""

    def __init__(self, directory: Path = STATIC) -> None:
        super().__init__(directory=directory)

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        named_by_content = path.startswith("built/assets/") or scope["query_string"].startswith(b"v=")
        response.headers["cache-control"] = FOREVER if named_by_content else "no-cache"
        return response
