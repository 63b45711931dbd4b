"""A typed Python client (httpx, attrs), written by openapi-python-client."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from deploy.clients.document import Document

PACKAGE = "shian_client"

# Documents, pictures and scheme files are handed over as they are.
_BINARY = (
    "application/pdf",
    "application/yaml",
    "application/zip",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "image/png",
    "image/svg+xml",
)
OPTIONS: dict[str, Any] = {
    "post_hooks": [],
    "content_type_overrides": dict.fromkeys(_BINARY, "application/octet-stream"),
}
"""How the generator is told to work."""


def write_python_client(document: Document, folder: Path) -> Path:
    """Write the package `shian_client` into `folder`. Raises `CalledProcessError`, also where an operation or an answer
    would be left out; which, is printed.
    """
    package = folder / PACKAGE
    with tempfile.TemporaryDirectory(prefix="shian-clients-") as scratch:
        described, configured = Path(scratch, "openapi.json"), Path(scratch, "config.json")
        described.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
        configured.write_text(json.dumps(OPTIONS), encoding="utf-8")
        command = [sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none"]
        manner = ["--overwrite", "--fail-on-warning"]
        files = ["--path", str(described), "--config", str(configured), "--output-path", str(package)]
        subprocess.run([*command, *manner, *files], check=True)
    (package / "py.typed").touch()
    return package


def check_python_client(package: Path) -> bool:
    """Whether mypy finds its types sound."""
    # Not from our own folder: its settings are ours, not the client's.
    command = [sys.executable, "-m", "mypy", "--no-incremental", "--python-version", "3.11", PACKAGE]
    return subprocess.run(command, cwd=package.parent, check=False).returncode == 0
