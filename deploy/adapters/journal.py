"""The journal of an adapter: what is to be sent and what became of it, in one SQLite file beside the device.

The platform's own data never are in SQLite; a computer in a testing room has no PostgreSQL, and this file survives a
pulled plug: a record is sent only after it is on the disk, and is settled only after its answer is.
"""

import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from shared.times import now

_TABLES = """
CREATE TABLE IF NOT EXISTS entries (
    id TEXT PRIMARY KEY,
    record TEXT NOT NULL,
    origin TEXT NOT NULL,
    noted_at TEXT NOT NULL,
    batch TEXT,
    outcome TEXT NOT NULL,
    answer TEXT,
    settled_at TEXT
);
CREATE INDEX IF NOT EXISTS entries_by_outcome ON entries (outcome, batch);
"""


class Outcome(StrEnum):
    """What became of a record: three that are final, and one that is not."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"
    TO_SEND = "to_send"

    @property
    def label(self) -> str:
        return {"accepted": "已收下", "duplicate": "重复", "rejected": "退回", "to_send": "待发送"}[self]


@dataclass(frozen=True, slots=True)
class Entry:
    """A record as it is sent; `origin` says where it was read, for people."""

    id: str
    record: dict[str, Any]
    origin: str


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of an entry, with the answer as it was given."""

    entry: Entry
    outcome: Outcome
    answer: dict[str, Any] | None


class Journal:
    """One process at a time writes; each call is a transaction of its own, on the disk when it returns."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(file, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.executescript(_TABLES)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def note(self, entries: Iterable[Entry]) -> int:
        """Keep what is to be sent. One that is here already stays as it is, unless it was refused and reads otherwise
        now: then it was mended, and waits again. How many wait that did not.
        """
        rows = [(entry.id, json.dumps(entry.record, ensure_ascii=False), entry.origin) for entry in entries]
        return self._write(
            "INSERT INTO entries (id, record, origin, noted_at, outcome) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (id) DO UPDATE SET record = excluded.record, outcome = excluded.outcome, batch = NULL "
            "WHERE outcome = ? AND record <> excluded.record",
            [(*row, _now(), Outcome.TO_SEND, Outcome.REJECTED) for row in rows],
        )

    def retry_rejected(self) -> None:
        """Let all that was refused wait again, as it reads."""
        self._write(
            "UPDATE entries SET outcome = ?, batch = NULL WHERE outcome = ?", [(Outcome.TO_SEND, Outcome.REJECTED)]
        )

    def next_batch(self, new_id: str, most: int) -> tuple[str, list[Entry]]:
        """What to send now, under an id that is kept until it is settled: sent again, it is the same batch."""
        with closing(self._connection.cursor()) as cursor:
            cursor.execute("BEGIN IMMEDIATE")
            found = cursor.execute(
                "SELECT batch FROM entries WHERE outcome = ? AND batch IS NOT NULL LIMIT 1", (Outcome.TO_SEND,)
            ).fetchone()
            batch = str(found[0]) if found else new_id
            if not found:
                cursor.execute(
                    "UPDATE entries SET batch = ? WHERE id IN "
                    "(SELECT id FROM entries WHERE outcome = ? ORDER BY noted_at, rowid LIMIT ?)",
                    (batch, Outcome.TO_SEND, most),
                )
            rows = cursor.execute(
                "SELECT id, record, origin FROM entries WHERE batch = ? ORDER BY noted_at, rowid", (batch,)
            ).fetchall()
            cursor.execute("COMMIT")
        return batch, [Entry(row[0], json.loads(row[1]), row[2]) for row in rows]

    def settle(self, outcomes: Iterable[tuple[str, Outcome, dict[str, Any]]]) -> None:
        """Keep the answers to what was sent: id, outcome, the answer as it was given."""
        self._write(
            "UPDATE entries SET outcome = ?, answer = ?, settled_at = ? WHERE id = ?",
            [(outcome, json.dumps(answer, ensure_ascii=False), _now(), own) for own, outcome, answer in outcomes],
        )

    def counts(self) -> dict[Outcome, int]:
        """How many records there are of each outcome."""
        rows = self._connection.execute("SELECT outcome, count(*) FROM entries GROUP BY outcome").fetchall()
        return dict.fromkeys(Outcome, 0) | {Outcome(outcome): count for outcome, count in rows}

    def entries(self, outcome: Outcome) -> list[Settled]:
        """The records of an outcome with what was answered, the oldest first."""
        rows = self._connection.execute(
            "SELECT id, record, origin, answer FROM entries WHERE outcome = ? ORDER BY noted_at, rowid", (outcome,)
        ).fetchall()
        return [
            Settled(Entry(row[0], json.loads(row[1]), row[2]), outcome, json.loads(row[3]) if row[3] else None)
            for row in rows
        ]

    def _write(self, statement: str, rows: list[tuple[Any, ...]]) -> int:
        if not rows:
            return 0
        with closing(self._connection.cursor()) as cursor:
            cursor.execute("BEGIN IMMEDIATE")
            try:
                changed = cursor.executemany(statement, rows).rowcount
            except BaseException:
                cursor.execute("ROLLBACK")
                raise
            cursor.execute("COMMIT")
        return changed


def _now() -> str:
    return now().isoformat()
