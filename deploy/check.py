"""`./shian check`: everything that can be said about the code without running its tests."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError

from deploy.embedded_postgres import EmbeddedPostgres
from deploy.units import ROOT, migrate_command
from shared.contracts.codes import Unit


def tool(*arguments: str) -> Callable[[], bool]:
    """A check that is a Python program; it prints its own findings."""
    return lambda: subprocess.run([sys.executable, *arguments], cwd=ROOT, check=False).returncode == 0


def migrations() -> bool:
    """Migrate an empty database from nothing, twice, and see that the tables are those of the models."""
    with (
        tempfile.TemporaryDirectory(prefix="shian-check-") as folder,
        EmbeddedPostgres(Path(folder), durable=False) as server,
    ):
        os.environ["SHIAN_DATABASE_URL"] = server.url()
        for _ in range(2):
            if subprocess.run(migrate_command(), cwd=ROOT, check=False).returncode:
                return False
        unlike = [unit for unit in Unit if not matches_models(unit)]
        return not unlike


def matches_models(unit: Unit) -> bool:
    """Whether Alembic finds nothing left to migrate in the unit's schema."""
    try:
        command.check(Config(ROOT / "alembic.ini", ini_section=unit.value, stdout=sys.stderr))
    except CommandError as error:
        print(f"{unit}：{error}")
        return False
    return True


LINT_IMPORTS = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"

CHECKS: dict[str, Callable[[], bool]] = {
    "代码规则 ruff": tool("-m", "ruff", "check", ".", "shian"),
    "代码格式 ruff": tool("-m", "ruff", "format", "--check", ".", "shian"),
    "类型 mypy": tool("-m", "mypy"),
    "导入约定 import-linter": tool("-c", LINT_IMPORTS),
    "数据库迁移 alembic": migrations,
    "接口快照 OpenAPI": tool("-m", "tests.contracts.openapi", "--check"),
}


def main() -> int:
    """Run all checks, then say which failed; 0 when none did."""
    failed = []
    for name, check in CHECKS.items():
        began = time.monotonic()
        print(f"── {name}", flush=True)
        passed = check()
        print(f"   {'通过' if passed else '没有通过'}（{time.monotonic() - began:.1f} 秒）", flush=True)
        if not passed:
            failed.append(name)
    print(f"\n没有通过：{'、'.join(failed)}" if failed else "\n全部通过")
    return len(failed) > 0


if __name__ == "__main__":
    sys.exit(main())
