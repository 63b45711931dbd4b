"""The algorithm by itself: the standard's vectors, and proofs that hold exactly for what they prove."""

import hashlib
import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.audit import verifier
from shared.audit.rules import blocks_completed, consistency_ranges, inclusion_ranges, pieces
from shared.audit.verifier import (
    ALGORITHMS,
    FORMAT,
    Difference,
    Peaks,
    chain_start,
    chained,
    ensure_consistency,
    ensure_inclusion,
    leaf_hashes,
    sm3_by_steps,
    verify_log,
)

ABC = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
ABCD_16 = "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"

Line = dict[str, Any]


def test_sm3_gives_the_digests_of_the_standard() -> None:
    assert sm3_by_steps(b"abc").hex() == ABC
    assert sm3_by_steps(b"abcd" * 16).hex() == ABCD_16


@pytest.mark.skipif("sm3" not in hashlib.algorithms_available, reason="this Python's OpenSSL has no SM3")
@given(st.binary(max_size=300))
def test_sm3_by_steps_is_the_one_of_openssl(data: bytes) -> None:
    assert sm3_by_steps(data) == hashlib.new("sm3", data).digest()


def tree(leaves: list[bytes], name: str = "sha256") -> bytes:
    """The root by RFC 9162's own words: part at the largest power of two below the size."""
    if len(leaves) == 1:
        return leaves[0]
    at = verifier.split(len(leaves))
    return verifier.node(name, tree(leaves[:at], name), tree(leaves[at:], name))


def some_leaves(size: int) -> list[bytes]:
    return [hashlib.sha256(b"\x00%d" % number).digest() for number in range(size)]


@given(st.integers(1, 600))
def test_a_growing_tree_has_the_root_that_the_standard_gives(size: int) -> None:
    peaks = Peaks("sha256")
    for leaf in some_leaves(size):
        peaks.add(leaf)
    assert peaks.root() == tree(some_leaves(size))


@given(st.data())
def test_a_record_is_proven_by_its_path_and_by_no_other(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 300))
    index = data.draw(st.integers(0, size - 1))
    leaves = some_leaves(size)
    path = [tree(leaves[low:high]) for low, high in inclusion_ranges(index, size)]
    ensure_inclusion("sha256", leaves[index], index, size, path, tree(leaves))
    with pytest.raises(Difference):
        ensure_inclusion("sha256", hashlib.sha256(b"other").digest(), index, size, path, tree(leaves))
    if size > 1:
        elsewhere = (index + 1) % size
        with pytest.raises(Difference):
            ensure_inclusion("sha256", leaves[index], elsewhere, size, path, tree(leaves))


@given(st.data())
def test_a_later_head_is_proven_to_add_only_when_it_does(data: st.DataObject) -> None:
    large = data.draw(st.integers(1, 300))
    small = data.draw(st.integers(1, large))
    leaves = some_leaves(large)
    path = [tree(leaves[low:high]) for low, high in consistency_ranges(small, large)]
    first, second = (small, tree(leaves[:small])), (large, tree(leaves))
    ensure_consistency("sha256", first, second, path)
    rewritten = leaves.copy()
    rewritten[data.draw(st.integers(0, small - 1))] = hashlib.sha256(b"rewritten").digest()
    their_path = [tree(rewritten[low:high]) for low, high in consistency_ranges(small, large)]
    with pytest.raises(Difference):
        ensure_consistency("sha256", first, (large, tree(rewritten)), their_path)


@given(st.integers(0, 70_000), st.integers(0, 70_000))
def test_each_block_is_completed_once_and_every_tree_is_made_of_blocks(one: int, other: int) -> None:
    before, after = sorted((one, other))
    whole = {*blocks_completed(0, before), *blocks_completed(before, after)}
    assert whole == set(blocks_completed(0, after))
    made_of = list(pieces((0, after)))
    assert sum(256**level for level, _ in made_of) == after
    assert {piece for piece in made_of if piece[0]} <= whole


def a_log(size: int) -> list[Line]:
    chain, lines = chain_start("sampling"), []
    for position in range(size):
        leaf = {"format": FORMAT, "unit": "sampling", "id": f"record-{position}", "action": "POST /v1/samples"}
        hashes = leaf_hashes(leaf)
        chain = chained(chain, hashes)
        lines.append(_line(position, leaf, hashes, chain))
    return lines


def _line(position: int, leaf: Line, hashes: verifier.Hashes, chain: verifier.Hashes) -> Line:
    line: Line = {"position": position, "leaf": leaf}
    for name in ALGORITHMS:
        line |= {f"leaf_{name}": hashes[name].hex(), f"chain_{name}": chain[name].hex()}
    return line


