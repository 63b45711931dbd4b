"""A scheme as one file: YAML that people write and compare, read strictly. Pure.

A number stays the text that its author wrote (0.1 is no binary fraction), a key written twice is an error, and there
are no anchors, by which a small file becomes an endless one.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import yaml
from yaml.reader import ReaderError

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
    return SchemeContent.model_validate(read_document(content))


def read_document(content: bytes) -> Any:
    """What stands in a file of plain YAML. Raises FileError."""
    if len(content) > MAX_BYTES:
        raise FileError("#file", f"细则文件最大 {MAX_BYTES // 1024 // 1024} MB")
    try:
        text = content.decode("utf-8-sig")
        return yaml.load(text, Loader=_Loader)  # noqa: S506 (a SafeLoader that does less)
    except UnicodeDecodeError:
        raise FileError("#file", "细则文件须是 UTF-8 编码") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise FileError(f"#line/{line}", f"第 {line} 行：{_in_chinese(error)}") from None
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise FileError(f"#line/{line}", f"第 {line} 行：有不能用的控制字符，请删去") from None
    except (yaml.YAMLError, RecursionError):
        raise FileError("#file", "嵌套过深，不是一份细则") from None


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


_PROBLEMS = (
    ("could not determine a constructor", "不能用 !标签，请直接写值"),
    ("found character '\\t'", "缩进请用空格，不能用制表符"),
    ("found character", "文字以这个符号开头的，请加引号"),
    ("mapping values are not allowed", "冒号的位置不对：文字里有冒号的请加引号，“键: 值”各占一行"),
    ("could not find expected ':'", "缺少冒号，应写作“键: 值”"),
    ("expected <block end>", "缩进与上面的不齐，或者列表（-）与“键: 值”混在一起"),
    ("expected ',' or", "括号没有闭合，或缺少逗号"),
    ("found unexpected end of stream", "引号没有闭合"),
    ("found unknown escape character", "双引号里的反斜线写法不对，请改用单引号"),
    ("but found another document", "一个文件只写一份细则，不能有第二个 ---"),
    ("second occurrence", "不能用 & 与 * 引用"),
)
"""How the words of the YAML reader begin, and ours."""


def _in_chinese(error: yaml.MarkedYAMLError) -> str:
    """Our own refusals are Chinese already."""
    said = error.problem or ""
    if not said.isascii():
        return said
    return next((chinese for start, chinese in _PROBLEMS if said.startswith(start)), "写法不对，请核对缩进、引号和冒号")


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
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(problem="键应是一段文字", problem_mark=key.start_mark)
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
