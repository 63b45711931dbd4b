"""Devices that print each result on a line: a serial port (`/dev/ttyUSB0`), or a serial device server (`tcp://…`).

One line is one record, its fields between separators. What is no such line is kept too, and told as refused.
"""

import os
import re
import select
import socket
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from threading import Event, Thread
from typing import Literal, Protocol
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator

from deploy.adapters.received import GARBLED, REASON, ReceivedFiles

LONGEST_LINE = 16 * 2**10
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 1.0, 60.0
_ENDS = re.compile(rb"[\r\n\x03\x0c]")  # ETX and form feed end a record as well as a line does
_CONTROL = dict.fromkeys([*range(9), *range(10, 32), 127])
_GLANCE_SECONDS = 0.5


class Stream(BaseModel):
    """Where the lines come from and what stands in them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: str = Field(description="串口如 /dev/ttyUSB0，或串口服务器 tcp://地址:端口")
    fields: list[str] = Field(min_length=1, description="一行里依次是哪些列，名称自取，在 [columns] 里用")
    separator: str = Field(default=",", min_length=1, max_length=3)
    ignore: str | None = Field(default=None, description="不是记录的行（表头、横线）的正则表达式")
    baud: int = Field(default=9600, description="串口速率")
    parity: Literal["none", "even", "odd"] = "none"

    @field_validator("ignore")
    @classmethod
    def _is_pattern(cls, value: str | None) -> str | None:
        try:
            re.compile(value or "")
        except re.error as error:
            raise ValueError(f"不是正则表达式：{error}") from error
        return value

    def row(self, line: bytes) -> dict[str, str] | None:
        """What a line says; None where it says nothing."""
        try:
            text = _decoded(line).translate(_CONTROL).strip(" ")
        except UnicodeDecodeError:
            return {GARBLED: line.hex(" "), REASON: "既不是 UTF-8 也不是 GB18030"}
        if not text.strip() or (self.ignore and re.search(self.ignore, text)):
            return None
        parts = [part.strip() for part in text.split(self.separator)]
        if len(parts) != len(self.fields):
            return {GARBLED: text, REASON: f"有 {len(parts)} 段，应为 {len(self.fields)} 段"}
        return dict(zip(self.fields, parts, strict=True))


class Source(Protocol):
    """Something open that bytes come out of."""

    def fileno(self) -> int: ...
    def read(self) -> bytes: ...
    def close(self) -> None: ...


class _Port:
    """A serial line as it is, byte by byte; anything else that can be opened is read as it comes."""

    def __init__(self, stream: Stream) -> None:
        self._fd = os.open(stream.source, os.O_RDONLY | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_NONBLOCK", 0))
        try:
            if os.isatty(self._fd):
                _set_line(self._fd, stream)
        except BaseException:
            self.close()
            raise

    def fileno(self) -> int:
        return self._fd

    def read(self) -> bytes:
        return os.read(self._fd, 4096)

    def close(self) -> None:
        os.close(self._fd)


class _Server:
    """A serial device server, to which the line is brought over the network."""

    def __init__(self, address: str) -> None:
        there = urlsplit(address)
        if not there.hostname or not there.port:
            raise OSError(f"{address} 应写作 tcp://地址:端口")
        self._socket = socket.create_connection((there.hostname, there.port), timeout=10)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)

    def fileno(self) -> int:
        return self._socket.fileno()

    def read(self) -> bytes:
        return self._socket.recv(4096)

    def close(self) -> None:
        self._socket.close()


@contextmanager
def reading(stream: Stream, files: ReceivedFiles) -> Iterator[None]:
    """Read lines until the block ends; a line that breaks off is opened again."""
    stop = Event()
    thread = Thread(target=_read_for_ever, args=(stream, files, stop), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _read_for_ever(stream: Stream, files: ReceivedFiles, stop: Event) -> None:
    wait = FIRST_WAIT_SECONDS
    while not stop.is_set():
        try:
            with closing(_opened(stream)) as source:
                for line in _lines(source, stop):
                    wait = FIRST_WAIT_SECONDS
                    if row := stream.row(line):
                        _keep(row, files, stop)
            reason = "断开了"
        except (OSError, ValueError, ImportError) as error:
            reason = str(error)
        if not stop.is_set():
            print(f"{stream.source} 读不到，{wait:.0f} 秒后再试：{reason}", file=sys.stderr, flush=True)
        stop.wait(wait)
        wait = min(wait * 2, LONGEST_WAIT_SECONDS)


def _keep(row: dict[str, str], files: ReceivedFiles, stop: Event) -> None:
    """A line is told only once: where the disk is full, it waits here, and the next ones in the port."""
    while True:
        try:
            files.keep([row])
        except OSError as error:
            print(f"没有存下，磁盘：{error}：{row}", file=sys.stderr, flush=True)
            if stop.wait(LONGEST_WAIT_SECONDS):
                return
        else:
            return


def _opened(stream: Stream) -> Source:
    return _Server(stream.source) if stream.source.startswith("tcp://") else _Port(stream)


def _lines(source: Source, stop: Event) -> Iterator[bytes]:
    """Lines without their ends; what has no end when the source closes, or none in `LONGEST_LINE`, is one, too."""
    rest = b""
    while not stop.is_set():
        if not select.select([source], [], [], _GLANCE_SECONDS)[0]:
            continue
        try:
            chunk = source.read()
        except BlockingIOError:
            continue
        except OSError:
            chunk = b""  # a line that is pulled out
        *whole, rest = _ENDS.split(rest + chunk)
        yield from whole
        if not chunk or len(rest) > LONGEST_LINE:
            yield rest
            rest = b""
        if not chunk:
            return


def _set_line(fd: int, stream: Stream) -> None:
    """Eight bits at the given speed, nothing added or swallowed. Not on Windows, which has no `termios`."""
    import termios  # noqa: PLC0415
    import tty  # noqa: PLC0415

    speed = getattr(termios, f"B{stream.baud}", None)
    if speed is None:
        raise ValueError(f"串口没有 {stream.baud} 这个速率")
    tty.setraw(fd)
    settings = termios.tcgetattr(fd)
    control = settings[2] & ~(termios.CSIZE | termios.PARENB | termios.PARODD | termios.CSTOPB)
    control |= termios.CS8 | termios.CREAD | termios.CLOCAL
    if stream.parity != "none":
        control |= termios.PARENB | (termios.PARODD if stream.parity == "odd" else 0)
    settings[2], settings[4], settings[5] = control, speed, speed
    termios.tcsetattr(fd, termios.TCSANOW, settings)


def _decoded(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("gb18030")
