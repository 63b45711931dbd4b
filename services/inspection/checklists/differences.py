"""What a version says otherwise than another. Pure."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from services.inspection.checklists.content import Content, Item
from shared.contracts.schema import Schema

BESIDE_ITEMS = (
    "complete",
    "verified",
    "note",
    "declared",
    "scopes",
    "extent",
    "verdict",
    "carry_over",
    "full_coverage",
    "scoring",
)


class ChangeKind(StrEnum):
    """How something differs from the older version."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"

    @property
    def label(self) -> str:
        return {"added": "新增", "removed": "删去", "changed": "改动"}[self.value]


class Difference(Schema):
    """One difference. `place`: an item's number in the version that has it (the newer, if both), or a part's name.

    A whole item added or removed has the item's JSON on one side and null on the other.
    """

    kind: ChangeKind
    place: str
    field: str | None
    before: Any
    after: Any


def differences(old: Content, new: Content) -> list[Difference]:
    """Everything that differs: items in the order of the newer list, then those removed, then headings and rules.

    An item is the same one under its number, or under a number it names as its former one.
    """
    was = {item.number: item for item in old.items}
    origins = {item.number: _origin(item, was) for item in new.items}
    kept = set(origins.values())
    found: list[Difference] = []
    for item in new.items:
        origin = origins[item.number]
        if origin is None:
            found.append(_difference(ChangeKind.ADDED, item.number, None, None, item.model_dump(mode="json")))
        else:
            found += _between(item.number, was[origin].model_dump(mode="json"), item.model_dump(mode="json"))
    for item in old.items:
        if item.number not in kept:
            found.append(_difference(ChangeKind.REMOVED, item.number, None, item.model_dump(mode="json"), None))
    headings = [[[section.title, section.declared_items] for section in content.sections] for content in (old, new)]
    if headings[0] != headings[1]:
        found.append(_difference(ChangeKind.CHANGED, "sections", None, *headings))
    before, after = old.model_dump(mode="json"), new.model_dump(mode="json")
    found += [
        _difference(ChangeKind.CHANGED, name, None, before[name], after[name])
        for name in BESIDE_ITEMS
        if before[name] != after[name]
    ]
    return found


def _origin(item: Item, was: dict[str, Item]) -> str | None:
    return next((number for number in (*item.formerly, item.number) if number in was), None)


def _between(place: str, before: dict[str, Any], after: dict[str, Any]) -> Iterator[Difference]:
    for name, value in after.items():
        if name != "formerly" and before[name] != value:
            yield _difference(ChangeKind.CHANGED, place, name, before[name], value)


def _difference(kind: ChangeKind, place: str, field: str | None, before: Any, after: Any) -> Difference:
    return Difference(kind=kind, place=place, field=field, before=before, after=after)
