"""What one version of a scheme says otherwise than another. Pure."""

from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

from services.scoring.evaluation.tree import walk
from services.scoring.scheme_language.content import Node, SchemeContent


class Difference(NamedTuple):
    """One change; `code` is the clause's, or the name of an input, a parameter or a part of the scheme."""

    part: Literal["clause", "input", "parameter", "scheme"]
    code: str
    change: Literal["added", "removed", "changed", "moved"]
    field: str | None
    before: Any
    after: Any


def differences(before: SchemeContent, after: SchemeContent) -> list[Difference]:
    """Every change from `before` to `after`; clauses are the same when their codes are."""
    return [*_scheme(before, after), *_named(before, after), *_clauses(before, after)]


def _scheme(before: SchemeContent, after: SchemeContent) -> Iterator[Difference]:
    apart = {"nodes", "inputs", "parameters", "tests", "format"}
    yield from _fields("scheme", before.code, before.model_dump(mode="json"), after.model_dump(mode="json"), apart)


def _named(before: SchemeContent, after: SchemeContent) -> Iterator[Difference]:
    for part, old, new in (
        ("input", before.model_dump(mode="json")["inputs"], after.model_dump(mode="json")["inputs"]),
        ("parameter", before.model_dump(mode="json")["parameters"], after.model_dump(mode="json")["parameters"]),
    ):
        kind: Literal["input", "parameter"] = "input" if part == "input" else "parameter"
        for name in sorted(old.keys() | new.keys()):
            if name not in new:
                yield Difference(kind, name, "removed", None, old[name], None)
            elif name not in old:
                yield Difference(kind, name, "added", None, None, new[name])
            elif old[name] != new[name]:
                yield Difference(kind, name, "changed", None, old[name], new[name])


def _clauses(before: SchemeContent, after: SchemeContent) -> Iterator[Difference]:
    old = {node.code: (node, parent) for node, parent in walk(before.nodes)}
    new = {node.code: (node, parent) for node, parent in walk(after.nodes)}
    for code, (node, _) in old.items():
        if code not in new:
            yield Difference("clause", code, "removed", None, node.title, None)
    for code, (node, parent) in new.items():
        if code not in old:
            yield Difference("clause", code, "added", None, None, node.title)
            continue
        earlier, earlier_parent = old[code]
        if parent != earlier_parent:
            yield Difference("clause", code, "moved", "parent", earlier_parent, parent)
        yield from _fields("clause", code, _own(earlier), _own(node), {"parts"})


def _own(node: Node) -> dict[str, Any]:
    return node.model_dump(mode="json", exclude={"parts"})


def _fields(
    part: Literal["clause", "scheme"], code: str, old: dict[str, Any], new: dict[str, Any], apart: set[str]
) -> Iterator[Difference]:
    for name in old.keys() - apart:
        if old[name] != new[name]:
            yield Difference(part, code, "changed", name, old[name], new[name])
