"""The page of all settings, written from the code: `python -m tests.architecture.settings_page`."""

from pathlib import Path

from pydantic_core import PydanticUndefined

from shared.settings import UnitSettings
from tests.conftest import MODULES, service_of

FILE = Path(__file__).resolve().parents[2] / "docs" / "operations" / "settings.md"
HEAD = """# 设置

全部设置取自环境变量。每一项都可以只给一个单元：把 `SHIAN_` 换成 `SHIAN_SAMPLING_`、`SHIAN_TRACEABILITY_`、
`SHIAN_INSPECTION_`、`SHIAN_SCORING_` 或 `SHIAN_GATEWAY_`，该单元即以此为准。
例如四个服务各用各的数据库：`SHIAN_SAMPLING_DATABASE_URL=…`。

本页由 `python -m tests.architecture.settings_page` 从代码写成，测试核对二者一致。
"""


def render() -> str:
    """The page as Markdown."""
    parts = [HEAD, _table("所有单元", UnitSettings, frozenset())]
    for unit in MODULES:
        settings = service_of(unit).settings
        if settings.model_fields.keys() - UnitSettings.model_fields.keys():
            parts.append(_table(f"{unit.label}（{unit.value}）另有", settings, frozenset(UnitSettings.model_fields)))
    return "\n".join(parts)


def _table(title: str, settings: type[UnitSettings], known: frozenset[str]) -> str:
    lines = [f"## {title}", "", "| 变量 | 缺省 | 说明 |", "|---|---|---|"]
    for name, field in settings.model_fields.items():
        if name not in known:
            default = "必填" if field.default is PydanticUndefined else f"`{field.default}`"
            empty = field.default in ("", None)
            lines.append(f"| `SHIAN_{name.upper()}` | {'空' if empty else default} | {field.description} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    FILE.write_text(render(), encoding="utf-8")
