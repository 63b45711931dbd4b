#!/usr/bin/env python3
"""双随机抽取的算法与核验，一个文件，只用 Python 标准库：python3 verifier.py 公布的文件.json

Everything that decides a draw stands in this file; the platform draws with it and hands it out, so that whoever doubts
a draw runs it over the published file (`shian-draw/1`, described in docs/guide/random-draws.md). No number is a float:
what is compared are whole numbers, so that every machine and language comes to the same.

Order of things. The rosters and parameters are frozen and hashed; the bureau publishes these hashes with the hash of a
secret and says which outside randomness will be used (nonces of witnesses whose hashes are published too, a numbered
round of a public beacon, or digits thrown in public). Only then comes the outside randomness; the secret is revealed;
the seed follows from all of it, and from the seed everything else.
"""

import hashlib
import hmac
import json
import re
import sys
from collections.abc import Mapping, Sequence
from typing import Any

FORMAT = "shian-draw/1"
TICKET_BITS = 256
MAX_WEIGHT = 1_000_000
FEWEST_WITNESSES = 2
_HEX = re.compile("[0-9a-f]{64}")
_HEX_BYTES = re.compile("(?:[0-9a-f]{2})+")
_ID = re.compile("[^\x00-\x1f\x7f]{1,100}")
_HALF = re.compile("[\ud800-\udfff]")
MOST_DIGITS, MOST_NESTED = 15, 20
# Tickets are odd numerators over 2**257, weights at most 20 bits: quotients below differ by at least 2**-554.
_ORDER_BITS = 600
_WHOLE: int = 2 ** (TICKET_BITS + 1)

Roster = Sequence[Mapping[str, Any]]


class NotDrawable(ValueError):  # noqa: N818 (it is what people read)
    """The draw cannot be made as asked; the message says why, in Chinese."""


class Difference(ValueError):  # noqa: N818
    """The published file is not what follows from it: `place` is a JSON pointer, the message says what should be."""

    def __init__(self, place: str, message: str) -> None:
        super().__init__(f"{place}：{message}")
        self.place = place


class Unreadable(ValueError):  # noqa: N818
    """What was handed in is no published file; the message says where and what should be there, in Chinese."""


def read(text: str) -> Any:
    """A published file, read so that nobody can read it otherwise: whole numbers that every program keeps, no name
    twice in an object. Raises Unreadable.
    """
    try:
        return json.loads(
            text, parse_int=_whole, parse_float=_whole, parse_constant=_whole, object_pairs_hook=_named_once
        )
    except json.JSONDecodeError as error:
        raise Unreadable(f"不是 JSON（第 {error.lineno} 行）") from None
    except RecursionError:
        raise Unreadable("嵌套太深") from None


def _whole(digits: str) -> int:
    if not digits.lstrip("-").isdecimal() or len(digits.lstrip("-")) > MOST_DIGITS:
        raise Unreadable(f"只能有不超过 {MOST_DIGITS} 位的整数，不能有小数")
    return int(digits)


def _named_once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(members)
    if len(found) != len(members):
        raise Unreadable("同一个对象里有重名的成员")
    return found


