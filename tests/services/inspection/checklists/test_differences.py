"""What one version says otherwise than another."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.inspection.checklists.content import Content
from services.inspection.checklists.differences import differences
from tests.services.inspection.checklists.lists import ON_A_BUSY_MACHINE, content_of, item

OLD = content_of(item("1", key=True), item("2"), item("3"), item("4"))


def told(old: Content, new: Content) -> list[tuple[str, str, str | None]]:
    return [(one.kind.value, one.place, one.field) for one in differences(old, new)]


def test_items_added_removed_changed_and_renumbered() -> None:
    new = content_of(
        item("1", key=False),
        item("2", text="另一句话（虚构）"),
        item("3", formerly=["4"], text="第 4 项（虚构）"),
        item("5"),
    )
    assert told(OLD, new) == [
        ("changed", "1", "key"),
        ("changed", "2", "text"),
        ("changed", "3", "number"),
        ("added", "5", None),
        ("removed", "3", None),
    ]
    [renumbered] = [one for one in differences(OLD, new) if one.field == "number"]
    assert (renumbered.before, renumbered.after) == ("4", "3")


def test_headings_and_rules() -> None:
    new = OLD.model_copy(
        update={"complete": False, "sections": (OLD.sections[0].model_copy(update={"title": "其他"}),)}
    )
    assert told(OLD, new) == [("changed", "sections", None), ("changed", "complete", None)]


lists = st.lists(st.integers(1, 9), min_size=1, max_size=6, unique=True).flatmap(
    lambda numbers: st.tuples(*(st.builds(item, st.just(str(n)), key=st.booleans()) for n in numbers))
)


@ON_A_BUSY_MACHINE
@given(lists)
def test_a_version_does_not_differ_from_itself(items: tuple[dict[str, Any], ...]) -> None:
    assert differences(content_of(*items), content_of(*items)) == []


@ON_A_BUSY_MACHINE
@given(lists, lists)
def test_nothing_is_left_out(old: tuple[dict[str, Any], ...], new: tuple[dict[str, Any], ...]) -> None:
    """Applied to the older items the differences give the newer ones."""
    before, after = content_of(*old), content_of(*new)
    built = {one.number: one.model_dump(mode="json") for one in before.items}
    for found in differences(before, after):
        if found.kind == "removed":
            del built[found.place]
        elif found.kind == "added":
            built[found.place] = found.after
        elif found.field:
            built[found.place][found.field] = found.after
    assert built == {one.number: one.model_dump(mode="json") for one in after.items}
