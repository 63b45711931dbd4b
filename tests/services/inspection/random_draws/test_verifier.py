"""A draw follows from what was frozen, a secret and outside randomness, and whoever changes anything is found out."""

import copy
import hashlib
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.inspection.random_draws import verifier
from services.inspection.random_draws.verifier import (
    FORMAT,
    Difference,
    NotDrawable,
    Unreadable,
    canonical,
    commitment_of,
    draw_order,
    draw_stratum,
    faults_of,
    read,
    result_of,
    seed_of,
    sha256,
    sha256_of_text,
    verify,
)
from tests.services.inspection.random_draws.bundles import unreadable_texts

SKILLS = ("catering", "production")
NONCES = ["演示见证甲的随机数", "演示见证乙的随机数"]


def subject(number: int, **change: Any) -> dict[str, Any]:
    row = {
        "id": f"主体{number:04d}",
        "stratum": "AB"[number % 2],
        "weight": (1, 2, 4, 8)[number % 4],
        "grid": f"网格{number % 5}",
        "skills": [SKILLS[number % 2]],
        "last_inspectors": [],
        "excluded": None,
    }
    return row | change


def inspector(number: int, **change: Any) -> dict[str, Any]:
    row = {
        "id": f"人员{number:02d}",
        "team": "市场监管",
        "skills": list(SKILLS),
        "home_grids": [],
        "recused_from": [],
        "excluded": None,
    }
    return row | change


def parameters(size: int = 3, **change: Any) -> dict[str, Any]:
    strata = [{"code": code, "size": size} for code in "AB"]
    teams = [{"code": "市场监管", "each": 2}]
    return {"strata": strata, "teams": teams, "load_slack": 1, "order_only": False} | change


def bundle(changes: list[dict[str, Any]] | None = None, **change: Any) -> dict[str, Any]:
    """A published draw, whole."""
    rosters = [subject(number) for number in range(40)], [inspector(number) for number in range(6)]
    asked = parameters(**change)
    entropy = {"mode": "witnesses", "nonce_sha256": [sha256_of_text(nonce) for nonce in NONCES]}
    commitment = commitment_of(asked, *rosters, "演示秘密", entropy)
    reveal = {"secret": "演示秘密", "entropy": {"nonces": NONCES}}
    seed = seed_of(commitment, reveal)
    return {
        "format": FORMAT,
        "parameters": asked,
        "subjects": rosters[0],
        "inspectors": rosters[1],
        "commitment": commitment,
        "commitment_sha256": sha256(commitment),
        "reveal": reveal,
        "seed": seed.hex(),
        "changes": changes or [],
        "result": result_of(asked, *rosters, seed, changes or []),
    }


