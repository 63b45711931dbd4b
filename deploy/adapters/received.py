"""What a device sends by itself, kept: one file a day, one record a line, on the disk before the device is answered.

The adapter reads these files as it reads those that a device leaves, so all that is promised of files holds here too.
"""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import Any

from shared.times import day_of, now

GARBLED = "读不懂的原文"
"""The one field of a line that is no record; it is refused with `REASON`, and seen."""
REASON = "原因"


class ReceivedFiles:
    """The files of one way in; safe for several threads. A record that is in today's file already is a device's second
    try where `once` is set, and is not kept again.
    """

    def __init__(self, folder: Path, way_in: str, *, once: bool) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._way_in, self._once = folder, way_in, once
        self._lock = Lock()
        self._today: Path | None = None
        self._lines: set[bytes] = set()

    def keep(self, rows: Sequence[Mapping[str, Any]]) -> int:
        """Keep all of them or none; how many are new. Raises `OSError` when they cannot be kept."""
        lines = [json.dumps(row, ensure_ascii=False, sort_keys=True).encode() + b"\n" for row in rows]
        with self._lock:
            file = self._file()
            if self._once:
                lines = [line for line in dict.fromkeys(lines) if line not in self._lines]
            if not lines:
                return 0
            with file.open("ab") as out:
                before = out.tell()
                try:
                    out.write(b"".join(lines))
                    out.flush()
                    os.fsync(out.fileno())
                except OSError:
                    os.truncate(file, before)
                    raise
            self._lines.update(lines)
        return len(lines)

    def _file(self) -> Path:
        """Today's file, without the end of a line that was being written when the power failed: nobody was told that
        it was kept.
        """
        file = self._folder / f"{self._way_in}-{day_of(now()):%Y%m%d}.jsonl"
        if file != self._today:
            content = file.read_bytes() if file.exists() else b""
            whole = content[: content.rfind(b"\n") + 1]
            if whole != content:
                os.truncate(file, len(whole))
            self._today, self._lines = file, set(whole.splitlines(keepends=True))
        return file
