"""A device and a platform above, each with its adapter as the program it is, killed at the worst moment."""

import asyncio
import base64
import hashlib
import json
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest_asyncio
from standardwebhooks import Webhook, WebhookVerificationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from deploy.adapters.journal import Entry, Journal, Outcome
from shared.contracts.codes import Role
from shared.times import SHANGHAI, now
from tests.gateway.proxy.conftest import serve
from tests.gateway.web.platform import DISTRICT, Market

SECRET = "whsec_" + "c2hhbi1kZW1vLW9ubHktdGVzdC1zZWNyZXQtMTIzNDU2"
HEADER = "记录号,样品,项目,结果,抑制率,时间,摊位"


@pytest_asyncio.fixture(scope="module")
async def access(market: Market) -> AsyncIterator[dict[str, str]]:
    """An external system that may write and read rapid tests, and its key."""
    async with market.caller(Role.ADMINISTRATOR) as administrator:
        client = {
            "name": "演示检测室（虚构）",
            "scopes": ["sampling:read", "sampling:write"],
            "regions": [DISTRICT],
            "expires_at": (now() + timedelta(days=1)).isoformat(),
        }
        made = await administrator.post("/api/v1/api-clients", json=client, headers={"Idempotency-Key": str(uuid4())})
        assert made.status_code == 201, made.text
        key = await administrator.post(f"/api/v1/api-clients/{made.json()['id']}/keys", json={})
        yield {"client_id": made.json()["id"], "client_key": key.json()["client_key"]}


@dataclass
class Between:
    """Stands before the platform or above it: hears all, and kills its caller at the moment that was chosen."""

    seen: list[tuple[str, str]] = field(default_factory=list)
    victim: asyncio.subprocess.Process | None = None

    def kill(self) -> bool:
        """Kill the caller, once; whether there was one to be killed."""
        victim, self.victim = self.victim, None
        if victim is None or victim.pid is None:
            return False
        os.kill(victim.pid, signal.SIGKILL)
        return True

    async def pass_on(self, request: Request, market: Market) -> Response:
        """The platform's own answer, unless the caller dies while it is on its way."""
        async with httpx.AsyncClient(base_url=market.address, timeout=60) as client:
            headers = {
                name: request.headers[name] for name in ("authorization", "content-type") if name in request.headers
            }
            path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            answer = await client.request(request.method, path, content=await request.body(), headers=headers)
        self.seen.append((request.method, request.url.path))
        if request.method == "PUT" and self.kill():
            await asyncio.sleep(0.2)
        return Response(answer.content, answer.status_code, media_type=answer.headers["content-type"])


