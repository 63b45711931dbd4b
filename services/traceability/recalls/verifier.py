#!/usr/bin/env python3
"""召回证据包的核验，一个文件，只用 Python 标准库：python3 verifier.py 证据包.zip [摘要]

The platform packs an evidence bundle (`shian-recall-evidence/1`) for a penalty case; whoever doubts it runs this file
over it, without the platform. It checks that

- the bundle holds the files of its manifest and no others, each with the hash that stands there;
- each frozen scope has the hash that was recorded when it was frozen;
- each event of a scope is there as it was sent, with the hash that was frozen, or is named as not contained;
- every step of the history is in the order in which it was recorded.

The digest printed at the end is that of the manifest: compare it with the one on paper, which binds all the rest.
"""

import hashlib
import json
import sys
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

FORMAT = "shian-recall-evidence/1"
MANIFEST = "manifest.json"
_LARGEST = 2**30


class Difference(ValueError):  # noqa: N818 (it is what people read)
    """The bundle is not what it says: `place` is a file in it, the message says what is wrong."""

    def __init__(self, place: str, message: str) -> None:
        super().__init__(f"{place}：{message}")
        self.place = place


def canonical(value: Any) -> bytes:
    """The one spelling that is hashed: JSON, UTF-8, keys sorted, no blanks."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def verify(files: Mapping[str, bytes]) -> tuple[str, list[str]]:
    """Check the files of a bundle; gives the digest of the manifest and what is left to be looked at by people.

    Raises Difference.
    """
    manifest = _manifest(files)
    listed = manifest["files"]
    for name in sorted({*files, *listed} - {MANIFEST}):
        if name not in listed:
            raise Difference(name, "清单里没有这个文件")
        if name not in files:
            raise Difference(name, "清单里有，包里没有")
        if digest(files[name]) != listed[name]:
            raise Difference(name, "内容与清单中的摘要不符，打包之后被改动过")
    notes: list[str] = []
    recall = json.loads(files["recall.json"])
    for scope in recall["scopes"]:
        notes += _check_scope(scope, files)
    _check_history(json.loads(files["history.json"]))
    return digest(files[MANIFEST]), notes


def _manifest(files: Mapping[str, bytes]) -> dict[str, Any]:
    if MANIFEST not in files:
        raise Difference(MANIFEST, "没有清单")
    manifest: dict[str, Any] = json.loads(files[MANIFEST])
    if manifest.get("format") != FORMAT:
        raise Difference(MANIFEST, f"格式应为 {FORMAT}")
    return manifest


def _check_scope(scope: Mapping[str, Any], files: Mapping[str, bytes]) -> list[str]:
    name = f"scopes/{scope['number']}.json"
    if name not in files:
        raise Difference(name, "没有冻结的召回范围")
    body = json.loads(files[name])
    if digest(canonical(body)) != scope["sha256"]:
        raise Difference(name, "与冻结时登记的摘要不符")
    left_out = 0
    for event in body["events"]:
        file = f"events/{event['body_sha256']}.json"
        if file not in files:
            left_out += 1
        elif digest(files[file]) != event["body_sha256"]:
            raise Difference(file, f"事件 {event['event_id']} 与冻结时不符")
    notes = []
    if left_out:
        notes.append(f"第 {scope['number']} 次范围有 {left_out} 件事件的原文不在包里（打包的人看不到，或被拿走了）")
    if not body["complete"]:
        notes.append(f"第 {scope['number']} 次范围当时没有追到底")
    return notes


def _check_history(entries: Sequence[Mapping[str, Any]]) -> None:
    recorded = [entry["recorded_at"] for entry in entries]
    if recorded != sorted(recorded):
        raise Difference("history.json", "各步不在登记的次序中")


def read(path: str) -> dict[str, bytes]:
    """The files of a ZIP. Raises Difference for one that unpacks to more than a gigabyte or names a file twice."""
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
        if sum(entry.file_size for entry in entries) > _LARGEST:
            raise Difference(path, "解开超过 1 GB，不像是证据包")
        if len({entry.filename for entry in entries}) < len(entries):
            raise Difference(path, "同一个文件名出现两次")
        return {entry.filename: archive.read(entry) for entry in entries}


def main(arguments: Sequence[str]) -> int:
    """0: it is what it says; 1: it is not; 2: it cannot be read."""
    say = sys.stdout.write
    if len(arguments) not in (1, 2):
        say("用法：python3 verifier.py 证据包.zip [清单的摘要]\n")
        return 2
    try:
        files = read(arguments[0])
        found, notes = verify(files)
        if len(arguments) == 2 and arguments[1].lower() != found:
            raise Difference(MANIFEST, f"摘要是 {found}，与给出的不同")
    except Difference as difference:
        say(f"不符，第一处在 {difference}\n")
        return 1
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        say(f"文件读不懂：{type(error).__name__} {error}\n")
        return 2
    if len(arguments) == 2:
        say(f"相符：{len(files)} 个文件与清单一致，清单与给出的摘要一致，没有改动\n")
    else:
        say(f"包内相符：{len(files)} 个文件与包内的清单一致\n")
        say("清单本身有没有换过，包里看不出：请拿下面的摘要与案卷里的核对\n")
    say(f"清单的摘要 {found}\n")
    for note in notes:
        say(f"还请留意：{note}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