# What must be there to be calculated: text, whole numbers, flags, anything; lists of it, objects with at least these.
_TYPES = {"text": str, "whole": int, "flag": bool}
_WORDS = {"text": "文字", "whole": "整数", "flag": "真或假"}
_TEXTS = ["text"]
_STRATUM, _TEAM = {"code": "text", "size": "any"}, {"code": "text", "each": "any"}
_PERSON = {"id": "text", "team": "text", "skills": _TEXTS, "home_grids": _TEXTS, "recused_from": _TEXTS}
_PLACE = {"id": "text", "stratum": "text", "weight": "any", "grid": "any", "skills": _TEXTS, "last_inspectors": _TEXTS}
_HASHES = ("parameters_sha256", "subjects_sha256", "inspectors_sha256", "secret_sha256")
SHAPE: dict[str, Any] = {
    "parameters": {"strata": [_STRATUM], "teams": [_TEAM], "load_slack": "whole", "order_only": "flag"},
    "subjects": [{**_PLACE, "excluded": "any"}],
    "inspectors": [{**_PERSON, "excluded": "any"}],
    "commitment": {**dict.fromkeys(_HASHES, "text"), "entropy": {"mode": "text"}},
    "commitment_sha256": "text",
    "reveal": {"secret": "text", "entropy": {}},
    "seed": "text",
    "changes": [{"kind": "text", "subject": "text"}],
    "result": "any",
}
PROMISED = {
    "witnesses": {"nonce_sha256": _TEXTS},
    "beacon": {"round": "whole"},
    "public_number": {"source": "text"},
}
REVEALED = {
    "witnesses": {"nonces": _TEXTS},
    "beacon": {"round": "whole", "randomness": "text", "signature": "text"},
    "public_number": {"number": "text"},
}


def ensure_shape(bundle: Any) -> None:
    """Raises Unreadable at the first place where something else stands than can be calculated with."""
    _ensure_shape("", SHAPE, bundle)
    mode = bundle["commitment"]["entropy"]["mode"]
    _ensure_shape("/commitment/entropy", PROMISED.get(mode, {}), bundle["commitment"]["entropy"])
    _ensure_shape("/reveal/entropy", REVEALED.get(mode, {}), bundle["reveal"]["entropy"])
    for index, change in enumerate(bundle["changes"]):
        if change["kind"] not in ("replace_subject", "recuse"):
            raise Unreadable(f"/changes/{index}/kind 没有这种改动")
        if change["kind"] == "recuse":
            _ensure_shape(f"/changes/{index}", {"inspector": "text"}, change)
    _ensure_text("", bundle, MOST_NESTED)


def _ensure_shape(place: str, shape: Any, value: Any) -> None:
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            raise Unreadable(f"{place or '/'} 应是对象")
        for name, inner in shape.items():
            if name not in value:
                raise Unreadable(f"{place}/{name} 没有写")
            _ensure_shape(f"{place}/{name}", inner, value[name])
    elif isinstance(shape, list):
        if not isinstance(value, list):
            raise Unreadable(f"{place} 应是列表")
        for index, one in enumerate(value):
            _ensure_shape(f"{place}/{index}", shape[0], one)
    elif shape != "any" and type(value) is not _TYPES[shape]:
        raise Unreadable(f"{place} 应是{_WORDS[shape]}")


def _ensure_text(place: str, value: Any, levels: int) -> None:
    """Half a character has no spelling in UTF-8, so nobody can hash it."""
    if not levels:
        raise Unreadable(f"{place} 嵌套太深")
    inside: list[tuple[str, Any]] = []
    if isinstance(value, dict):
        inside = [(name, inner) for name, inner in value.items()]
    elif isinstance(value, list):
        inside = [(str(index), inner) for index, inner in enumerate(value)]
    if (isinstance(value, str) and _HALF.search(value)) or any(_HALF.search(name) for name, _ in inside):
        raise Unreadable(f"{place or '/'} 有不完整的字符")
    for name, inner in inside:
        _ensure_text(f"{place}/{name}", inner, levels - 1)


