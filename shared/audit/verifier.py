#!/usr/bin/env python3
"""操作日志的算法与核验，一个文件，只用 Python 标准库：python3 verifier.py 文件 [文件…]

Everything that decides whether a log is whole stands in this file; the platform seals with it and hands it out. The
format `shian-audit/1` is described in docs/guide/audit.md. It reads, told apart by their content:

- a log as the operator exports it (`.ndjson`, one sealed record a line), together with as many tree heads as the reader
  has kept: each record, the chain, and every kept head are calculated anew;
- a proof that one record stands in the log of a head, or that a later head only adds to an earlier one, again together
  with the heads that the reader has kept: a proof by itself only says that the heads in it fit each other.

Records are leaves of a Merkle tree as in RFC 9162 (leaf 0x00, node 0x01) and links of a chain (0x02), each twice: in
SHA-256 and in SM3 (GB/T 32905-2016). Whoever holds one old head needs to trust nobody for what lies before it.
"""

import hashlib
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

FORMAT = "shian-audit/1"
ALGORITHMS = ("sha256", "sm3")
MOST_DIFFERENCES = 50
"""After so many the reader knows enough."""

Hash = Callable[[bytes], bytes]
Hashes = dict[str, bytes]


class Difference(ValueError):  # noqa: N818 (it is what people read)
    """What is shown does not follow from itself: `place` says where, the message what is wrong, in Chinese."""

    def __init__(self, place: str, message: str) -> None:
        super().__init__(f"{place}：{message}")
        self.place = place


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def sm3(data: bytes) -> bytes:
    """SM3; by OpenSSL where Python's has it, else by the standard's own steps."""
    if "sm3" in hashlib.algorithms_available:
        return hashlib.new("sm3", data).digest()
    return sm3_by_steps(data)


_WORD = 0xFFFFFFFF
_SM3_START = (0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E)


def sm3_by_steps(data: bytes) -> bytes:
    """SM3 as GB/T 32905-2016 writes it down, for a Python whose OpenSSL lacks it."""
    padded = data + b"\x80" + bytes(-(len(data) + 9) % 64) + (len(data) * 8).to_bytes(8, "big")
    state: tuple[int, ...] = _SM3_START
    for start in range(0, len(padded), 64):
        state = _sm3_block(state, padded[start : start + 64])
    return b"".join(word.to_bytes(4, "big") for word in state)


def _sm3_block(state: tuple[int, ...], block: bytes) -> tuple[int, ...]:
    w = [int.from_bytes(block[at : at + 4], "big") for at in range(0, 64, 4)]
    for j in range(16, 68):
        mixed = w[j - 16] ^ w[j - 9] ^ _turn(w[j - 3], 15)
        w.append(mixed ^ _turn(mixed, 15) ^ _turn(mixed, 23) ^ _turn(w[j - 13], 7) ^ w[j - 6])
    a, b, c, d, e, f, g, h = state
    for j in range(64):
        early = j < 16
        a12 = _turn(a, 12)
        ss1 = _turn((a12 + e + _turn(0x79CC4519 if early else 0x7A879D8A, j % 32)) & _WORD, 7)
        ff = a ^ b ^ c if early else (a & b) | (a & c) | (b & c)
        gg = e ^ f ^ g if early else (e & f) | (~e & g)
        tt1 = (ff + d + (ss1 ^ a12) + (w[j] ^ w[j + 4])) & _WORD
        tt2 = (gg + h + ss1 + w[j]) & _WORD
        a, b, c, d = tt1, a, _turn(b, 9), c
        e, f, g, h = tt2 ^ _turn(tt2, 9) ^ _turn(tt2, 17), e, _turn(f, 19), g
    return tuple(old ^ new for old, new in zip(state, (a, b, c, d, e, f, g, h), strict=True))


def _turn(word: int, by: int) -> int:
    return ((word << by) | (word >> (32 - by))) & _WORD if by else word


HASHES: dict[str, Hash] = {"sha256": sha256, "sm3": sm3}


