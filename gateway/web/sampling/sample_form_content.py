"""What stands in the fields of a sampling form, and the form as the service keeps it: there and back. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from gateway.web import words
from gateway.web.forms import FieldError
from gateway.web.sampling.sample_form_fields import (
    PHOTOS,
    REASON,
    Colleague,
    FormBlock,
    FormField,
    as_step,
    by_name,
    fields_of,
)
from gateway.web.steps import WHOLE_FORM, Typed, body
from shared.http.problems import FieldError as Fault
from shared.times import SHANGHAI

Content = dict[str, Any]
"""A form as the service keeps it: blocks of fields, without what is not said."""

OF_SAMPLER = ("user_id", "phone", "signature", "name")


@dataclass(frozen=True)
class Difference:
    """A place in which the platform and the page say different things, both in words."""

    field: str
    label: str
    stored: str
    typed: str


def typed_of(content: Mapping[str, Any], blocks: Sequence[FormBlock]) -> dict[str, str]:
    """What the fields show of a kept form."""
    return {field.name: _shown(content, field) for field in fields_of(blocks)}


def content_of(
    typed: Typed, blocks: Sequence[FormBlock], kept: Mapping[str, Any], people: Sequence[Colleague]
) -> Content:
    """The form with what was typed: whatever the page does not ask stays as it is `kept`."""
    names = by_name(blocks)
    said = body(as_step(blocks), compacted({name: typed.get(name, "") for name in names}))
    said.pop(REASON, None)
    found = _without(dict(kept), names)
    for block, values in said.items():
        found[block] = {**found.get(block, {}), **values} if isinstance(values, dict) else values
    if samplers := _samplers(said.get("samplers", []), kept, people):
        found["samplers"] = samplers
    attachments = _attachments(typed, names, kept)
    return found | ({"attachments": attachments} if attachments else {})


def compacted(typed: Typed) -> dict[str, str]:
    """The samplers moved up over places left empty, so that the second in the form is the second on the page."""
    places = sorted({int(name.split("/")[1]) for name in typed if name.startswith("samplers/")})
    filled = [
        place for place in places if any(typed.get(f"samplers/{place}/{name}", "").strip() for name in OF_SAMPLER)
    ]
    moved = {name: "" if name.startswith("samplers/") else text for name, text in typed.items()}
    for target, source in enumerate(filled):
        for name in OF_SAMPLER:
            if f"samplers/{source}/{name}" in typed:
                moved[f"samplers/{target}/{name}"] = typed[f"samplers/{source}/{name}"]
    return moved


def differences(stored: Typed, typed: Typed, blocks: Sequence[FormBlock]) -> list[Difference]:
    """Where the two differ, in the order of the form."""
    return [
        Difference(
            field.name,
            f"{block.title}：{field.label}",
            in_words(field, stored.get(field.name, "")),
            in_words(field, typed.get(field.name, "")),
        )
        for block in blocks
        for field in block.fields
        if field.name != REASON and _alike(stored.get(field.name, "")) != _alike(typed.get(field.name, ""))
    ]


def in_words(field: FormField, text: str) -> str:
    """What a person reads: the label of a choice, the number of photos."""
    if not text.strip():
        return "没有填"
    if field.look == "photos":
        return f"{len(text.split())}份文件"
    if field.look == "signature":
        return "已签"
    if field.options:
        return dict(field.options).get(text, text).strip()
    match field.kind:
        case "lines":
            return "、".join(_alike(text))
        case "moment":
            return text.replace("T", " ")
        case "day":
            return _day(text)
        case _:
            return text


def _day(text: str) -> str:
    """`2026年7月24日`; what is no day stays as it was typed."""
    try:
        return words.day_words(date.fromisoformat(text))
    except ValueError:
        return text


def errors_at(faults: Sequence[Fault], blocks: Sequence[FormBlock], sent: Mapping[str, Any]) -> list[FieldError]:
    """What the service misses, at the fields of the page and in their order; what belongs to none is said of the whole
    form, first.
    """
    names = by_name(blocks)
    places = {name: place for place, name in enumerate(names)}
    found = [_error_at(fault, names, sent) for fault in faults]
    return sorted(found, key=lambda error: places.get(error.field, -1))


def unanswered(typed: Typed, blocks: Sequence[FormBlock]) -> list[FieldError]:
    """The required fields that hold nothing, for a form so short that the page knows what it needs."""
    return [
        FieldError(field.name, f"请{'附' if field.look == 'photos' else '填写'}{field.label}")
        for field in fields_of(blocks)
        if field.required and not typed.get(field.name, "").strip()
    ]


def _error_at(fault: Fault, names: Mapping[str, FormField], sent: Mapping[str, Any]) -> FieldError:
    place = fault.pointer.removeprefix("/form").strip("/")
    if place == "attachments" and fault.code.startswith("missing_"):
        place = f"{PHOTOS}/{fault.code.removeprefix('missing_')}"
    elif place.startswith("attachments/") and place not in names:
        place = _photos_at(place, sent)
    elif place.startswith("samplers/") and place.endswith("/name"):
        place = f"{place.removesuffix('name')}user_id"
    if place == REASON and REASON not in names:
        return FieldError(REASON, f"理由：{fault.message}")
    found = names.get(place) or names.get(place.rpartition("/")[0]) or _first_below(place, names)
    if found is None:
        return FieldError(WHOLE_FORM, fault.message)
    # What is missing says itself which field it is, but not whose.
    speaks_for_itself = fault.code.startswith("missing") and not place.startswith("samplers/")
    is_named = speaks_for_itself or found.label in fault.message
    return FieldError(found.name, fault.message if is_named else f"{found.label}：{fault.message}")


def _photos_at(place: str, sent: Mapping[str, Any]) -> str:
    number, listed = place.split("/")[1], sent.get("attachments", [])
    if number.isdecimal() and int(number) < len(listed):
        return f"{PHOTOS}/{listed[int(number)]['kind']}"
    return place


def _first_below(place: str, names: Mapping[str, FormField]) -> FormField | None:
    return next((field for name, field in names.items() if place and name.startswith(f"{place}/")), None)


def _shown(content: Mapping[str, Any], field: FormField) -> str:
    if field.look == "photos":
        kind = field.name.removeprefix(f"{PHOTOS}/")
        return "\n".join(each["sha256"] for each in content.get("attachments", []) if each["kind"] == kind)
    value = _at(content, field.name.split("/"))
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "\n".join(value)
    if field.kind == "moment" and value:
        return f"{datetime.fromisoformat(value).astimezone(SHANGHAI):%Y-%m-%dT%H:%M}"
    return "" if value is None else str(value)


def _at(value: Any, path: Sequence[str]) -> Any:
    for name in path:
        if isinstance(value, list):
            value = value[int(name)] if int(name) < len(value) else None
        else:
            value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _without(content: Content, names: Mapping[str, FormField]) -> Content:
    """The form without the fields that the page asks; they are said anew."""
    left: Content = {}
    for block, values in content.items():
        if block in ("samplers", "attachments") or block in names:
            continue
        unasked = (
            {name: value for name, value in values.items() if f"{block}/{name}" not in names and value is not None}
            if isinstance(values, dict)
            else values
        )
        if unasked:
            left[block] = unasked
    return left


def _samplers(said: Sequence[Content], kept: Mapping[str, Any], people: Sequence[Colleague]) -> list[Content]:
    """The samplers with the names of their accounts; those of an imported form, known by name only, stay with it."""
    before = kept.get("samplers", [])
    names = {each["user_id"]: each["name"] for each in before if each.get("user_id") and each.get("name")}
    names |= {person.id: person.name for person in people}
    without_account = [each for each in before if each.get("name") and not each.get("user_id")]
    known = [each for each in said if each.get("user_id")] if without_account else said
    named = [{**each} | ({"name": names[each["user_id"]]} if each.get("user_id") in names else {}) for each in known]
    return named + without_account


def _attachments(typed: Typed, names: Mapping[str, FormField], kept: Mapping[str, Any]) -> list[Content]:
    """Photos of kinds that the page does not ask for as they were, then those on the page, with their captions."""
    before = kept.get("attachments", [])
    captions = {each["sha256"]: each["caption"] for each in before if each.get("caption")}
    found = [each for each in before if f"{PHOTOS}/{each['kind']}" not in names]
    for field in names.values():
        if field.look != "photos":
            continue
        for sha256 in typed.get(field.name, "").split():
            caption = {"caption": captions[sha256]} if sha256 in captions else {}
            found.append({"kind": field.name.removeprefix(f"{PHOTOS}/"), "sha256": sha256} | caption)
    return found


def _alike(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
