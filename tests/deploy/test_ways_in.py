"""What a device sends by itself, over HTTP or a serial line, is kept before it is answered, and nothing else is."""

import http.client
import json
import os
import pty
import socket
import termios
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from deploy.adapters.journal import Journal, Outcome
from deploy.adapters.pushed import MAX_BYTES, Listen, NotTaken, listening, records_in
from deploy.adapters.rapid_test_device import DeviceConfiguration, Known, take_in
from deploy.adapters.received import GARBLED, REASON, ReceivedFiles
from deploy.adapters.running import report
from deploy.adapters.streamed import Stream, reading
from tests.deploy.waiting import wait_for

SECRET = "a-device-of-the-demo"
FORM = "application/x-www-form-urlencoded"
FIELDS = ["记录号", "样品", "抑制率"]


def kept(folder: Path) -> list[dict[str, str]]:
    return [json.loads(line) for file in sorted(folder.glob("*.jsonl")) for line in file.read_text().splitlines()]


@contextmanager
def device(tmp_path: Path, **settings: Any) -> Iterator[Callable[..., tuple[int, dict[str, Any]]]]:
    """A device that sends a body to a listening adapter; what it is answered."""
    listen = Listen.model_validate({"port": 0, "secret": SECRET} | settings)
    with listening(listen, ReceivedFiles(tmp_path, "推送", once=True)) as port:

        def send(
            body: bytes, path: str = f"/results/{SECRET}", method: str = "POST", **headers: str
        ) -> tuple[int, dict[str, Any]]:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            try:
                named = {name.replace("_", "-"): value for name, value in headers.items()}
                connection.request(method, path, body, {"Content-Type": "application/json"} | named)
                answer = connection.getresponse()
                return answer.status, json.loads(answer.read())
            finally:
                connection.close()

        yield send


def test_a_pushed_result_is_on_the_disk_when_it_is_answered_and_is_kept_once_however_often_it_is_sent(
    tmp_path: Path,
) -> None:
    body = json.dumps({"记录号": "R-1", "抑制率": 12.5}).encode()
    for _ in range(2):  # the second time after the adapter was started anew
        with device(tmp_path) as send:
            assert send(body) == (200, {"received": 1})
            assert kept(tmp_path) == [{"记录号": "R-1", "抑制率": "12.5"}]
            assert send(body, "/results", Authorization=f"Bearer {SECRET}") == (200, {"received": 1})
    assert len(kept(tmp_path)) == 1


def test_a_device_is_answered_as_it_wants_it(tmp_path: Path) -> None:
    with device(tmp_path, records="data.items", answer={"code": 0}) as send:
        body = {
            "sn": "1",
            "data": {"items": [{"no": 1, "food": {"name": "菠菜"}}, {"no": 2, "food": {"name": "青菜"}}]},
        }
        assert send(json.dumps(body, ensure_ascii=False).encode("gb18030")) == (200, {"code": 0})
    assert kept(tmp_path) == [{"no": "1", "food.name": "菠菜"}, {"no": "2", "food.name": "青菜"}]


def test_what_is_not_admitted_or_not_readable_is_refused_with_its_reason_and_nothing_of_it_is_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = b'{"n": "1"}'
    with device(tmp_path) as send:
        refused = [
            send(one, "/results/another-secret"),
            send(one, "/results"),
            send(one, f"/resultsx/{SECRET}"),
            send(b'{"n": '),
            send(b"[]"),
            send(b'[{"n": "1"}, 2]'),
            send(b'{"n": "\\u0000"}'),
            send(b'{"n": "\\ud800"}'),
            send(b"[" * 100_000),
            send(json.dumps([{"n": number} for number in range(501)]).encode()),
            send(one, Content_Length=str(MAX_BYTES + 1)),
            send(one, Content_Length="-1"),
        ]
    assert [status for status, _ in refused] == [401, 401, 404, 400, 422, 422, 422, 422, 400, 413, 413, 411]
    assert all(answer["title"] for _, answer in refused)
    assert kept(tmp_path) == []
    assert SECRET not in capsys.readouterr().err


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_form_is_read_in_the_encoding_of_the_device(encoding: str) -> None:
    escaped = "".join(f"%{byte:02X}" for byte in "菠菜".encode(encoding))
    assert records_in(f"a={escaped}&b=".encode(), FORM, "") == [{"a": "菠菜", "b": ""}]
    assert records_in(f"样品={escaped}&批号=A1".encode(encoding), FORM, "") == [{"样品": "菠菜", "批号": "A1"}]


def test_a_form_where_a_list_inside_is_expected_is_refused_with_what_to_change() -> None:
    with pytest.raises(NotTaken, match="请去掉 records") as refused:
        records_in("记录号=R4".encode(), FORM, "data.items")
    assert refused.value.status == 415


def test_who_opens_the_address_in_a_browser_is_told_whether_it_is_the_right_one(tmp_path: Path) -> None:
    with device(tmp_path) as send:
        right = send(b"", method="GET")
        wrong = [send(b"", path, "GET") for path in ("/results", "/results/another-secret", "/")]
    assert right == (405, {"title": "地址和口令都对；仪器要用 POST 把结果送到这里"})
    assert [(status, answer["title"]) for status, answer in wrong] == [
        (401, "口令不对"),
        (401, "口令不对"),
        (404, "请送到 /results"),
    ]


@given(st.binary(max_size=60), st.sampled_from(["application/json", FORM]))
def test_any_body_is_either_records_in_text_or_refused(body: bytes, media_type: str) -> None:
    try:
        records = records_in(body, media_type, "")
    except NotTaken as refusal:
        assert 400 <= refusal.status < 500
    else:
        assert json.loads(json.dumps(records, ensure_ascii=False).encode()) == records


