"""A scheme that contradicts itself is not published, and every reason is said with its place."""

from copy import deepcopy
from datetime import date
from typing import Any

import pytest

from services.inspection.risk_grades.consistency import reasons_against
from services.inspection.risk_grades.content import Content, Header
from services.inspection.risk_grades.schemes.seed import shipped_files
from tests.services.inspection.risk_grades.schemes import content, header

GOOD = content().model_dump(mode="json")


def reasons(change: Any, **head: Any) -> set[tuple[str, str]]:
    """Place and code of every reason after a change to the good scheme."""
    document = deepcopy(GOOD)
    change(document)
    found = reasons_against(Header.model_validate(header(**head)), Content.model_validate(document))
    assert all(reason.message for reason in found)
    return {(reason.pointer, reason.code) for reason in found}


def put(*path: Any) -> Any:
    """A change that sets the value at a path; the last of `path` is the value."""
    *keys, last, value = path

    def change(document: Any) -> None:
        for key in keys:
            document = document[key]
        document[last] = value

    return change


def test_the_good_scheme_has_no_reasons() -> None:
    assert reasons(lambda document: None) == set()


@pytest.mark.parametrize(
    ("change", "place", "code"),
    [
        (put("complete", False), "/content/complete", "incomplete"),
        (put("parts", 1, "maximum", "59"), "/content/parts", "sum"),
        (put("parts", 0, "factors", 0, "maximum", "11"), "/content/parts/0/factors", "sum"),
        (put("parts", 0, "factors", 0, "maximum", "11"), "/content/parts/0/factors/0/maximum", "maximum"),
        (
            put("parts", 0, "factors", 0, "steps", 1, "at_most", "40"),
            "/content/parts/0/factors/0/steps/1/at_most",
            "order",
        ),
        (
            put("parts", 0, "factors", 0, "steps", 1, "points", "1"),
            "/content/parts/0/factors/0/steps/1/points",
            "order",
        ),
        (put("parts", 0, "factors", 0, "steps", 2, "at_most", "900"), "/content/parts/0/factors/0/steps", "gap"),
        (put("parts", 0, "factors", 0, "absent", "3"), "/content/parts/0/factors/0/absent", "order"),
        (put("parts", 0, "factors", 1, "code", "suppliers"), "/content/parts", "duplicate"),
        (put("parts", 0, "factors", 1, "choices", 0, "code", "raw"), "/content/parts/0/factors/1/choices", "duplicate"),
        (put("parts", GOOD["parts"][:1]), "/content/parts", "no_checks"),
        (put("bands", "rows", 1, "at_most", "20"), "/content/bands/rows/1/at_most", "order"),
        (put("bands", "rows", 3, "at_most", "90"), "/content/bands/rows", "gap"),
        (put("bands", "rows", GOOD["bands"]["rows"][:3]), "/content/bands/rows", "grades"),
        (put("events", "rules", 0, "grade", "D"), "/content/events/rules/0/grade", "grade"),
        (put("events", "rules", 3, "grade", None), "/content/events/rules/3/grade", "grade"),
        (put("events", "rules", 4, "kinds", ["incident"]), "/content/events/rules/4/kinds", "kinds"),
        (put("events", "rules", 0, "kinds", ["certified"]), "/content/events/rules/0/kinds", "kinds"),
        (put("events", "rules", 0, "states", ["open"]), "/content/events/rules/0/states", "states"),
        (put("events", "rules", 1, "code", "sample_failed"), "/content/events/rules", "duplicate"),
        (put("frequency", "rows", 2, "visits", 5), "/content/frequency/rows/2", "interval"),
        (put("frequency", "rows", 0, "months", 3), "/content/frequency/rows/1", "order"),
    ],
)
def test_what_cannot_be_published(change: Any, place: str, code: str) -> None:
    assert (place, code) in reasons(change)


def test_a_scheme_says_whom_it_is_for_where_it_comes_from_and_until_when() -> None:
    found = reasons(lambda document: None, kinds=[], source={"document": ""})
    assert {code for _, code in found} == {"kinds", "source"}
    late = reasons_against(Header.model_validate(header(ends_on="2026-01-01")), content(), date(2026, 1, 1))
    assert [reason.pointer for reason in late] == ["/applies_from"]


def test_what_is_shipped_is_unverified_and_published_only_where_it_was_read_whole() -> None:
    published = set()
    for shipped, first in shipped_files():
        assert not shipped.scheme.source.verified
        assert all(not part.verified for part in shipped.content.parts)
        found = reasons_against(shipped.scheme, shipped.content, first)
        assert bool(found) == (first is None)
        if first is not None:
            published.add(shipped.scheme.code)
    assert published == {"sales-2016", "health-food-2016"}