def canonical(value: Any) -> bytes:
    """The one spelling that is hashed: JSON, UTF-8, keys sorted, no blanks, whole numbers only.

    Raises NotDrawable for a number with a fraction.
    """
    _ensure_whole(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def _ensure_whole(value: Any) -> None:
    if isinstance(value, float):
        raise NotDrawable("只能有整数，不能有小数")
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _ensure_whole(inner)


def sha256(value: Any) -> str:
    """Hash of the canonical spelling, in hexadecimal."""
    return hashlib.sha256(canonical(value)).hexdigest()


def sha256_of_text(text: str) -> str:
    """Hash of a secret or a witness's nonce as it is written."""
    return hashlib.sha256(text.encode()).hexdigest()


def commitment_of(
    parameters: Mapping[str, Any],
    subjects: Roster,
    inspectors: Roster,
    secret: str,
    entropy: Mapping[str, Any],
) -> dict[str, Any]:
    """What is published before the draw. `entropy` says where the outside randomness will come from:

    `{"mode": "witnesses", "nonce_sha256": [...]}`, `{"mode": "beacon", "name": …, "round": n}` or
    `{"mode": "public_number", "source": …}`.
    """
    return {
        "parameters_sha256": sha256(parameters),
        "subjects_sha256": sha256(list(subjects)),
        "inspectors_sha256": sha256(list(inspectors)),
        "secret_sha256": sha256_of_text(secret),
        "entropy": dict(entropy),
    }


def seed_of(commitment: Mapping[str, Any], reveal: Mapping[str, Any]) -> bytes:
    """The seed: 32 bytes out of the commitment, the secret and the outside randomness."""
    outside = sha256(reveal["entropy"])
    text = "\n".join((FORMAT, sha256(commitment), sha256_of_text(reveal["secret"]), outside, reveal["secret"]))
    return hashlib.sha256(text.encode()).digest()


def ticket(seed: bytes, *words: str) -> int:
    """A number from 0 to 2**256 - 1 that nobody can foresee without the seed: HMAC-SHA256 over the words' lines."""
    return int.from_bytes(hmac.digest(seed, "\n".join(words).encode(), "sha256"), "big")


def draw_stratum(seed: bytes, stratum: str, subjects: Roster, size: int) -> dict[str, list[str]]:
    """Pareto order sampling (Rosén 1997) of `size` subjects by their whole-number weights.

    Who would be drawn for certain (weight × size ≥ sum of weights) is drawn, the others share the rest. `drawn` and
    `reserves` are in the order in which they count.
    """
    tickets = {one["id"]: ticket(seed, "subject", stratum, one["id"]) for one in subjects}
    open_ = {one["id"]: one["weight"] for one in subjects}
    certain: list[str] = []
    left = min(size, len(open_))
    while left and open_:
        total = sum(open_.values())
        sure = [one for one, weight in open_.items() if weight * left >= total]
        if not sure:
            break
        for one in sure:
            del open_[one]
        certain += sure
        left -= len(sure)
    total = sum(open_.values())
    order = sorted(open_, key=lambda one: (_quotient(tickets[one], open_[one], left, total), one))
    certain.sort(key=lambda one: (tickets[one], one))
    return {"certain": certain, "drawn": certain + order[:left], "reserves": order[left:]}


def _quotient(number: int, weight: int, size: int, total: int) -> int:
    """u/(1-u) × (1-λ)/λ with u = (2·ticket+1)/2**257 and λ = size·weight/total, as a whole number.

    `size` in the denominator is the same for the whole stratum and left out, so that it may be nought.
    """
    above = (2 * number + 1) * (total - size * weight)
    below = (_WHOLE - 2 * number - 1) * weight
    return (above << _ORDER_BITS) // below


def draw_order(seed: bytes, stratum: str, subjects: Roster) -> dict[str, list[str]]:
    """重点事项: all are visited; chance decides only the order."""
    order = sorted((one["id"] for one in subjects), key=lambda one: (ticket(seed, "order", stratum, one), one))
    return {"certain": list(order), "drawn": order, "reserves": []}


class Assigning:
    """Gives inspectors to subjects, one subject after the other, and keeps count of everybody's load."""

    def __init__(self, seed: bytes, parameters: Mapping[str, Any], inspectors: Roster) -> None:
        self.seed = seed
        self.teams: dict[str, int] = {team["code"]: team["each"] for team in parameters["teams"]}
        self.slack: int = parameters["load_slack"]
        self.inspectors = [_Inspector(one) for one in inspectors if one["excluded"] is None]
        self.load = {one.id: 0 for one in self.inspectors}

    def assign(self, subject: Mapping[str, Any], staying: Sequence[str] = ()) -> list[str]:
        """The inspectors of one subject, of each team as many as it sends, fewer when there are not enough who may.

        Each time, of those of the team who may and whose load is not beyond the least of these plus the slack, the one
        with the lowest ticket. Those `staying` come first in their team and are not counted anew.
        """
        chosen: list[str] = []
        for team, each in self.teams.items():
            members = [one for one in self.inspectors if one.team == team]
            sent = [one.id for one in members if one.id in staying]
            free = [one.id for one in members if one.id not in sent and one.may_inspect(subject)]
            while len(sent) < each and free:
                most = min(self.load[one] for one in free) + self.slack
                fair = (one for one in free if self.load[one] <= most)
                _, one = min((ticket(self.seed, "inspector", subject["id"], one), one) for one in fair)
                sent.append(one)
                self.load[one] += 1
                free.remove(one)
            chosen += sent
        return chosen

    def release(self, inspector: str) -> None:
        """He goes where he was sent no longer."""
        self.load[inspector] -= 1

    def recuse(self, inspector: str, subject: str) -> None:
        """He may not go there."""
        next(one for one in self.inspectors if one.id == inspector).recused_from.add(subject)


class _Inspector:
    """One inspector, with what is looked up often as sets."""

    def __init__(self, row: Mapping[str, Any]) -> None:
        self.id: str = row["id"]
        self.team: str = row["team"]
        self.skills = frozenset(row["skills"])
        self.home_grids = frozenset(row["home_grids"])
        self.recused_from = set(row["recused_from"])

    def may_inspect(self, subject: Mapping[str, Any]) -> bool:
        """Skilled for it, not recused, not from its own grid, and none of those who came last."""
        return (
            self.id not in subject["last_inspectors"]
            and subject["grid"] not in self.home_grids
            and subject["id"] not in self.recused_from
            and self.skills.issuperset(subject["skills"])
        )


def result_of(
    parameters: Mapping[str, Any], subjects: Roster, inspectors: Roster, seed: bytes, changes: Roster = ()
) -> dict[str, Any]:
    """Strata with drawn and reserves, and who goes where; then the `changes`, in the order in which they came."""
    fit = [one for one in subjects if one["excluded"] is None]
    by_id = {one["id"]: one for one in fit}
    strata = []
    for stratum in parameters["strata"]:
        members = [one for one in fit if one["stratum"] == stratum["code"]]
        drawn = (
            draw_order(seed, stratum["code"], members)
            if parameters["order_only"]
            else draw_stratum(seed, stratum["code"], members, stratum["size"])
        )
        strata.append({"code": stratum["code"], **drawn})
    assigning = Assigning(seed, parameters, inspectors)
    assignments = [
        {"subject": one, "inspectors": assigning.assign(by_id[one])} for stratum in strata for one in stratum["drawn"]
    ]
    for change in changes:
        _apply(change, by_id, strata, assignments, assigning)
    return {"strata": strata, "assignments": assignments}


def _apply(
    change: Mapping[str, Any],
    subjects: Mapping[str, Mapping[str, Any]],
    strata: list[dict[str, Any]],
    assignments: list[dict[str, Any]],
    assigning: Assigning,
) -> None:
    """A subject that cannot be visited gives way to the next reserve; a recused inspector to the next who may.

    Raises NotDrawable when the change speaks of what was not drawn or when nobody is left.
    """
    place = next((one for one in assignments if one["subject"] == change["subject"]), None)
    if place is None:
        raise NotDrawable(f"{change['subject']} 不在抽中的名单里")
    if change["kind"] == "replace_subject":
        stratum = next(one for one in strata if change["subject"] in one["drawn"])
        if not stratum["reserves"]:
            raise NotDrawable(f"{stratum['code']} 没有备选了")
        reserve = stratum["reserves"].pop(0)
        stratum["drawn"][stratum["drawn"].index(change["subject"])] = reserve
        for one in place["inspectors"]:
            assigning.release(one)
        place |= {"subject": reserve, "inspectors": assigning.assign(subjects[reserve])}
        return
    if change["inspector"] not in place["inspectors"]:
        raise NotDrawable(f"{change['inspector']} 没有派往 {change['subject']}")
    assigning.release(change["inspector"])
    assigning.recuse(change["inspector"], change["subject"])
    staying = [one for one in place["inspectors"] if one != change["inspector"]]
    place["inspectors"] = assigning.assign(subjects[change["subject"]], staying)


def faults_of(parameters: Mapping[str, Any], subjects: Roster, inspectors: Roster) -> list[tuple[str, str]]:
    """Why no draw can be made of this; places and messages."""
    faults: list[tuple[str, str]] = []
    codes = [stratum["code"] for stratum in parameters["strata"]]
    if len(set(codes)) < len(codes) or not all(_ID.fullmatch(code) for code in codes):
        faults.append(("/parameters/strata", "层的编号重复，或含有控制字符"))
    for name, roster in (("subjects", subjects), ("inspectors", inspectors)):
        ids = [one["id"] for one in roster]
        if ids != sorted(set(ids)):
            faults.append((f"/{name}", "名单须按编号排序，编号不能重复"))
        if not all(_ID.fullmatch(one) for one in ids):
            faults.append((f"/{name}", "编号须是 1 到 100 个字符，不含换行等控制字符"))
    teams = [team["code"] for team in parameters["teams"]]
    if not teams or len(set(teams)) < len(teams):
        faults.append(("/parameters/teams", "至少一个派员单位，编号不能重复"))
    for index, team in enumerate(parameters["teams"]):
        if type(team["each"]) is not int or team["each"] < 1:
            faults.append((f"/parameters/teams/{index}/each", "每次派出的人数须是不小于一的整数"))
    for index, one in enumerate(inspectors):
        if one["excluded"] is None and one["team"] not in teams:
            faults.append((f"/inspectors/{index}/team", f"没有 {one['team']} 这个派员单位"))
    for index, one in enumerate(subjects):
        if one["excluded"] is None and one["stratum"] not in codes:
            faults.append((f"/subjects/{index}/stratum", f"没有 {one['stratum']} 这一层"))
        if type(one["weight"]) is not int or not 1 <= one["weight"] <= MAX_WEIGHT:
            faults.append((f"/subjects/{index}/weight", f"权重须是 1 到 {MAX_WEIGHT} 的整数"))
    for index, stratum in enumerate(parameters["strata"]):
        if type(stratum["size"]) is not int or stratum["size"] < 0:
            faults.append((f"/parameters/strata/{index}/size", "抽取数须是不小于零的整数"))
    return faults


def verify(bundle: Mapping[str, Any]) -> list[str]:
    """Calculate a published bundle again. Returns notes for the reader; raises Difference at the first difference,
    Unreadable for what is no published draw.
    """
    if not isinstance(bundle, dict):
        raise Unreadable("/ 应是对象")
    if bundle.get("format") != FORMAT:
        raise Difference("/format", f"应为 {FORMAT}")
    ensure_shape(bundle)
    parameters, subjects, inspectors = bundle["parameters"], bundle["subjects"], bundle["inspectors"]
    commitment, reveal = bundle["commitment"], bundle["reveal"]
    for name, value in (("parameters", parameters), ("subjects", subjects), ("inspectors", inspectors)):
        _ensure_same(
            f"/{name}", "的指纹与事先公布的承诺不符，名单或参数被改过", sha256(value), commitment[f"{name}_sha256"]
        )
    for place, message in faults_of(parameters, subjects, inspectors):
        raise Difference(place, message)
    secret = sha256_of_text(reveal["secret"])
    _ensure_same("/reveal/secret", "与事先公布的承诺不符", secret, commitment["secret_sha256"])
    notes = _ensure_entropy(commitment["entropy"], reveal["entropy"])
    _ensure_same("/commitment_sha256", "应为承诺的指纹", sha256(commitment), bundle["commitment_sha256"])
    seed = seed_of(commitment, reveal)
    _ensure_same("/seed", "由承诺、秘密和外部随机数算出的种子不是这个", seed.hex(), bundle["seed"])
    try:
        result = result_of(parameters, subjects, inspectors, seed, bundle["changes"])
    except NotDrawable as error:
        raise Difference("/changes", str(error)) from None
    _ensure_equal("/result", result, bundle["result"])
    return notes


def _ensure_entropy(promised: Mapping[str, Any], revealed: Mapping[str, Any]) -> list[str]:
    match promised["mode"]:
        case "witnesses":
            hashes = [sha256_of_text(nonce) for nonce in revealed["nonces"]]
            _ensure_equal("/reveal/entropy/nonces", promised["nonce_sha256"], hashes)
            if len(set(hashes)) >= FEWEST_WITNESSES:
                return []
            return [f"不同的见证人随机数只有 {len(set(hashes))} 个：机关可能自己就能决定结果"]
        case "beacon":
            _ensure_same("/reveal/entropy/round", "不是承诺的那一轮", revealed["round"], promised["round"])
            if not _HEX.fullmatch(revealed["randomness"]):
                raise Difference("/reveal/entropy/randomness", "须是 64 位十六进制数")
            if not _HEX_BYTES.fullmatch(revealed["signature"]):
                raise Difference("/reveal/entropy/signature", "须是小写的十六进制数")
            drawn = hashlib.sha256(bytes.fromhex(revealed["signature"])).hexdigest()
            _ensure_same("/reveal/entropy/randomness", "不是签名的 SHA-256", revealed["randomness"], drawn)
            named = f"信标第 {promised['round']} 轮的签名请对照信标公布的数据"
            return [f"{named}（这里只核对了随机数出自签名；drand quicknet 可用 beacon.py 核对）"]
        case "public_number":
            return [f"外部随机数 {revealed['number']} 请对照：{promised['source']}"]
    raise Difference("/commitment/entropy/mode", "没有这种外部随机数")


def _ensure_same(place: str, message: str, found: Any, expected: Any) -> None:
    if found != expected:
        raise Difference(place, message)


def _ensure_equal(place: str, expected: Any, found: Any) -> None:
    """Descend to the first difference. Raises Difference."""
    if isinstance(expected, Mapping) and isinstance(found, Mapping):
        if expected.keys() != found.keys():
            raise Difference(place, f"应有且只有 {'、'.join(expected)}")
        for name in expected:
            _ensure_equal(f"{place}/{name}", expected[name], found[name])
    elif isinstance(expected, list) and isinstance(found, list):
        for index, (one, other) in enumerate(zip(expected, found, strict=False)):
            _ensure_equal(f"{place}/{index}", one, other)
        if len(expected) != len(found):
            raise Difference(place, f"应有 {len(expected)} 个，公布的有 {len(found)} 个")
    elif expected != found or type(expected) is not type(found):
        raise Difference(place, f"应为 {expected!r}，公布的是 {found!r}")


def main(arguments: Sequence[str]) -> int:
    """0: it follows from itself; 1: it does not; 2: it cannot be read."""
    say = sys.stdout.write
    if len(arguments) != 1:
        say("用法：python3 verifier.py 公布的文件.json\n")
        return 2
    try:
        with open(arguments[0], encoding="utf-8-sig") as file:  # noqa: PTH123 (a plain file for plain readers)
            bundle = read(file.read())
        notes = verify(bundle)
    except Difference as difference:
        say(f"不符，第一处在 {difference}\n")
        return 1
    except (OSError, ValueError) as error:
        say(f"文件读不懂：{error}\n")
        return 2
    drawn = sum(len(stratum["drawn"]) for stratum in bundle["result"]["strata"])
    say(f"相符：承诺、种子、{drawn} 个抽中的对象、备选的次序和派出的人员都由公布的数据算出\n")
    for note in notes:
        say(f"还请自己核对：{note}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
