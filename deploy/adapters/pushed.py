"""A small HTTP server for devices that send their results themselves, on the computer beside them.

    POST /results            Authorization: Bearer 口令
    POST /results/口令        for devices that cannot send a header

The body is JSON (a record, a list of records, or a list somewhere inside) or a form. It is answered 200 only when it is
on the disk; a device that got no answer sends again, and the record is kept once.
"""

import hmac
import json
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from deploy.adapters.received import ReceivedFiles

MAX_BYTES = 2**20
MOST_RECORDS = 500
MOST_LEVELS = 5
PATH = "/results"
_IDLE_SECONDS = 30


class Listen(BaseModel):
    """Where to listen and for whom."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = Field(default="127.0.0.1", description="仪器在别的机器上时，写本机在那个网里的地址")
    port: int = Field(ge=0, le=65535)
    secret: SecretStr = Field(min_length=16, description="仪器出示的口令")
    records: str = Field(default="", description="记录列表在正文里的位置，如 data.items；正文本身就是记录的不填")
    answer: dict[str, Any] | None = Field(default=None, description="仪器认的答复；不填答 {received: 条数}")

    @field_validator("secret")
    @classmethod
    def _fits_an_address(cls, secret: SecretStr) -> SecretStr:
        if not re.fullmatch(r"[\w.~-]+", secret.get_secret_value(), re.ASCII):
            raise ValueError("口令只用字母、数字和 - _ . ~，才能写在仪器的地址里")
        return secret


class NotTaken(Exception):  # noqa: N818 (an answer)
    """What was sent is not kept: the status and the reason the device is told."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


@contextmanager
def listening(listen: Listen, files: ReceivedFiles) -> Iterator[int]:
    """Serve until the block ends; yields the port."""

    class Handler(_Handler):
        settings, kept = listen, files

    try:
        server = ThreadingHTTPServer((listen.host, listen.port), Handler)
    except OSError as error:
        raise SystemExit(f"不能在 {listen.host}:{listen.port} 上等仪器推送：{error}") from error
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    settings: Listen
    kept: ReceivedFiles
    protocol_version = "HTTP/1.1"
    timeout = _IDLE_SECONDS

    def do_POST(self) -> None:
        try:
            self._admit()
            if self.command != "POST":
                raise NotTaken(HTTPStatus.METHOD_NOT_ALLOWED, "地址和口令都对；仪器要用 POST 把结果送到这里")
            count = len(records := records_in(self._body(), self.headers.get_content_type(), self.settings.records))
            self.kept.keep(records)
        except NotTaken as refusal:
            print(f"仪器推送没有收下（{self.client_address[0]}）：{refusal}", file=sys.stderr, flush=True)
            self.close_connection = True  # what is left of the body is not another request
            self._answer(refusal.status, {"title": str(refusal)})
        except OSError as error:
            print(f"仪器推送没有存下，磁盘：{error}", file=sys.stderr, flush=True)
            self.close_connection = True
            self._answer(503, {"title": "没有存下，请再送"})
        else:
            self._answer(200, self.settings.answer or {"received": count})

    do_GET = do_POST  # noqa: N815 (its name there): who tries the address in a browser is told whether it is the right one

    def _admit(self) -> None:
        path, _, in_path = self.path.partition(PATH)
        if path or (in_path and not in_path.startswith("/")):
            raise NotTaken(404, f"请送到 {PATH}")
        given = self.headers.get("Authorization", "").removeprefix("Bearer ") or in_path.removeprefix("/")
        if not hmac.compare_digest(given.encode(), self.settings.secret.get_secret_value().encode()):
            raise NotTaken(401, "口令不对")

    def _body(self) -> bytes:
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdecimal()):
            raise NotTaken(411, "请写明 Content-Length")
        if len(length) > 9 or int(length) > MAX_BYTES:
            raise NotTaken(413, f"一次最多 {MAX_BYTES // 2**20} MB")
        try:
            body = self.rfile.read(int(length))
        except TimeoutError:
            body = b""
        if len(body) < int(length):
            raise NotTaken(400, "正文没有传完，请再送")
        return body

    def _answer(self, status: int, content: Mapping[str, Any]) -> None:
        body = json.dumps(content, ensure_ascii=False).encode()
        self.send_response(status)
        if status == HTTPStatus.METHOD_NOT_ALLOWED:
            self.send_header("Allow", "POST")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (its name there)
        """Nothing: the path may hold the secret."""


def records_in(body: bytes, media_type: str, where: str) -> list[dict[str, str]]:
    """The records of a body, each as names and text, what is nested under dotted names. Raises `NotTaken`."""
    is_form = media_type == "application/x-www-form-urlencoded"
    if is_form and where:
        raise NotTaken(415, f"设了 records = {where}，正文要是 JSON；仪器送的是表单，请去掉 records")
    try:
        sent = _form(body) if is_form else _json(body)
    except (ValueError, RecursionError) as error:
        raise NotTaken(400, "正文不是完整的 JSON 或表单") from error
    for name in where.split(".") if where else ():
        sent = sent.get(name) if isinstance(sent, dict) else None
    try:
        records = [dict(_flat(record, "", MOST_LEVELS)) for record in (sent if isinstance(sent, list) else [sent])]
    except ValueError as error:
        raise NotTaken(422, f"{where or '正文'}里不是记录，也不是记录的列表") from error
    if not records or not all(records):
        raise NotTaken(422, "没有记录，或有一条是空的")
    if len(records) > MOST_RECORDS:
        raise NotTaken(413, f"一次最多 {MOST_RECORDS} 条")
    if not all(_can_be_kept(text) for record in records for pair in record.items() for text in pair):
        raise NotTaken(422, "有的字不能保存（NUL 或不成对的代理）")
    return records


def _form(body: bytes) -> Any:
    """Names and values escaped, as they should be, or as they are."""
    for encoding in ("utf-8", "gb18030"):
        try:
            return dict(parse_qsl(body.decode(encoding), keep_blank_values=True, encoding=encoding, errors="strict"))
        except UnicodeDecodeError as error:
            wrong = error
    raise wrong


def _json(body: bytes) -> Any:
    """Numbers stay as they were written: 12.10 is not 12.1."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = body.decode("gb18030")
    return json.loads(text, parse_float=str, parse_int=str, parse_constant=str)


def _flat(record: Any, before: str, levels: int) -> Iterator[tuple[str, str]]:
    if not isinstance(record, dict) or not levels:
        raise ValueError("not a record")
    for name, value in record.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{name}.", levels - 1)
        elif value is not None:
            yield f"{before}{name}", value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _can_be_kept(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text
