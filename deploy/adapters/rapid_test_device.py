"""A rapid-test device: `python -m deploy.adapters.rapid_test_device 配置.toml`, on the computer beside it.

It reads the files that the device leaves in a folder (CSV, JSON, JSON lines), takes what the device sends by HTTP, and
listens at a serial line; keeps each record in its journal, and sends them to the platform as an external system. A
record gets its id from the device's own number or from its content: however often it is read or sent, and wherever the
program is killed, the platform sees one test. With a key it signs what
it sends, and keeps the original of each submission, byte by byte: by it a later edit of the platform's rows is found.
"""

import csv
import io
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Self
from uuid import UUID, uuid5

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import Field, model_validator

from deploy.adapters.device_key import read_key, signature_headers
from deploy.adapters.journal import Entry, Journal, Outcome
from deploy.adapters.platform import Access, Platform, problem_of
from deploy.adapters.pushed import Listen, listening
from deploy.adapters.received import GARBLED, REASON, ReceivedFiles
from deploy.adapters.running import Configuration, run_adapter
from deploy.adapters.streamed import Stream, reading
from shared.ids import uuid7
from shared.times import SHANGHAI

MOST_A_BATCH = 500
MAX_BYTES = 50 * 2**20
_SPACE = UUID("8c1f6a0e-5d0b-5c57-9f43-2f6a3f6f7c11")
_OUTCOMES = {
    "accepted": Outcome.ACCEPTED,
    "duplicate": Outcome.DUPLICATE,
    "suspected_duplicate": Outcome.DUPLICATE,  # kept by the platform until a person has looked; the answer says so
    "rejected": Outcome.REJECTED,
}


class DeviceConfiguration(Configuration):
    """What the device writes, and as what the platform should take it."""

    access: Access
    folder: Path | None = Field(default=None, description="仪器把文件留在哪个目录")
    listen: Listen | None = Field(default=None, description="仪器用 HTTP 推送")
    stream: Stream | None = Field(default=None, description="仪器经串口逐行送出")
    received: Path = Field(default=Path("收到"), description="推送和串口收到的原样留存在这个目录")
    site: str = Field(description="检测点编号")
    maker: str
    serial: str
    columns: dict[str, str] = Field(description="平台的字段 = 仪器文件里的列名")
    constants: dict[str, str] = Field(default_factory=dict)
    time_format: str = "%Y-%m-%d %H:%M:%S"
    key: Path | None = Field(default=None, description="签名的密钥，由 deploy.adapters.device_key 生成；不填则不签名")
    originals: Path = Field(default=Path("原文"), description="签了名的原文留存在这个目录")
    untouched_seconds: float = Field(default=5, ge=0, description="文件多少秒没有再变，才算写完")

    @model_validator(mode="after")
    def _has_a_way_in(self) -> Self:
        if not (self.folder or self.listen or self.stream):
            raise ValueError("folder、[listen]、[stream] 至少写一个：记录从哪里来")
        return self

    def beside(self, folder: Path) -> Self:
        paths = {name: folder / getattr(self, name) for name in ("originals", "received")}
        paths |= {name: folder / path for name in ("folder", "key") if (path := getattr(self, name))}
        return super().beside(folder).model_copy(update=paths)


@dataclass(frozen=True)
class Signer:
    """Signs submissions and keeps their originals, each under its submission's id."""

    key: Ed25519PrivateKey
    originals: Path

    @classmethod
    def of(cls, configuration: DeviceConfiguration) -> Self | None:
        """None where the device does not sign. Raises `SystemExit` for a key that cannot be read."""
        if configuration.key is None:
            return None
        configuration.originals.mkdir(parents=True, exist_ok=True)
        return cls(read_key(configuration.key), configuration.originals)

    def sign(self, submission: str, body: bytes) -> dict[str, str]:
        (self.originals / f"{submission}.json").write_bytes(body)
        return signature_headers(self.key, body)


State = tuple[int, int]
Known = dict[Path, State]


class Unreadable(Exception):  # noqa: N818 (what is said of a file)
    """A file or a row that cannot be taken as what the configuration says it is."""


@contextmanager
def ways_in(configuration: DeviceConfiguration) -> Iterator[None]:
    """What the device sends by itself is taken while the block lasts."""
    with ExitStack() as open_ways:
        if configuration.listen:
            files = ReceivedFiles(configuration.received, "推送", once=True)
            port = open_ways.enter_context(listening(configuration.listen, files))
            print(f"在 {configuration.listen.host}:{port} 上等仪器推送", file=sys.stderr, flush=True)
        if configuration.stream:
            files = ReceivedFiles(configuration.received, "串口", once=False)
            open_ways.enter_context(reading(configuration.stream, files))
        yield


def take_in(journal: Journal, configuration: DeviceConfiguration, known: Known | None = None) -> int:
    """Keep what the finished files hold; how many records were new. A file that cannot be read is said and left.

    Files that are as `known` are not read again.
    """
    new, known = 0, {} if known is None else known
    for file, state in _finished(configuration):
        if known.get(file) == state:
            continue
        known[file] = state
        try:
            entries, unreadable = _entries(file, configuration)
        except Unreadable as reason:
            print(f"{file.name} 没有读入：{reason}", file=sys.stderr, flush=True)
            continue
        new += journal.note(entries)
        refused = [(own, Outcome.REJECTED, {"errors": [{"message": reason}]}) for own, reason in unreadable]
        journal.settle(refused)
    return new