def canonical(value: Any) -> bytes:
    """The one spelling that is hashed: JSON, UTF-8, keys sorted, no blanks, no numbers with a fraction."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def leaf_hashes(leaf: Mapping[str, Any]) -> Hashes:
    """Hash of a record's content, in each algorithm."""
    data = b"\x00" + canonical(leaf)
    return {name: HASHES[name](data) for name in ALGORITHMS}


def chain_start(unit: str) -> Hashes:
    """What the first record of a unit is chained to."""
    return {name: HASHES[name](f"{FORMAT} {unit}".encode()) for name in ALGORITHMS}


def chained(before: Hashes, leaf: Hashes) -> Hashes:
    """The chain after one more record."""
    return {name: HASHES[name](b"\x02" + before[name] + leaf[name]) for name in ALGORITHMS}


def node(name: str, left: bytes, right: bytes) -> bytes:
    """The hash of two neighbouring subtrees."""
    return HASHES[name](b"\x01" + left + right)


class Peaks:
    """The root of a tree that grows: the whole subtrees so far, the largest first."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.size = 0
        self._stack: list[tuple[int, bytes]] = []

    def add(self, subtree: bytes, leaves: int = 1) -> None:
        """Append a whole subtree of `leaves` leaves, a power of two that divides the size so far."""
        self.size += leaves
        while self._stack and self._stack[-1][0] == leaves:
            subtree, leaves = node(self.name, self._stack.pop()[1], subtree), leaves * 2
        self._stack.append((leaves, subtree))

    def root(self) -> bytes:
        """The hash of all leaves so far; of none, the hash of nothing."""
        if not self._stack:
            return HASHES[self.name](b"")
        root = self._stack[-1][1]
        for _, larger in reversed(self._stack[:-1]):
            root = node(self.name, larger, root)
        return root


def split(size: int) -> int:
    """The largest power of two below `size`: where RFC 9162 parts a tree of more than one leaf."""
    return 1 << ((size - 1).bit_length() - 1)


def ensure_inclusion(name: str, leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    """RFC 9162, 2.1.3.2. Raises Difference."""
    if not 0 <= index < size:
        raise Difference(f"{name}", f"位置 {index} 不在前 {size} 条之中")
    at, last, reached = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            raise Difference(f"{name}", "证明太长")
        if at & 1 or at == last:
            reached = node(name, sibling, reached)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            reached = node(name, reached, sibling)
        at, last = at >> 1, last >> 1
    if last or reached != root:
        raise Difference(f"{name}", "由这条记录与证明算不出树头的根：它不在这棵树里，或被改过")


def ensure_consistency(name: str, first: tuple[int, bytes], second: tuple[int, bytes], path: Sequence[bytes]) -> None:
    """RFC 9162, 2.1.4.2, for heads as (size, root). Raises Difference."""
    (small, small_root), (large, large_root) = first, second
    if not 0 < small <= large:
        raise Difference(name, f"树头的条数须由小到大，现为 {small} 与 {large}")
    if small == large:
        if path or small_root != large_root:
            raise Difference(name, "条数相同而根不同：其中有记录被改过")
        return
    hashes = [small_root, *path] if small & (small - 1) == 0 else list(path)
    at, last = small - 1, large - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    if not hashes:
        raise Difference(name, "证明是空的")
    old = new = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            raise Difference(name, "证明太长")
        if at & 1 or at == last:
            old, new = node(name, sibling, old), node(name, sibling, new)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            new = node(name, new, sibling)
        at, last = at >> 1, last >> 1
    if last or old != small_root or new != large_root:
        raise Difference(name, f"后一个树头不是在前 {small} 条之后续写的：前面有记录被改过、删过或插过")


def verify_log(lines: Iterable[Mapping[str, Any]], heads: Sequence[Mapping[str, Any]] = ()) -> list[Difference]:
    """Calculate an exported log anew, from its first record, and compare it with what was kept.

    Names every place that does not fit, at most fifty: changed content, missing, foreign and exchanged records by
    their position, and for each head between which heads the first `size` records were rewritten.
    """
    found: list[Difference] = []
    peaks = {name: Peaks(name) for name in ALGORITHMS}
    due = sorted(heads, key=lambda head: int(head["size"]))
    sound = 0
    chain: Hashes | None = None
    unit = ""
    expected = 0
    for line in lines:
        if len(found) >= MOST_DIFFERENCES:
            return found
        position, leaf = int(line["position"]), line["leaf"]
        if chain is None:
            unit = str(leaf["unit"])
            chain = chain_start(unit)
        if position != expected:
            found.append(_out_of_order(expected, position))
        place = f"位置 {position}（{leaf['id']}）"
        if leaf["format"] != FORMAT or leaf["unit"] != unit:
            found.append(Difference(place, f"不是单元 {unit} 的 {FORMAT} 记录"))
        calculated, written = leaf_hashes(leaf), _written(line, "leaf")
        if calculated != written:
            found.append(Difference(place, "内容被改过：由内容算出的哈希与封存时的不同"))
        # Of a changed record the sealed hash is taken further, so that what follows is not blamed for it.
        linked, chain = chained(chain, written), _written(line, "chain")
        if position == expected and linked != chain:
            found.append(Difference(place, "不能接在上一条之后：这里或上一条被插入、调换或替换过"))
        for name in ALGORITHMS:
            peaks[name].add(calculated[name])
        expected = position + 1
        while due and int(due[0]["size"]) <= peaks["sha256"].size:
            sound = _compare(due.pop(0), unit, peaks, chain, sound, found)
    found += [_too_short(head, peaks["sha256"].size) for head in due]
    return found[:MOST_DIFFERENCES]


def _out_of_order(expected: int, position: int) -> Difference:
    if position > expected:
        missing = f"位置 {expected}" if position == expected + 1 else f"位置 {expected} 至 {position - 1}"
        return Difference(missing, "记录缺失：被删除")
    return Difference(f"位置 {position}", f"应为位置 {expected}：重复、插入或次序被调换")


def _written(line: Mapping[str, Any], what: str) -> Hashes:
    return {name: bytes.fromhex(line[f"{what}_{name}"]) for name in ALGORITHMS}


def _compare(
    head: Mapping[str, Any], unit: str, peaks: Mapping[str, Peaks], chain: Hashes, sound: int, found: list[Difference]
) -> int:
    """Compare a head with the tree at its size. Returns how many records from the first are proven sound."""
    size = int(head["size"])
    place = f"树头 {size}（{head['published_at']}）"
    if head["unit"] != unit:
        found.append(Difference(place, f"是单元 {head['unit']} 的，日志是 {unit} 的"))
    elif peaks["sha256"].size != size:
        return sound
    elif all(
        (peaks[name].root().hex(), chain[name].hex()) == (head[f"root_{name}"], head[f"chain_{name}"])
        for name in ALGORITHMS
    ):
        return size
    else:
        found.append(Difference(place, f"位置 {sound} 至 {size - 1} 的记录与当时公布的不同：有记录被改过、删过或插过"))
    return sound


def _too_short(head: Mapping[str, Any], size: int) -> Difference:
    return Difference(f"树头 {head['size']}（{head['published_at']}）", f"当时有 {head['size']} 条，日志只有 {size} 条")


def verify_inclusion(proof: Mapping[str, Any]) -> None:
    """That the record of a proof stands in the log of its head. Raises Difference."""
    record, head = proof["record"], proof["head"]
    if record["leaf"]["unit"] != head["unit"]:
        raise Difference("head", "树头与记录不是同一个单元的")
    leaf = leaf_hashes(record["leaf"])
    for name in ALGORITHMS:
        path = [bytes.fromhex(one) for one in proof[f"path_{name}"]]
        root = bytes.fromhex(head[f"root_{name}"])
        ensure_inclusion(name, leaf[name], int(record["position"]), int(head["size"]), path, root)


def verify_consistency(proof: Mapping[str, Any]) -> None:
    """That the second head of a proof only adds to the first. Raises Difference."""
    first, second = proof["first"], proof["second"]
    if first["unit"] != second["unit"]:
        raise Difference("second", "两个树头不是同一个单元的")
    for name in ALGORITHMS:
        path = [bytes.fromhex(one) for one in proof[f"path_{name}"]]
        smaller, larger = ((int(head["size"]), bytes.fromhex(head[f"root_{name}"])) for head in (first, second))
        ensure_consistency(name, smaller, larger, path)


def verify_kept(heads: Sequence[Mapping[str, Any]], proofs: Sequence[Mapping[str, Any]]) -> list[Difference]:
    """Compare each head that the reader has kept with those in the proofs: what the platform shows of the same unit
    and size must be the same in every hash, and a head of which no proof speaks is not proven by any.
    """
    found = []
    shown = [head for proof in proofs for head in _heads_of(proof)]
    for kept in heads:
        place = f"自己保存的树头 {kept['size']}（{kept['unit']}，{kept['published_at']}）"
        same = [head for head in shown if (head["unit"], int(head["size"])) == (kept["unit"], int(kept["size"]))]
        if not same:
            found.append(Difference(place, "没有一份证明说到它：请按它的条数取证明"))
        elif any(head[f"{what}_{name}"] != kept[f"{what}_{name}"] for head in same for what, name in _PARTS):
            found.append(Difference(place, "与证明里的不同：它之前的记录在它公布以后被改过、删过或插过"))
    return found


_PARTS = [(what, name) for what in ("root", "chain") for name in ALGORITHMS]


def _heads_of(proof: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [proof["first"], proof["second"]] if "first" in proof else [proof["head"]]


def main(arguments: Sequence[str]) -> int:
    """0: all of it fits; 1: something does not; 2: a file cannot be read."""
    say = sys.stdout.write
    if not arguments:
        say("用法：python3 verifier.py 日志.ndjson 或 证明.json [自己保存的树头.json …]\n")
        return 2
    try:
        logs = [path for path in arguments if _is_log(path)]
        documents = [document for path in arguments if path not in logs for document in _read(path)]
        heads = [document for document in documents if "size" in document]
        proofs = [document for document in documents if "path_sha256" in document]
        if len(logs) > 1 or not (logs or proofs):
            say("要核对的须是一份日志，或至少一份证明；只有树头无从核对\n")
            return 2
        found = verify_log(_lines(logs[0]), heads) if logs else verify_kept(heads, proofs)
        for proof in proofs:
            found += _differences_of(proof)
    except (OSError, ValueError, KeyError, TypeError) as error:
        say(f"文件读不懂：{type(error).__name__} {error}\n")
        return 2
    for difference in found:
        say(f"不符：{difference}\n")
    if not found:
        say(f"相符：日志 {len(logs)} 份，自己保存的树头 {len(heads)} 个，证明 {len(proofs)} 份\n")
        if not heads:
            say("没有给出自己保存的树头：只说明这些文件前后相符，不说明与从前公布的相同\n")
    return 1 if found else 0


def _differences_of(proof: Mapping[str, Any]) -> list[Difference]:
    try:
        verify_consistency(proof) if "first" in proof else verify_inclusion(proof)
    except Difference as difference:
        return [difference]
    return []


def _is_log(path: str) -> bool:
    with open(path, encoding="utf-8") as file:  # noqa: PTH123 (a plain file for plain readers)
        first = file.readline()
    try:
        return "leaf" in json.loads(first)
    except ValueError:
        return False


def _lines(path: str) -> Iterator[dict[str, Any]]:
    """The records of a log one by one: it may be larger than the memory."""
    with open(path, encoding="utf-8") as file:  # noqa: PTH123
        for line in file:
            yield json.loads(line)


def _read(path: str) -> list[dict[str, Any]]:
    """The JSON values of a file: one, a list, or a page of a list (`items`)."""
    with open(path, encoding="utf-8") as file:  # noqa: PTH123
        value = json.load(file)
    if isinstance(value, dict):
        value = value.get("items", [value])
    return list(value)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
