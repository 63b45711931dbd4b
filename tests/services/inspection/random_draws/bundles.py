"""Invented bundles of every shape, for holding two verifiers against each other."""

import copy
import functools
import hashlib
import json
import random
from collections.abc import Iterator
from typing import Any

from services.inspection.random_draws.verifier import (
    FORMAT,
    NotDrawable,
    commitment_of,
    result_of,
    seed_of,
    sha256,
    sha256_of_text,
)

KINDS = ("catering", "sales", "production")
LETTERS = '甲乙丙丁abc𠀀𠮷é\u2028"\\/ 0123'
"""Letters that tempt writers of JSON: beyond the basic plane, quoted, separators of lines."""


def _words(chance: random.Random, least: int = 1) -> str:
    return "".join(chance.choice(LETTERS) for _ in range(chance.randint(least, 8)))


def _some(chance: random.Random, of: list[str], most: int) -> list[str]:
    return chance.sample(of, chance.randint(0, min(most, len(of))))


def random_bundle(number: int) -> dict[str, Any]:
    """A published draw that follows from itself; the same number gives the same."""
    chance = random.Random(number)
    strata = [f"{_words(chance)}{index}" for index in range(chance.randint(1, 3))]
    teams = [f"{_words(chance)}{index}" for index in range(chance.randint(1, 2))]
    grids = [_words(chance) for _ in range(3)]
    people = sorted({f"{_words(chance)}#{index}" for index in range(chance.randint(1, 12))})
    subjects = [
        {
            "id": one,
            "name": _words(chance),
            "stratum": chance.choice(strata),
            "weight": chance.choice([1, 2, 8, chance.randint(1, 1_000_000)]),
            "grid": chance.choice(grids),
            "skills": [chance.choice(KINDS)],
            "last_inspectors": _some(chance, people, 2),
            "excluded": chance.choice([None, None, None, "停业"]),
        }
        for one in sorted({f"{_words(chance)}#{index}" for index in range(chance.randint(1, 40))})
    ]
    ids = [str(one["id"]) for one in subjects]
    inspectors = [
        {
            "id": one,
            "name": _words(chance),
            "team": chance.choice(teams),
            "skills": sorted(chance.sample(KINDS, chance.randint(1, 3))),
            "home_grids": _some(chance, grids, 1),
            "recused_from": _some(chance, ids, 3),
            "excluded": chance.choice([None, None, None, "不在岗"]),
        }
        for one in people
    ]
    parameters = {
        "strata": [{"code": code, "size": chance.randint(0, 12)} for code in strata],
        "teams": [{"code": code, "each": chance.randint(1, 3)} for code in teams],
        "load_slack": chance.randint(0, 2),
        "order_only": chance.random() < 0.2,
        _words(chance): _words(chance),
        "𠀀": 1,
        "\uffee": 2,
    }
    promised, told = _entropy(chance)
    secret = _words(chance)
    commitment = commitment_of(parameters, subjects, inspectors, secret, promised)
    reveal = {"secret": secret, "entropy": told}
    seed = seed_of(commitment, reveal)
    rosters = parameters, subjects, inspectors, seed
    changes: list[dict[str, Any]] = []
    for _ in range(chance.randint(0, 4)):
        places = result_of(*rosters, changes)["assignments"]
        if not places:
            break
        place = chance.choice(places)
        change = {"kind": "replace_subject", "subject": place["subject"], "reason": _words(chance)}
        if place["inspectors"] and chance.random() < 0.5:
            change |= {"kind": "recuse", "inspector": chance.choice(place["inspectors"])}
        try:
            result_of(*rosters, [*changes, change])
        except NotDrawable:
            continue
        changes.append(change)
    return {
        "format": FORMAT,
        "parameters": parameters,
        "subjects": subjects,
        "inspectors": inspectors,
        "commitment": commitment,
        "commitment_sha256": sha256(commitment),
        "reveal": reveal,
        "seed": seed.hex(),
        "changes": changes,
        "result": result_of(*rosters, changes),
    }


def _entropy(chance: random.Random) -> tuple[dict[str, Any], dict[str, Any]]:
    match chance.choice(["witnesses", "beacon", "public_number"]):
        case "witnesses":
            nonces = [_words(chance) for _ in range(chance.randint(1, 3))]
            return {"mode": "witnesses", "nonce_sha256": [sha256_of_text(one) for one in nonces]}, {"nonces": nonces}
        case "beacon":
            signature = chance.randbytes(48)
            told = {"round": 7, "signature": signature.hex(), "randomness": hashlib.sha256(signature).hexdigest()}
            return {"mode": "beacon", "name": "演示信标", "round": 7}, told
        case _:
            return {"mode": "public_number", "source": "演示摇号（虚构）"}, {"number": str(chance.randint(0, 99999))}


def spoilt(bundle: dict[str, Any], number: int) -> dict[str, Any]:
    """The bundle with one thing changed somewhere in what was published."""
    chance = random.Random(number)
    changed = copy.deepcopy(bundle)
    match chance.randint(0, 6):
        case 0:
            changed["subjects"][0]["weight"] += 1
        case 1:
            changed["inspectors"][-1]["name"] += "x"
        case 2:
            changed["reveal"]["secret"] += "x"
        case 3:
            changed["seed"] = "0" * 64
        case 4:
            changed["changes"].append({"kind": "replace_subject", "subject": "没有抽中的"})
        case 5:
            changed["result"]["strata"][0]["drawn"].append("x")
        case _:
            changed["result"]["strata"][0]["reserves"] = ["x"]
    return changed


def _within(inner: list[Any], _: int) -> list[Any]:
    return [inner]


def unreadable_texts(whole: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Files that tell readers different things, or nothing that can be calculated; and what is said of them."""
    text = json.dumps(whole, ensure_ascii=False)
    yield text.replace('"seed": ', '"seed": "x", "seed": ', 1), "重名"
    yield text.replace('"seed": ', '"se\\u0065d": "x", "seed": ', 1), "重名"
    yield text.replace('"load_slack": ', '"load_slack": 1234567890123456, "x": ', 1), "15 位"
    yield text.replace('"load_slack": ', '"load_slack": 1.0, "x": ', 1), "15 位"
    yield "[]", "/ 应是对象"
    for name in whole.keys() - {"format"}:
        yield json.dumps({key: value for key, value in whole.items() if key != name}), f"/{name} 没有写"
    first = whole["subjects"][0]
    for change, said in (
        ({"reveal": []}, "/reveal 应是对象"),
        ({"subjects": {}}, "/subjects 应是列表"),
        ({"subjects": [first | {"skills": [1]}]}, "/subjects/0/skills/0 应是文字"),
        ({"parameters": whole["parameters"] | {"order_only": 0}}, "/parameters/order_only 应是真或假"),
        ({"parameters": whole["parameters"] | {"load_slack": True}}, "/parameters/load_slack 应是整数"),
        ({"parameters": whole["parameters"] | {"title": "\ud800"}}, "/parameters/title 有不完整的字符"),
        ({"changes": [{"kind": "swap", "subject": "x"}]}, "/changes/0/kind 没有这种改动"),
        ({"changes": [{"kind": "recuse", "subject": "x"}]}, "/changes/0/inspector 没有写"),
        ({"result": functools.reduce(_within, range(30), [])}, "嵌套太深"),
    ):
        yield json.dumps(whole | change), said