def _finished(configuration: DeviceConfiguration) -> Iterator[tuple[Path, State]]:
    """The files that may be read, with their state: time of the last change and size."""
    for folder, untouched in ((configuration.folder, configuration.untouched_seconds), (configuration.received, 0)):
        for file in sorted(folder.iterdir()) if folder and folder.is_dir() else ():
            state = file.stat()
            if file.suffix.lower() in _READERS and time.time() - state.st_mtime >= untouched:
                yield file, (state.st_mtime_ns, state.st_size)


def send_waiting(journal: Journal, platform: Platform, signer: Signer | None = None) -> None:
    """Send what waits, in batches that stay the same until they are answered. Raises `TryAgain`, `NotAdmitted`."""
    while True:
        batch, entries = journal.next_batch(str(uuid7()), MOST_A_BATCH)
        if not entries:
            return
        records = [entry.record | {"id": entry.id} for entry in entries]
        path = f"/api/sampling/v1/rapid-test-submissions/{batch}"
        body = json.dumps({"records": records}, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json"} | (signer.sign(batch, body) if signer else {})
        response = platform.send("PUT", path, content=body, headers=headers)
        if response.is_error:  # the batch as a whole: nothing of it was taken in
            journal.settle((entry.id, Outcome.REJECTED, problem_of(response)) for entry in entries)
            continue
        answers = response.json()["items"]
        journal.settle((entries[each["index"]].id, _OUTCOMES[each["outcome"]], each) for each in answers)


def _entries(file: Path, configuration: DeviceConfiguration) -> tuple[list[Entry], list[tuple[str, str]]]:
    """The records of a file, and which of them cannot be sent: id and reason."""
    entries, unreadable = [], []
    seen: Counter[str] = Counter()
    for number, row in _rows(file):
        record = {
            name: str(row[column]).strip()
            for name, column in configuration.columns.items()
            if row.get(column) not in (None, "")
        }
        record |= configuration.constants | {
            "site": configuration.site,
            "device_maker": configuration.maker,
            "device_serial": configuration.serial,
        }
        content = json.dumps(record if GARBLED not in row else dict(row), ensure_ascii=False, sort_keys=True)
        seen[content] += 1  # two rows that read the same are two tests
        own = record.get("device_record_id") or f"{content}#{seen[content]}"
        entry_id = str(uuid5(_SPACE, f"{configuration.maker}\n{configuration.serial}\n{own}"))
        if GARBLED in row:
            unreadable.append((entry_id, f"不是一条记录，{row[REASON]}：{row[GARBLED]}"))
            entries.append(Entry(entry_id, dict(row), f"{file.name} 第 {number} 行"))
            continue
        try:
            record["tested_at"] = _time(record.get("tested_at", ""), configuration.time_format)
        except ValueError:
            shown = record.get("tested_at", "")
            unreadable.append((entry_id, f"检测时间“{shown}”不是 {configuration.time_format} 的写法"))
        entries.append(Entry(entry_id, record, f"{file.name} 第 {number} 行"))
    return entries, unreadable


def _time(text: str, form: str) -> str:
    read = datetime.strptime(text, form)  # noqa: DTZ007 (made aware in the next line)
    return (read if read.tzinfo else read.replace(tzinfo=SHANGHAI)).isoformat()


def _rows(file: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    if file.stat().st_size > MAX_BYTES:
        raise Unreadable(f"超过 {MAX_BYTES // 2**20} MB")
    content = file.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("gb18030")
        except UnicodeDecodeError as error:
            raise Unreadable(f"既不是 UTF-8 也不是 GB18030，第 {error.start} 字节起") from error
    yield from _READERS[file.suffix.lower()](text)


def _csv_rows(text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        raise Unreadable(f"第 {reader.line_num} 行不是完整的 CSV：{error}") from error


def _json_rows(text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    try:
        read = json.loads(text)
    except ValueError as error:
        raise Unreadable(f"不是完整的 JSON：{error}") from error
    yield from _objects(enumerate(read if isinstance(read, list) else [read], start=1))


def _json_line_rows(text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    try:
        read = [(number, json.loads(line)) for number, line in lines]
    except ValueError as error:
        raise Unreadable(f"有一行不是 JSON：{error}") from error
    yield from _objects(iter(read))


def _objects(rows: Iterator[tuple[int, Any]]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for number, row in rows:
        if not isinstance(row, dict):
            raise Unreadable(f"第 {number} 项不是一条记录")
        yield number, row


_READERS = {".csv": _csv_rows, ".json": _json_rows, ".jsonl": _json_line_rows}


def main() -> int:
    def prepare(configuration: DeviceConfiguration) -> Any:
        platform = Platform(configuration.access, httpx.Client(timeout=60))
        signer = Signer.of(configuration)
        known: Known = {}

        def step(journal: Journal) -> None:
            take_in(journal, configuration, known)
            send_waiting(journal, platform, signer)

        return step

    return run_adapter(DeviceConfiguration, "把快检仪的记录送到平台", prepare, ways_in)


if __name__ == "__main__":
    sys.exit(main())
