"""OpenAPI snapshots: the interface as it was last agreed. `--write` renews them, `--check` compares."""

import json
import sys
from pathlib import Path
from typing import Any

from shared.contracts.codes import Unit
from tests.conftest import MODULES, app_module

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "api"


def document(unit: Unit) -> dict[str, Any]:
    found: dict[str, Any] = app_module(unit).app.openapi()
    return found


def render(unit: Unit) -> str:
    return json.dumps(document(unit), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def snapshot(unit: Unit) -> Path:
    return FOLDER / f"{unit.value}.json"


def differing() -> list[Unit]:
    """Units whose interface is not what the snapshot says."""
    return [
        unit
        for unit in MODULES
        if not snapshot(unit).exists() or snapshot(unit).read_text(encoding="utf-8") != render(unit)
    ]


if __name__ == "__main__":
    if "--write" in sys.argv:
        for unit in MODULES:
            snapshot(unit).write_text(render(unit), encoding="utf-8")
    elif changed := differing():
        names = "、".join(unit.label for unit in changed)
        raise SystemExit(
            f"接口与 docs/api 的快照不一致：{names}。确认无误后运行 python -m tests.contracts.openapi --write"
        )