async def started(module: str, configuration: Path, *options: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", f"deploy.adapters.{module}", str(configuration), *options),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def ended(process: asyncio.subprocess.Process) -> tuple[int | None, str]:
    output, errors = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode, output.decode() + errors.decode()


def device_configuration(folder: Path, gateway: str, access: dict[str, str], serial: str) -> Path:
    (folder / "out").mkdir()
    file = folder / "device.toml"
    file.write_text(
        f"""
        journal = "journal.sqlite"
        folder = "out"
        site = "HS-001"
        maker = "演示仪器厂（虚构）"
        serial = "{serial}"
        untouched_seconds = 0
        constants = {{ printed_method = "酶抑制率法", unit = "%" }}
        [access]
        gateway = "{gateway}"
        client_id = "{access["client_id"]}"
        client_key = "{access["client_key"]}"
        [columns]
        device_record_id = "记录号"
        product_name = "样品"
        printed_item = "项目"
        printed_result = "结果"
        printed_value = "抑制率"
        tested_at = "时间"
        stall_number = "摊位"
        """,
        encoding="utf-8",
    )
    return file


def printed(number: int, stall: str, **changes: str) -> str:
    moment = (now().astimezone(SHANGHAI) - timedelta(minutes=number)).strftime("%Y-%m-%d %H:%M:%S")
    row = {"number": f"R-{number}", "item": "农药残留", "moment": moment} | changes
    return f"{row['number']},菠菜,{row['item']},阴性,12.{number},{row['moment']},{stall}"


async def records_of(market: Market, stall: str) -> list[dict[str, Any]]:
    async with market.caller(Role.FOOD_SAFETY_OFFICE) as office:
        answer = await office.get("/api/sampling/v1/rapid-tests", params={"stall_number": stall})
        found: list[dict[str, Any]] = answer.json()["items"]
        return found


async def test_what_a_device_leaves_reaches_the_platform_once_though_its_adapter_is_killed_before_the_answer(
    market: Market, access: dict[str, str], tmp_path: Path
) -> None:
    between = Between()

    async def forward(request: Request) -> Response:
        return await between.pass_on(request, market)

    app = Starlette(routes=[Route("/{path:path}", forward, methods=["GET", "PUT", "POST"])])
    async with serve(app) as gateway:
        configuration = device_configuration(tmp_path, gateway, access, "SN-KILLED")
        rows = [HEADER, printed(1, "K-01"), printed(2, "K-01"), printed(3, "K-01", moment="昨天上午")]
        (tmp_path / "out" / "今天.csv").write_bytes("\n".join(rows).encode("gb18030"))
        between.victim = await started("rapid_test_device", configuration, "--once")
        code, _ = await ended(between.victim)
        assert code == -signal.SIGKILL
        with Journal(tmp_path / "journal.sqlite") as journal:
            assert journal.counts()[Outcome.TO_SEND] == 2, "sent, but not known to be received"

        code, said = await ended(await started("rapid_test_device", configuration, "--once"))
        assert code == 0, said
        assert "已收下 2" in said
        assert "退回 今天.csv 第 4 行：检测时间“昨天上午”" in said
        puts = [path for method, path in between.seen if method == "PUT"]
        assert len(puts) == 2
        assert puts[0] == puts[1], "the same submission again"
        assert len(await records_of(market, "K-01")) == 2

        rows[3] = printed(3, "K-01")
        (tmp_path / "out" / "今天.csv").write_text("\n".join(rows), encoding="utf-8")
        other = [HEADER, printed(1, "K-01"), printed(4, "K-01", item="")]
        (tmp_path / "out" / "副本.csv").write_text("\n".join(other), encoding="utf-8")
        code, said = await ended(await started("rapid_test_device", configuration, "--once"))
        assert code == 0
        assert "已收下 3" in said, "what was mended, and no copy"
        assert "退回 副本.csv 第 3 行：" in said, "with the platform's reason"
        assert len(await records_of(market, "K-01")) == 3


async def test_a_test_that_the_platform_has_already_is_told_as_such(
    market: Market, access: dict[str, str], tmp_path: Path
) -> None:
    answers = []
    for place in ("first", "second"):
        folder = tmp_path / place
        folder.mkdir()
        configuration = device_configuration(folder, market.address, access, "SN-TWICE")
        row = {"记录号": f"{place}-1", "样品": "青菜", "项目": "农药残留", "结果": "阴性", "抑制率": "9"}
        row |= {"时间": now().astimezone(SHANGHAI).strftime("%Y-%m-%d 00:00:00"), "摊位": "K-02"}
        if place == "second":  # another computer beside the same device, with the same record under an id of its own
            row["记录号"] = "first-1"
            configuration.write_text(
                configuration.read_text(encoding="utf-8").replace("虚构）", "虚构） "), encoding="utf-8"
            )
        (folder / "out" / "r.json").write_text(json.dumps([row], ensure_ascii=False), encoding="utf-8")
        answers.append((await ended(await started("rapid_test_device", configuration, "--once")))[1])
    assert "已收下 1" in answers[0]
    assert "重复 1" in answers[1]
    assert len(await records_of(market, "K-02")) == 1


async def test_a_device_with_a_key_signs_and_its_kept_original_shows_what_it_sent(
    market: Market, access: dict[str, str], tmp_path: Path
) -> None:
    code, public_key = await ended(await started("device_key", tmp_path / "device.pem"))
    assert code == 0, public_key
    assert (tmp_path / "device.pem").stat().st_mode & 0o777 == 0o600
    async with market.caller(Role.INSPECTOR) as inspector:
        device = {"maker": "演示仪器厂（虚构）", "serial": "SN-SIGNS", "methods": ["enzyme_inhibition"]}
        address = "/api/sampling/v1/devices"
        for body in (device | {"site_id": market.site_id}, {"public_key": public_key.strip()}):
            answer = await inspector.post(address, json=body, headers={"Idempotency-Key": str(uuid4())})
            assert answer.status_code == 201, answer.text
            address += f"/{answer.json()['id']}/keys"

    configuration = device_configuration(tmp_path, market.address, access, "SN-SIGNS")
    (tmp_path / "out" / "r.csv").write_text("\n".join([HEADER, printed(1, "K-05")]), encoding="utf-8")
    code, said = await ended(await started("rapid_test_device", configuration, "--once"))
    assert "须由它签名送来" in said, "without its key nobody speaks for the device"
    configuration.write_text('key = "device.pem"\n' + configuration.read_text(encoding="utf-8"), encoding="utf-8")
    code, said = await ended(await started("rapid_test_device", configuration, "--once", "--retry-rejected"))
    assert (code, "已收下 1" in said) == (0, True), said

    [test] = await records_of(market, "K-05")
    async with market.caller(Role.FOOD_SAFETY_OFFICE) as office:
        proof = (await office.get(f"/api/sampling/v1/rapid-tests/{test['id']}/signature")).json()
    assert (proof["holds"], proof["public_key"]) == (True, public_key.strip())
    original = (tmp_path / "原文" / f"{proof['submission_id']}.json").read_bytes()
    assert proof["content_digest"] == f"sha-256=:{base64.b64encode(hashlib.sha256(original).digest()).decode()}:"
    assert json.loads(original)["records"][0]["printed_value"] == test["printed_value"]


async def test_what_a_device_pushes_reaches_the_platform_once_though_its_adapter_is_killed_and_the_device_repeats(
    market: Market, access: dict[str, str], tmp_path: Path
) -> None:
    """While the platform cannot be reached, the device is answered, the adapter dies; then all is well again."""
    away, secret = "http://127.0.0.1:9", "a-device-of-the-demo"
    configuration = device_configuration(tmp_path, away, access, "SN-PUSHES")
    listen = f'every_seconds = 0.1\n[listen]\nport = 0\nsecret = "{secret}"\n[access]'
    text = configuration.read_text(encoding="utf-8").replace("[access]", listen)
    configuration.write_text(text.replace('folder = "out"', ""), encoding="utf-8")
    names = HEADER.split(",")
    pushed = [dict(zip(names, printed(number, "K-06").split(","), strict=True)) for number in (1, 2)]
    pushed.append(pushed[0] | {"记录号": "R-9", "时间": "刚才"})

    for sent in (pushed, pushed[:1]):  # the second adapter hears of the first test again
        adapter = await started("rapid_test_device", configuration)
        try:
            assert adapter.stderr is not None
            said = (await asyncio.wait_for(adapter.stderr.readline(), 60)).decode()
            port = said.split(":")[1].split()[0]
            async with httpx.AsyncClient(timeout=60) as device:
                answer = await device.post(f"http://127.0.0.1:{port}/results/{secret}", json=sent)
            assert (answer.status_code, answer.json()) == (200, {"received": len(sent)})
        finally:
            adapter.kill()
            await ended(adapter)

    configuration.write_text(configuration.read_text(encoding="utf-8").replace(away, market.address), encoding="utf-8")
    code, said = await ended(await started("rapid_test_device", configuration, "--once"))
    assert (code, "已收下 2" in said, "待发送 0" in said) == (0, True, True), said
    assert "检测时间“刚才”" in said
    assert {test["device_record_id"] for test in await records_of(market, "K-06")} == {"R-1", "R-2"}


async def test_while_the_platform_cannot_be_reached_nothing_is_lost(tmp_path: Path, access: dict[str, str]) -> None:
    configuration = device_configuration(tmp_path, "http://127.0.0.1:9", access, "SN-ALONE")
    (tmp_path / "out" / "r.csv").write_text("\n".join([HEADER, printed(1, "K-03")]), encoding="utf-8")
    code, said = await ended(await started("rapid_test_device", configuration, "--once"))
    assert code == 1
    assert "待发送 1" in said
    assert "没有发出" in said


async def test_the_platform_above_gets_each_record_signed_and_in_its_words_though_the_adapter_is_killed(
    market: Market, access: dict[str, str], tmp_path: Path
) -> None:
    between, received, refusing = Between(), dict[str, Any](), {"busy"}

    async def receive(request: Request) -> Response:
        body = await request.body()
        try:
            record = Webhook(SECRET).verify(body, dict(request.headers))
        except WebhookVerificationError:
            return JSONResponse({"title": "签名不对"}, 401)
        if refusing:
            return JSONResponse({"title": refusing.pop()}, 503, headers={"Retry-After": "1"})
        between.seen.append(("POST", request.headers["webhook-id"]))
        if record["样品"] == "不收的":
            return JSONResponse({"title": "没有这个品种", "errors": [{"message": "样品不在目录里"}]}, 422)
        received[request.headers["webhook-id"]] = record
        if between.kill():
            await asyncio.sleep(0.2)
        return JSONResponse({"receipt": f"回执-{len(received)}"})

    async with serve(Starlette(routes=[Route("/in", receive, methods=["POST"])])) as above:
        submitted = [
            {
                "id": str(uuid4()),
                "site": "HS-001",
                "stall_number": "K-04",
                "product_name": name,
                "printed_item": "农药残留",
            }
            | {"printed_result": "阴性", "tested_at": now().isoformat()}
            for name in ("菠菜", "韭菜", "不收的")
        ]
        async with market.caller(Role.INSPECTOR) as inspector:
            path = f"/api/sampling/v1/rapid-test-submissions/{uuid4()}"
            assert (await inspector.put(path, json={"records": submitted})).json()["accepted"] == 3
        configuration = tmp_path / "upper.toml"
        configuration.write_text(
            f"""
            journal = "journal.sqlite"
            [access]
            gateway = "{market.address}"
            client_id = "{access["client_id"]}"
            client_key = "{access["client_key"]}"
            [source]
            path = "/api/sampling/v1/rapid-tests"
            query = {{ stall_number = "K-04" }}
            [target]
            url = "{above}/in"
            secret = "{SECRET}"
            [mapping]
            "样品" = {{ from = "product_name" }}
            "结论" = {{ from = "verdict", values = {{ negative = "0", suspected_positive = "1" }} }}
            "来源" = {{ constant = "海曙（演示）" }}
            """,
            encoding="utf-8",
        )
        code, said = await ended(await started("upper_platform", configuration, "--once"))
        assert (code, "待发送 3" in said) == (1, True), said
        between.victim = await started("upper_platform", configuration, "--once")
        assert (await ended(between.victim))[0] == -signal.SIGKILL
        assert len(received) == 1
        code, said = await ended(await started("upper_platform", configuration, "--once"))
        assert (code, "已收下 2" in said, "样品不在目录里" in said) == (0, True, True), said
        told = [message for _, message in between.seen]
        twice = [message for message, times in Counter(told).items() if times == 2]
        assert twice == [next(iter(received))], "the one without an acknowledgement again, under the same id"
        assert len(set(told)) == 3
        assert {(record["样品"], record["结论"], record["来源"]) for record in received.values()} == {
            ("菠菜", "0", "海曙（演示）"),
            ("韭菜", "0", "海曙（演示）"),
        }
        with Journal(tmp_path / "journal.sqlite") as journal:
            kept = [settled.answer for settled in journal.entries(Outcome.ACCEPTED)]
        assert all(answer and answer["receipt"].startswith("回执-") for answer in kept)


def test_a_batch_stays_the_same_until_it_is_answered(tmp_path: Path) -> None:
    with Journal(tmp_path / "j") as journal:
        assert journal.note(Entry(str(number), {"n": number}, "") for number in range(3)) == 3
        assert journal.note([Entry("1", {"n": "other"}, "")]) == 0, "what waits stays as it was read"
        first, entries = journal.next_batch("a", 2)
    with Journal(tmp_path / "j") as journal:
        assert journal.next_batch("b", 2) == (first, entries)
        journal.settle((entry.id, Outcome.REJECTED, {}) for entry in entries)
        assert [entry.id for entry in journal.next_batch("c", 2)[1]] == ["2"]
        assert journal.note([Entry("0", {"n": 0}, ""), Entry("1", {"n": "mended"}, "")]) == 1
        assert [entry.record for entry in journal.next_batch("c", 2)[1]] == [{"n": 2}], "it may not change any more"
        journal.settle([("2", Outcome.ACCEPTED, {})])
        assert [entry.record for entry in journal.next_batch("d", 2)[1]] == [{"n": "mended"}]
        assert journal.counts() == {
            Outcome.ACCEPTED: 1,
            Outcome.DUPLICATE: 0,
            Outcome.REJECTED: 1,
            Outcome.TO_SEND: 1,
        }
        journal.retry_rejected()
        assert journal.counts()[Outcome.TO_SEND] == 2