def test_a_line_that_a_power_cut_tore_is_dropped_as_nobody_was_told_that_it_was_kept(tmp_path: Path) -> None:
    ReceivedFiles(tmp_path, "推送", once=True).keep([{"n": "1"}])
    [file] = tmp_path.iterdir()
    with file.open("ab") as torn:
        torn.write(b'{"n": "2')
    assert ReceivedFiles(tmp_path, "推送", once=True).keep([{"n": "2"}, {"n": "2"}, {"n": "1"}]) == 1
    assert kept(tmp_path) == [{"n": "1"}, {"n": "2"}]


def test_where_the_disk_fails_the_device_is_told_to_send_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with device(tmp_path) as send:
        with monkeypatch.context() as broken:
            broken.setattr(os, "fsync", full)
            assert send(b'{"n": "1"}')[0] == 503
        assert kept(tmp_path) == []
        assert send(b'{"n": "1"}')[0] == 200
    assert kept(tmp_path) == [{"n": "1"}]


def stream(source: str, **settings: Any) -> Stream:
    return Stream.model_validate({"source": source, "fields": FIELDS, "ignore": "^-+$|记录号"} | settings)


def test_a_serial_line_is_read_as_it_is_set_and_what_is_no_record_is_kept_with_its_reason(tmp_path: Path) -> None:
    device, line = pty.openpty()
    with ExitStack() as closing:
        closing.callback(os.close, device)
        settings = stream(os.ttyname(line), baud=19200, parity="even")
        closing.enter_context(reading(settings, ReceivedFiles(tmp_path, "串口", once=False)))
        wait_for(lambda: termios.tcgetattr(line)[4] == termios.B19200)
        assert not termios.tcgetattr(line)[3] & (termios.ICANON | termios.ECHO | termios.ISIG), "byte by byte"
        os.write(device, "记录号,样品,抑制率\r\n------\r\n\x02R-1, 菠菜 ,12.50\x03R-2,".encode("gb18030"))
        wait_for(lambda: len(kept(tmp_path)) == 1)
        os.write(device, "青菜,9\r\n缺了,一段\r\n".encode("gb18030") + b"R-3,\xff\xff,1\r\nR-2,\xc7\xe0\xb2\xcb,9\r\n")
        wait_for(lambda: len(kept(tmp_path)) == 5)
    os.close(line)
    assert kept(tmp_path) == [
        {"记录号": "R-1", "样品": "菠菜", "抑制率": "12.50"},
        {"记录号": "R-2", "样品": "青菜", "抑制率": "9"},
        {GARBLED: "缺了,一段", REASON: "有 2 段，应为 3 段"},
        {GARBLED: "52 2d 33 2c ff ff 2c 31", REASON: "既不是 UTF-8 也不是 GB18030"},
        {"记录号": "R-2", "样品": "青菜", "抑制率": "9"},
    ]


def test_a_serial_server_that_breaks_off_is_called_again_and_the_half_line_is_not_lost(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(60)
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        with reading(stream(address), ReceivedFiles(tmp_path, "串口", once=False)):
            for line in (b"R-1,a,1\nR-2", b"R-3,c,3\n"):
                with server.accept()[0] as connection:
                    connection.sendall(line)
            wait_for(lambda: len(kept(tmp_path)) == 3)
    assert [row.get("记录号") or row[GARBLED] for row in kept(tmp_path)] == ["R-1", "R-2", "R-3"]
    assert "断开了" in capsys.readouterr().err


def test_what_was_received_waits_to_be_sent_and_what_is_no_record_is_told_as_refused(tmp_path: Path) -> None:
    told: dict[str, Any] = {
        "journal": "journal",
        "site": "HS-001",
        "maker": "演示仪器厂（虚构）",
        "serial": "SN-1",
        "access": {"gateway": "http://127.0.0.1:9", "client_id": str(UUID(int=1)), "client_key": "k"},
        "columns": {"device_record_id": "记录号", "product_name": "样品", "tested_at": "时间"},
    }
    with pytest.raises(ValidationError, match="记录从哪里来"):
        DeviceConfiguration.model_validate(told)
    line = {"source": "/dev/ttyUSB0", "fields": ["记录号", "样品", "时间"]}
    configuration = DeviceConfiguration.model_validate(told | {"stream": line}).beside(tmp_path)
    assert configuration.stream is not None
    files = ReceivedFiles(configuration.received, "串口", once=False)
    known: Known = {}
    with Journal(configuration.journal) as journal:
        for text in ("R-1,菠菜,2026-07-24 09:00:00", "缺了,一段", "R-2,青菜,昨天"):
            row = configuration.stream.row(text.encode("gb18030"))
            assert row is not None
            files.keep([row])
        take_in(journal, configuration, known)
        assert (journal.counts()[Outcome.TO_SEND], journal.counts()[Outcome.REJECTED]) == (1, 2)
        assert "不是一条记录，有 2 段，应为 3 段：缺了,一段" in report(journal)
        assert "检测时间“昨天”" in report(journal)
        [waiting] = journal.entries(Outcome.TO_SEND)
        assert waiting.entry.record["tested_at"] == "2026-07-24T09:00:00+08:00"
        assert take_in(journal, configuration, known) == 0
        files.keep([{"记录号": "R-1", "样品": "菠菜", "时间": "2026-07-24 09:00:00"}])
        files.keep([{"记录号": "R-3", "样品": "菠菜", "时间": "2026-07-24 09:05:00"}])
        take_in(journal, configuration, known)
        assert journal.counts()[Outcome.TO_SEND] == 2, "one of a number that is known is the same test"
