"""The draw is a function of frame and seed alone: anybody reckons it again, nobody's chance hangs on the order."""

import hashlib
import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scoring.site_checks.content import VisitKind
from services.scoring.site_checks.drawing import ALGORITHM, agrees, digest_of, draw, towns_wanted

OPEN, HIDDEN = VisitKind.OPEN, VisitKind.HIDDEN
SEEDS = st.binary(min_size=32, max_size=32)


def frame_of(towns: int, units: int, wanted: int = 3) -> dict[str, Any]:
    return {
        "algorithm": ALGORITHM,
        "towns": [{"code": f"T{town}", "name": f"演示{town}街道"} for town in range(towns)],
        "units": [
            {"code": f"{form}-{town}-{unit}", "name": "演示", "town": f"T{town}", "form": form}
            for form in ("a", "b")
            for town in range(towns)
            for unit in range(units)
        ],
        "forms": [{"code": form, "open": wanted, "hidden": wanted} for form in ("b", "a")],
        "rules": {
            "open": {"numerator": 2, "denominator": 3, "at_least": 0},
            "hidden": {"numerator": 0, "denominator": 1, "at_least": 4},
        },
    }


@pytest.mark.parametrize(
    ("number", "opened", "hidden"), [(1, 1, 1), (3, 2, 3), (4, 3, 4), (6, 4, 4), (15, 10, 4), (17, 12, 4)]
)
def test_two_thirds_are_rounded_up_and_four_are_the_fewest(number: int, opened: int, hidden: int) -> None:
    rules = frame_of(1, 1)["rules"]
    assert towns_wanted(rules["open"], number) == opened
    assert towns_wanted(rules["hidden"], number) == hidden


@given(SEEDS, st.integers(1, 9), st.integers(0, 4), st.integers(0, 12))
def test_everybody_drawn_is_of_a_drawn_town_and_stands_once(seed: bytes, towns: int, units: int, wanted: int) -> None:
    frame = frame_of(towns, units, wanted)
    result = draw(frame, seed)
    town_of = {unit["code"]: unit["town"] for unit in frame["units"]}
    assert all(town_of[site.unit] in result.towns[site.kind] for site in result.sites)
    assert max(Counter(site.unit for site in result.sites).values(), default=1) == 1
    lacking = {(one.kind, one.form): one.wanted - one.drawn for one in result.short}
    for kind in VisitKind:
        for form in ("a", "b"):
            number = sum((site.kind, site.form) == (kind, form) for site in result.sites)
            assert number == wanted - lacking.get((kind, form), 0)


@given(SEEDS, st.randoms(use_true_random=False))
def test_the_order_in_which_the_bureau_listed_them_changes_nothing(seed: bytes, random: Any) -> None:
    frame = frame_of(5, 3)
    mixed = {name: list(rows) if isinstance(rows, list) else rows for name, rows in frame.items()}
    for name in ("towns", "units", "forms"):
        random.shuffle(mixed[name])
    assert draw(mixed, seed) == draw(frame, seed)


def test_no_town_is_visited_twice_before_every_drawn_town_was_visited_once() -> None:
    result = draw(frame_of(6, 5, wanted=4), bytes(32))
    towns = [site.unit.split("-")[1] for site in result.sites if (site.kind, site.form) == (OPEN, "a")]
    assert len(set(towns)) == 4


def test_a_stranger_reckons_the_draw_again_from_what_is_published() -> None:
    """By the description only: hashes, sorting, nothing of ours."""
    frame, seed = frame_of(6, 2), bytes(range(32))
    text = json.dumps(frame, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert digest_of(frame) == hashlib.sha256(text.encode()).hexdigest()

    def rank(kind: str, what: str, code: str) -> str:
        return hashlib.sha256(seed + f"{kind}|{what}|{code}".encode()).hexdigest()

    towns = sorted((town["code"] for town in frame["towns"]), key=lambda code: rank("open", "town", code))[:4]
    ranked = []
    for town in towns:
        own = [unit["code"] for unit in frame["units"] if (unit["town"], unit["form"]) == (town, "a")]
        own.sort(key=lambda code: rank("open", "unit", code))
        ranked += [(place, rank("open", "unit", code), code) for place, code in enumerate(own)]
    expected = [code for _, _, code in sorted(ranked)[:3]]
    result = draw(frame, seed)
    assert list(result.towns[OPEN]) == towns
    assert [site.unit for site in result.sites if (site.kind, site.form) == (OPEN, "a")] == expected


@given(SEEDS, st.integers(0, 3))
def test_whoever_touches_a_draw_is_found_out(seed: bytes, how: int) -> None:
    frame = frame_of(6, 3)
    digest, sites = digest_of(frame), list(draw(frame, seed).sites)
    assert agrees(algorithm=ALGORITHM, seed=seed, frame=frame, digest=digest, sites=sites)
    match how:
        case 0:
            frame["units"].pop()
        case 1:
            free = {unit["code"] for unit in frame["units"] if unit["form"] == "a"} - {site.unit for site in sites}
            sites[0] = sites[0]._replace(unit=min(free))
        case 2:
            digest = digest[::-1]
        case _:
            sites.pop()
    assert not agrees(algorithm=ALGORITHM, seed=seed, frame=frame, digest=digest, sites=sites)


def test_every_unit_may_be_drawn() -> None:
    frame = frame_of(3, 2, wanted=1)
    drawn = {site.unit for number in range(200) for site in draw(frame, number.to_bytes(32)).sites}
    assert drawn == {unit["code"] for unit in frame["units"]}