def head_of(lines: list[Line]) -> Line:
    head: Line = {"format": FORMAT, "unit": "sampling", "size": len(lines), "published_at": "2026-07-24T01:30:00+00:00"}
    for name in ALGORITHMS:
        head[f"root_{name}"] = tree([bytes.fromhex(line[f"leaf_{name}"]) for line in lines], name).hex()
        head[f"chain_{name}"] = lines[-1][f"chain_{name}"]
    return head


@given(st.integers(1, 60), st.data())
def test_a_log_and_its_heads_fit_whatever_heads_were_kept(size: int, data: st.DataObject) -> None:
    lines = a_log(size)
    kept = data.draw(st.sets(st.integers(1, size), max_size=4))
    assert verify_log(lines, [head_of(lines[:many]) for many in kept]) == []


def test_a_whole_log_that_was_calculated_anew_is_found_by_kept_heads_and_narrowed_between_them() -> None:
    lines = a_log(9)
    heads = [head_of(lines[:many]) for many in (3, 7, 9)]
    chain, forged = chain_start("sampling"), []
    for line in lines:
        leaf = line["leaf"] | ({"action": "DELETE /v1/samples"} if line["position"] == 5 else {})
        hashes = leaf_hashes(leaf)
        chain = chained(chain, hashes)
        forged.append(_line(line["position"], leaf, hashes, chain))
    assert verify_log(forged) == []
    found = [str(difference) for difference in verify_log(forged, heads)]
    assert "位置 3 至 6" in found[0]
    assert len(found) == 2


def test_a_log_that_lacks_its_end_is_found_by_a_kept_head() -> None:
    lines = a_log(5)
    (difference,) = verify_log(lines[:3], [head_of(lines)])
    assert "当时有 5 条，日志只有 3 条" in str(difference)


def test_the_file_alone_tells_in_words_and_by_its_exit_status(tmp_path: Path) -> None:
    lines = a_log(4)
    log, heads = tmp_path / "log.ndjson", tmp_path / "heads.json"
    heads.write_text(json.dumps({"items": [head_of(lines[:2]), head_of(lines)], "next_cursor": None}))

    def told() -> tuple[int, str]:
        log.write_text("\n".join(json.dumps(line) for line in lines))
        command = [sys.executable, "-I", verifier.__file__, str(log), str(heads)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, encoding="utf-8")
        return done.returncode, done.stdout

    assert told() == (0, "相符：日志 1 份，自己保存的树头 2 个，证明 0 份\n")
    lines[1]["leaf"]["action"] = "DELETE /v1/samples"
    status, words = told()
    assert status == 1
    assert "位置 1（record-1）：内容被改过" in words


def test_heads_grow_with_the_log() -> None:
    lines = a_log(20)
    heads = [head_of(lines[:many]) for many in range(1, 21)]
    for earlier, later in pairwise(heads):
        verifier.verify_consistency(proof_of(lines, earlier, later))


def proof_of(lines: list[Line], earlier: Line, later: Line) -> Line:
    path = {
        f"path_{name}": [
            tree([bytes.fromhex(line[f"leaf_{name}"]) for line in lines[low:high]], name).hex()
            for low, high in consistency_ranges(earlier["size"], later["size"])
        ]
        for name in ALGORITHMS
    }
    return {"first": earlier, "second": later} | path


@pytest.mark.parametrize("part", ["root_sha256", "root_sm3", "chain_sha256", "chain_sm3"])
def test_a_proof_counts_against_the_head_that_the_reader_has_kept_himself(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], part: str
) -> None:
    """The platform may seal everything anew and prove what it likes of that; what it published before, it cannot."""
    lines = a_log(9)
    proof, kept = tmp_path / "proof.json", tmp_path / "kept.json"
    proof.write_text(json.dumps(proof_of(lines, head_of(lines[:4]), head_of(lines))))

    def told(*heads: Line) -> tuple[int, str]:
        kept.write_text(json.dumps(list(heads)))
        status = verifier.main([str(proof), *([str(kept)] if heads else [])])
        return status, capsys.readouterr().out

    own = head_of(lines[:4])
    assert told(own)[0] == 0
    status, words = told(own | {part: own[part][:-1] + "x"})
    assert (status, "与证明里的不同" in words) == (1, True)
    status, words = told(head_of(lines[:5]))
    assert (status, "没有一份证明说到它" in words) == (1, True)
    status, words = told()
    assert (status, "没有给出自己保存的树头" in words) == (0, True)
