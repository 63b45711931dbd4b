"""A scheme as one file: YAML that people write and compare, read strictly. Pure.

A number stays the text that its author wrote (0.1 is no binary fraction), a key written twice is an error, and there
are no anchors, by which a small file becomes an endless one.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import yaml
from pydantic import ValidationError

from services.scoring.scheme_language.content import SchemeContent

MAX_BYTES = 2 * 1024 * 1024
"""The largest scheme found has 369 clauses, about 200 kB."""


class FileError(ValueError):
    """The file is not a scheme; `pointer` says where: `#line/3` while it is no YAML, else a JSON pointer."""

    def __init__(self, pointer: str, message: str) -> None:
        super().__init__(message)
        self.pointer, self.message = pointer, message


def read_scheme(content: bytes) -> SchemeContent:
    """The scheme in a file. Raises FileError, or pydantic's ValidationError for what YAML it is but no scheme."""
    if len(content) > MAX_BYTES:
        raise FileError("#file", f"细则文件最大 {MAX_BYTES // 1024 // 1024} MB")
    try:
        document = yaml.load(content.decode("utf-8-sig"), Loader=_Loader)  # noqa: S506 (a SafeLoader that does less)
    except UnicodeDecodeError:
        raise FileError("#file", "细则文件须是 UTF-8 编码") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = mark.line + 1 if mark else 1
        raise FileError(f"#line/{line}", f"第 {line} 行：{error.problem}") from None
    except (yaml.YAMLError, RecursionError) as error:
        raise FileError("#file", f"不是 YAML：{error}") from None
    return SchemeContent.model_validate(document)


def written(content: SchemeContent) -> str:
    """The scheme as a file that `read_scheme` reads again."""
    document = content.model_dump(mode="json", exclude_defaults=True)
    return yaml.dump(
        {"format": content.format} | document, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=120
    )


def fingerprint(document: Mapping[str, Any]) -> str:
    """SHA-256 of the document, however its keys are ordered."""
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def places_of(error: ValidationError) -> list[tuple[str, str]]:
    """Every place of a file that the language does not allow, with pydantic's message."""
    return [("/" + "/".join(map(str, fault["loc"])), fault["msg"]) for fault in error.errors()]


class _Loader(yaml.SafeLoader):
    """YAML 1.1's numbers and days stay text; only true, false and null are more."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(problem="不能用 & 与 * 引用", problem_mark=mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem=f"“{key.value}”写了两次", problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


_RESOLVED = ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:null")
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag in _RESOLVED]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class _Dumper(yaml.SafeDumper):
    """Texts that look like numbers need no quotes, as they are read as texts."""


_Dumper.yaml_implicit_resolvers = _Loader.yaml_implicit_resolvers
