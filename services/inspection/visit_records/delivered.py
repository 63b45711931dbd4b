"""Reading what a terminal sent: its bytes, their hash, and what cannot be read in them. Pure.

The hash of a content is the SHA-256 of its canonical JSON (RFC 8785): members in the order of their names, no spaces,
UTF-8. A content has no numbers with a fraction and no names beyond ASCII, so sorting by name is all there is to it.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any, NoReturn

from pydantic import ValidationError

from services.inspection.visit_records.content import MAX_ANSWERS, VisitContent
from shared.contracts.schema import is_storable
from shared.http.validation_messages import explain

MAX_DEPTH = 12


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a delivery has to be looked at by somebody: a stable code, the place in the content, Chinese words."""

    code: str
    message: str
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class Delivered:
    """A content that could be read, as it was sent and under its hash."""

    document: dict[str, Any]
    content: VisitContent
    sha256: str


def canonical(document: Any) -> bytes:
    """The one way to write a content."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest(document: Any) -> str:
    return hashlib.sha256(canonical(document)).hexdigest()


def read(body: bytes) -> Delivered | list[Reason]:
    """The content of a body, or every reason why it cannot be read."""
    try:
        document = json.loads(body, parse_float=_no_fraction, parse_constant=_no_fraction, object_pairs_hook=_no_twin)
    except (ValueError, RecursionError) as error:
        return [Reason("unreadable", f"不是可读的 JSON（UTF-8）：{error}")]
    if not isinstance(document, dict):
        return [Reason("unreadable", "正文应为一个 JSON 对象")]
    if unstorable := _unstorable(document):
        return [Reason("characters", "含有不能保存的字符，或嵌套过深", pointer) for pointer in unstorable]
    try:
        content = VisitContent.model_validate(document)
    except ValidationError as error:
        return [
            Reason(str(fault["type"]), explain(fault), "".join(f"/{part}" for part in fault["loc"]))
            for fault in error.errors()[:100]
        ]
    if len(content.answers) > MAX_ANSWERS:
        return [Reason("too_long", f"条目至多 {MAX_ANSWERS} 条，收到 {len(content.answers)} 条", "/answers")]
    return Delivered(document, content, digest(document))


def _no_fraction(text: str) -> NoReturn:
    raise ValueError(f"数值 {text[:40]} 请写成文本（加引号）")


def _no_twin(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise ValueError("同一对象里有重名的字段")
    return document


def _unstorable(document: Any) -> list[str]:
    """Places of texts that PostgreSQL cannot keep, and of what is nested too deep."""
    found = []
    pending: list[tuple[str, Any, int]] = [("", document, 0)]
    while pending:
        pointer, value, depth = pending.pop()
        if depth > MAX_DEPTH:
            found.append(pointer)
        elif isinstance(value, dict):
            found += [pointer or "/" for name in value if not is_storable(name)]
            pending += [(f"{pointer}/{name}", inner, depth + 1) for name, inner in value.items() if is_storable(name)]
        elif isinstance(value, list):
            pending += [(f"{pointer}/{index}", inner, depth + 1) for index, inner in enumerate(value)]
        elif isinstance(value, str) and not is_storable(value):
            found.append(pointer)
    return sorted(found)
