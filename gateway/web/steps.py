"""Steps that people take on a record from its page: the questions a step asks, and the answers as a service takes them.

Pure. What a page offers only saves people a walk: the service decides, and its refusals are shown as it says them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from gateway.clients import Refused, ServiceSilent
from gateway.web import words
from gateway.web.forms import FieldError
from shared.contracts.codes import Role
from shared.times import SHANGHAI

Answer = Mapping[str, Any]
Typed = Mapping[str, str]
"""What stands in a form, by the name of the field; of a field with several answers, one a line."""

Kind = Literal["text", "decimal", "moment", "day", "words", "lines", "choice", "select", "choices", "pairs", "photos"]
SEVERAL = frozenset({"choices", "photos"})
"""Kinds whose inputs a browser sends several times under one name."""

PLAIN_DIGITS = str.maketrans("０１２３４５６７８９．－＋", "0123456789.-+")
"""Digits as a Chinese keyboard writes them, and as a service reads a number."""

WHOLE_FORM = "step"
"""The id of the form itself, for errors that concern no single field."""


@dataclass(frozen=True)
class Field:
    """One question of a form.

    `name` is the field's place in the service's own body (`decision/reason`, `items/0/result`), and its id on the page;
    `where` says in words which of several like questions it is. With `roles` it is asked of those only.
    """

    name: str
    label: str
    kind: Kind = "text"
    hint: str = ""
    required: bool = True
    options: tuple[tuple[str, str], ...] = ()
    roles: frozenset[Role] = frozenset()
    value: str = ""
    where: str = ""


@dataclass(frozen=True)
class Step:
    """One step: `slug` ends its address here and at the service alike; `act` says it on the button."""

    slug: str
    act: str
    roles: frozenset[Role]
    fields: tuple[Field, ...]
    lead: str = ""


EVIDENCE = Field("evidence", "证据", "lines", "一行一件：文书号、照片或附件编号", required=False)
NOTE = Field("note", "说明", "words", required=False)


def moment(label: str, *, required: bool = False) -> Field:
    return Field("at", label, "moment", "" if required else "不填就是现在", required=required)


def asked_of(roles: frozenset[Role], step: Step) -> Step:
    """The step with the questions that somebody with `roles` is asked."""
    return replace(step, fields=tuple(field for field in step.fields if not field.roles or field.roles & roles))


def filled(step: Step, values: Typed) -> Step:
    """The step whose fields begin with `values`; the others as they were."""
    return replace(
        step, fields=tuple(replace(field, value=values.get(field.name, field.value)) for field in step.fields)
    )


def prefilled(step: Step) -> dict[str, str]:
    """What the form holds before anybody typed."""
    return {field.name: field.value for field in step.fields}


def body(step: Step, typed: Typed) -> dict[str, Any]:
    """The form as the service takes it. What was left empty is left out, so that the service says what it misses."""
    found: dict[str, Any] = {}
    for field in step.fields:
        text = typed[field.name].strip()
        if text:
            _put(found, field.name.split("/"), _value(field.kind, text))
    return {name: _with_lists(value) for name, value in found.items()}


def errors_of(refusal: Refused | ServiceSilent, step: Step) -> list[FieldError]:
    """A refusal at the fields it concerns, else at the form as a whole."""
    if isinstance(refusal, ServiceSilent):
        said = f"{refusal.unit.label}服务没有回答，不知道有没有记上。再提交一次即可，不会记两遍"
        return [FieldError(WHOLE_FORM, said)]
    fields = {field.name: field for field in step.fields}
    found = []
    for error in refusal.errors:
        field = _field_at(error.pointer.strip("/"), fields)
        found.append(
            FieldError(field.name, f"{field.where}{field.label}：{error.message}")
            if field
            else FieldError(WHOLE_FORM, error.message)
        )
    return found or [FieldError(WHOLE_FORM, refusal.said)]


def since(entries: Iterable[Answer], seen: int) -> list[str]:
    """What was done after somebody had read `seen` entries of a history, one line each."""
    return [
        f"{words.full_time(datetime.fromisoformat(entry['at']))}，{entry['actor_name']}：{entry['label']}"
        for entry in entries
        if entry["number"] > seen
    ]


def _field_at(pointer: str, fields: Mapping[str, Field]) -> Field | None:
    """The field that a pointer names or leads into (`evidence/0`)."""
    while pointer:
        if pointer in fields:
            return fields[pointer]
        pointer = pointer.rpartition("/")[0]
    return None


def _value(kind: Kind, text: str) -> Any:
    match kind:
        case "moment":
            return _in_shanghai(text)
        case "decimal":
            return text.translate(PLAIN_DIGITS)
        case "lines" | "choices" | "photos":
            return _lines(text)
        case "pairs":
            pairs = (line.replace("：", ":", 1).partition(":") for line in _lines(text))
            return {name.strip(): value.strip() for name, _, value in pairs}
        case _:
            return text


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _in_shanghai(text: str) -> str:
    """`2026-07-24T09:30` with its zone; anything else as it was typed, for the service to refuse."""
    try:
        given = datetime.fromisoformat(text)
    except ValueError:
        return text
    return (given if given.tzinfo else given.replace(tzinfo=SHANGHAI)).isoformat()


def _put(found: dict[str, Any], path: list[str], value: Any) -> None:
    *groups, name = path
    for group in groups:
        found = found.setdefault(group, {})
    found[name] = value


def _with_lists(value: Any) -> Any:
    """Groups that are numbered (`items/0/…`) as lists."""
    if not isinstance(value, dict):
        return value
    inner = {name: _with_lists(part) for name, part in value.items()}
    if inner and all(name.isdecimal() for name in inner):
        return [inner[name] for name in sorted(inner, key=int)]
    return inner