def leaves(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The place of everything that is no container."""
    match value:
        case dict():
            for name, inner in value.items():
                yield from leaves(inner, (*place, name))
        case list() if value:
            for index, inner in enumerate(value):
                yield from leaves(inner, (*place, index))
        case list():
            pass
        case _:
            yield place


def changed(value: Any) -> Any:
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case None:
            return "x"
    return f"{value[:-1]}{'0' if value[-1:] != '0' else '1'}"


def test_a_published_draw_follows_from_itself() -> None:
    assert verify(bundle()) == []


def test_any_change_anywhere_is_found_and_its_place_is_named() -> None:
    whole = bundle()
    places = list(leaves(whole))
    assert len(places) > 350
    for place in places:
        tampered = copy.deepcopy(whole)
        inner = tampered
        for step in place[:-1]:
            inner = inner[step]
        inner[place[-1]] = changed(inner[place[-1]])
        with pytest.raises(Difference) as caught:
            verify(tampered)
        # A change in a roster is found as a change of the roster; one in the commitment wherever it first shows.
        assert place[0] in (caught.value.place.split("/")[1], "commitment"), (place, caught.value.place)


@pytest.mark.parametrize("part", ["subjects", "inspectors", "changes"])
def test_somebody_added_or_left_out_is_found(part: str) -> None:
    whole = bundle([{"kind": "replace_subject", "subject": bundle()["result"]["strata"][0]["drawn"][0]}])
    whole[part] = whole[part][:-1]
    with pytest.raises(Difference):
        verify(whole)


def test_a_later_hash_of_the_commitment_does_not_help_whoever_changed_it() -> None:
    whole = bundle()
    whole["commitment"]["entropy"]["mode"] = "public_number"
    whole["commitment_sha256"] = sha256(whole["commitment"])
    with pytest.raises(Unreadable, match="/commitment/entropy/source 没有写"):
        verify(whole)


def seeds(count: int) -> Iterator[bytes]:
    return (hashlib.sha256(str(number).encode()).digest() for number in range(count))


def test_everybody_is_drawn_as_often_as_his_weight_says() -> None:
    """Chi-square against λ = n·w/Σw over the weights' groups; 1 in 1,000 would exceed the bound by chance."""
    rows = [subject(number, stratum="A", weight=(1, 2, 4, 8)[number % 4]) for number in range(40)]
    size, rounds = 6, 2000
    drawn: Counter[int] = Counter()
    for seed in seeds(rounds):
        drawn.update(rows[int(one[2:])]["weight"] for one in draw_stratum(seed, "A", rows, size)["drawn"])
    total = sum(row["weight"] for row in rows)
    chi_square = 0.0
    for weight in (1, 2, 4, 8):
        expected = rounds * size * weight * 10 / total
        chi_square += (drawn[weight] - expected) ** 2 / expected
    assert chi_square < 16.27


ROSTERS = st.lists(st.integers(1, 50), min_size=1, max_size=30).map(
    lambda weights: [subject(number, stratum="A", weight=weight) for number, weight in enumerate(weights)]
)


@given(ROSTERS, st.integers(0, 40), st.binary(min_size=32, max_size=32))
def test_as_many_as_asked_are_drawn_and_everybody_else_is_in_reserve(
    rows: list[dict[str, Any]], size: int, seed: bytes
) -> None:
    result = draw_stratum(seed, "A", rows, size)
    assert len(result["drawn"]) == min(size, len(rows))
    assert sorted(result["drawn"] + result["reserves"]) == sorted(row["id"] for row in rows)
    assert set(result["certain"]) <= set(result["drawn"])


@given(ROSTERS, st.integers(1, 40), st.binary(min_size=32, max_size=32))
def test_who_has_to_be_drawn_by_his_weight_is_drawn(rows: list[dict[str, Any]], size: int, seed: bytes) -> None:
    total = sum(row["weight"] for row in rows)
    sure = {row["id"] for row in rows if Fraction(size * row["weight"], total) >= 1}
    assert sure <= set(draw_stratum(seed, "A", rows, size)["drawn"])


@given(ROSTERS, st.binary(min_size=32, max_size=32), st.randoms())
def test_the_order_of_the_roster_does_not_matter(rows: list[dict[str, Any]], seed: bytes, random: Any) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert draw_stratum(seed, "A", rows, 3) == draw_stratum(seed, "A", shuffled, 3)
    assert draw_order(seed, "A", rows) == draw_order(seed, "A", shuffled)


INSPECTORS = st.lists(
    st.fixed_dictionaries(
        {
            "skills": st.lists(st.sampled_from(SKILLS), unique=True),
            "home_grids": st.lists(st.sampled_from([f"网格{number}" for number in range(5)]), max_size=2),
            "recused_from": st.lists(st.sampled_from([f"主体{number:04d}" for number in range(40)]), max_size=9),
            "excluded": st.sampled_from([None, None, None, "请假"]),
        }
    ),
    min_size=1,
    max_size=12,
).map(lambda rows: [inspector(number, **row) for number, row in enumerate(rows)])


@given(INSPECTORS, st.binary(min_size=32, max_size=32))
def test_nobody_goes_where_he_may_not_and_a_place_stays_empty_only_when_nobody_may(
    inspectors: list[dict[str, Any]], seed: bytes
) -> None:
    subjects = [
        subject(number, last_inspectors=["人员00", "人员01"] if number % 3 == 0 else []) for number in range(40)
    ]
    by_id = {row["id"]: row for row in subjects}
    people = {row["id"]: row for row in inspectors}
    for place in result_of(parameters(8), subjects, inspectors, seed)["assignments"]:
        there = by_id[place["subject"]]
        may = {
            one["id"]
            for one in inspectors
            if one["excluded"] is None
            and set(there["skills"]) <= set(one["skills"])
            and there["grid"] not in one["home_grids"]
            and there["id"] not in one["recused_from"]
            and one["id"] not in there["last_inspectors"]
        }
        assert set(place["inspectors"]) <= may <= people.keys()
        assert len(place["inspectors"]) == len(set(place["inspectors"])) == min(2, len(may))


@given(INSPECTORS, st.binary(min_size=32, max_size=32), st.lists(st.integers(0, 10**6), max_size=12))
def test_after_any_replacements_and_recusals_the_rules_still_hold_and_nobody_else_is_moved(
    inspectors: list[dict[str, Any]], seed: bytes, choices: list[int]
) -> None:
    """A model of its own keeps who may not go where; each change touches its own place and no other."""
    subjects = [subject(number) for number in range(40)]
    by_id = {row["id"]: row for row in subjects}
    barred = {(one["id"], there) for one in inspectors for there in one["recused_from"]}
    changes: list[dict[str, Any]] = []
    before = result_of(parameters(6), subjects, inspectors, seed)["assignments"]
    for choice in choices:
        index = choice % len(before)
        place = before[index]
        if choice % 3 and place["inspectors"]:
            gone = place["inspectors"][choice % len(place["inspectors"])]
            barred.add((gone, place["subject"]))
            changes.append({"kind": "recuse", "subject": place["subject"], "inspector": gone})
        else:
            changes.append({"kind": "replace_subject", "subject": place["subject"]})
        try:
            after = result_of(parameters(6), subjects, inspectors, seed, changes)["assignments"]
        except NotDrawable:  # no reserve is left
            changes.pop()
            continue
        assert after[:index] + after[index + 1 :] == before[:index] + before[index + 1 :]
        there = after[index]["subject"]
        may = {
            one["id"]
            for one in inspectors
            if one["excluded"] is None
            and set(by_id[there]["skills"]) <= set(one["skills"])
            and by_id[there]["grid"] not in one["home_grids"]
            and (one["id"], there) not in barred
        }
        assert set(after[index]["inspectors"]) <= may
        assert len(set(after[index]["inspectors"])) == len(after[index]["inspectors"]) == min(2, len(may))
        assert len({place["subject"] for place in after}) == len(after)
        before = after


@given(st.integers(2, 9), st.integers(1, 20), st.binary(min_size=32, max_size=32))
def test_where_all_may_go_everywhere_nobody_carries_two_more_than_another(count: int, size: int, seed: bytes) -> None:
    subjects = [subject(number) for number in range(40)]
    inspectors = [inspector(number) for number in range(count)]
    placed = result_of(parameters(size), subjects, inspectors, seed)["assignments"]
    load = Counter({row["id"]: 0 for row in inspectors})
    load.update(one for place in placed for one in place["inspectors"])
    assert max(load.values()) - min(load.values()) <= 2


@given(st.integers(1, 5), st.integers(1, 5), st.integers(1, 3), st.binary(min_size=32, max_size=32))
def test_in_a_joint_draw_every_department_sends_its_own(first: int, second: int, each: int, seed: bytes) -> None:
    people = [inspector(number) for number in range(first)]
    people += [inspector(50 + number, team="消防") for number in range(second)]
    teams = [{"code": "市场监管", "each": 2}, {"code": "消防", "each": each}]
    subjects = [subject(number) for number in range(40)]
    for place in result_of(parameters(6, teams=teams), subjects, people, seed)["assignments"]:
        sent = [one >= "人员50" for one in place["inspectors"]]
        assert (sent.count(False), sent.count(True)) == (min(2, first), min(each, second))
        assert sent == sorted(sent), "the department that leads comes first"


def test_whoever_is_recused_in_a_joint_draw_is_followed_by_a_colleague_of_his_own_department() -> None:
    people = [inspector(number) for number in range(4)] + [inspector(50 + number, team="消防") for number in range(3)]
    asked = parameters(2, teams=[{"code": "市场监管", "each": 2}, {"code": "消防", "each": 1}])
    subjects = [subject(number) for number in range(40)]
    before = result_of(asked, subjects, people, b"seed")["assignments"][0]
    change = {"kind": "recuse", "subject": before["subject"], "inspector": before["inspectors"][2]}
    after = result_of(asked, subjects, people, b"seed", [change])["assignments"][0]
    assert after["inspectors"][:2] == before["inspectors"][:2]
    assert after["inspectors"][2] >= "人员50" != before["inspectors"][2] != after["inspectors"][2]


def test_a_closed_business_gives_way_to_the_next_reserve_and_a_recused_inspector_to_another() -> None:
    before = bundle()["result"]
    closed, reserve = before["strata"][0]["drawn"][0], before["strata"][0]["reserves"][0]
    after = bundle([{"kind": "replace_subject", "subject": closed}])
    assert after["result"]["strata"][0]["drawn"][0] == reserve
    assert verify(after) == []

    place = before["assignments"][0]
    recused = {"kind": "recuse", "subject": place["subject"], "inspector": place["inspectors"][0]}
    again = bundle([recused])["result"]["assignments"][0]
    assert recused["inspector"] not in again["inspectors"]
    assert len(again["inspectors"]) == 2
    with pytest.raises(NotDrawable):
        bundle([recused, recused])


def test_a_key_matter_is_drawn_for_its_order_only() -> None:
    result = bundle(order_only=True)["result"]
    assert sum(len(stratum["drawn"]) for stratum in result["strata"]) == 40
    assert not any(stratum["reserves"] for stratum in result["strata"])


def test_a_beacons_randomness_comes_from_its_signature() -> None:
    signature = "ab" * 48
    randomness = hashlib.sha256(bytes.fromhex(signature)).hexdigest()
    promised = {"mode": "beacon", "name": "演示信标", "round": 7}
    told = {"round": 7, "randomness": randomness, "signature": signature}
    assert len(verifier._ensure_entropy(promised, told)) == 1
    for change in ({"round": 8}, {"signature": "ac" * 48}, {"randomness": "zz"}):
        with pytest.raises(Difference):
            verifier._ensure_entropy(promised, told | change)


def test_what_cannot_be_drawn_is_said() -> None:
    asked = parameters(teams=[{"code": "消防", "each": 0}])
    assert [place for place, _ in faults_of(asked, [], [inspector(1)])] == [
        "/parameters/teams/0/each",
        "/inspectors/0/team",
    ]
    assert [place for place, _ in faults_of(parameters(teams=[]), [], [])] == ["/parameters/teams"]
    rows = [subject(1), subject(1), subject(3, weight=0), subject(4, stratum="C"), subject(5, id="a\nb")]
    places = [place for place, _ in faults_of(parameters(), rows, [])]
    assert places == ["/subjects", "/subjects", "/subjects/2/weight", "/subjects/3/stratum"]
    with pytest.raises(NotDrawable):
        canonical({"share": 0.5})


def test_what_cannot_be_calculated_is_unreadable_and_its_place_is_named() -> None:
    whole = bundle()
    for text, said in unreadable_texts(whole):
        with pytest.raises(Unreadable) as caught:
            verify(read(text))
        assert said in str(caught.value), (said, str(caught.value))


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        (json.dumps(bundle()), 0, "相符"),
        ("\ufeff" + json.dumps(bundle()), 0, "相符"),
        (json.dumps(bundle() | {"seed": "0" * 64}), 1, "不符，第一处在 /seed"),
        ("[" * 100_000, 2, "嵌套太深"),
        ("", 2, "不是 JSON"),
    ],
)
def test_the_file_runs_by_itself(tmp_path: Path, text: str, code: int, said: str) -> None:
    """As somebody runs it who has nothing of ours but this file."""
    script, file = tmp_path / "verifier.py", tmp_path / "draw.json"
    script.write_bytes(Path(verifier.__file__).read_bytes())
    file.write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-I", "-S", script, file], capture_output=True, check=False, env={"PYTHONUTF8": "1"}
    )
    assert (done.returncode, said in done.stdout.decode()) == (code, True), done.stdout.decode()
