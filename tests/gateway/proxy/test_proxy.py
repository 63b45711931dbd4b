"""Through the gateway to a service: what goes in comes out, as it goes, and nothing is done twice."""

import asyncio
import hashlib
import os
import socket
from collections.abc import AsyncIterator

import aiohttp
import pytest
from yarl import URL

from gateway import doubt_limit
from shared.contracts.codes import Role
from shared.contracts.epcis import CAPTURE_BYTES
from tests.gateway.proxy.conftest import Way
from tests.tokens import TestKeys
from tests.waiting import PATIENCE


async def test_method_path_query_and_body_arrive_as_they_were_sent(way: Way) -> None:
    path = "/api/sampling/v1/echo/a%2Fb%20c/海?q=%E6%B5%B7&q=2&empty="
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        body = "" if method == "GET" else '{"数":1}'
        async with way.request(method, path, data=body or None) as answer:
            assert answer.status == 200
            told = await answer.json()
            assert (told["method"], told["body"]) == (method, body)
            assert told["query"] == "q=%E6%B5%B7&q=2&empty="
            assert told["raw_path"].startswith("/v1/echo/a%2Fb%20c/%E6%B5%B7")
            assert answer.headers["ETag"] == '"3"'


async def test_what_the_service_needs_to_know_is_passed_on(way: Way) -> None:
    sent = {
        "Idempotency-Key": "0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1b",
        "If-Match": '"3"',
        "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "X-Request-Id": "request-12345",
        "Accept": "application/json",
    }
    async with way.request("POST", "/api/sampling/v1/echo", headers=sent, json={}) as answer:
        assert answer.headers["X-Request-Id"] == "request-12345"
        for name in ("x-request-id", "date", "server"):
            assert len(answer.headers.getall(name)) == 1, "said once, not by both"
    (got,) = way.seen.headers
    assert {name: got[name.lower()] for name in sent} == sent
    assert got["authorization"] == way.headers["Authorization"]
    assert got["x-forwarded-for"] == "127.0.0.1"
    assert got["x-forwarded-prefix"] == "/api/sampling"
    assert got["forwarded"].startswith("for=127.0.0.1;host=")


async def test_what_is_not_the_services_business_stops_here(way: Way) -> None:
    claimed = {
        "Cookie": "shian_session=secret",
        "X-Forwarded-For": "6.6.6.6",
        "Forwarded": "for=6.6.6.6",
        "X-Real-IP": "6.6.6.6",
        "Connection": "keep-alive, X-Hop",
        "X-Hop": "for the gateway only",
        "TE": "trailers",
        "Proxy-Authorization": "Basic eA==",
    }
    async with way.request("GET", "/api/sampling/v1/echo", headers=claimed) as answer:
        assert answer.status == 200
    (got,) = way.seen.headers
    assert "6.6.6.6" not in str(got) and "secret" not in str(got)
    assert not {"cookie", "x-hop", "te", "proxy-authorization", "x-real-ip"} & got.keys()
    async with way.request("GET", "/api/sampling/v1/elsewhere") as answer:
        assert answer.status == 303, "redirects are the caller's to follow"
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Location"] == "https://example.org/v1/x"


async def test_a_location_leads_back_through_the_gateway(way: Way) -> None:
    async with way.request("POST", "/api/sampling/v1/samples", json={}) as answer:
        assert (answer.status, answer.headers["Location"]) == (201, "/api/sampling/v1/samples/7")


async def test_a_redirect_to_the_service_itself_stays_at_the_gateway(way: Way) -> None:
    async with way.request("GET", "/api/sampling/v1/own-address") as answer:
        assert (answer.status, answer.headers["Location"]) == (307, "/api/sampling/v1/echo?q=1")
    async with way.request("GET", "/api/sampling/v1/echo/?q=1") as answer:
        assert answer.status == 200


@pytest.mark.parametrize(
    "path",
    [
        "/api/sampling/events",
        "/api/sampling/metrics",
        "/api/sampling/v1/../events",
        "/api/sampling/v1/%2e%2e/events",
        "/api/sampling/v1/..%2fevents",
        "/api/sampling/v1/x/..%5c..%5cevents",
        "/api/sampling/v1/./echo",
        "/api/sampling/v1",
        "/api/samplingv1/echo",
    ],
)
async def test_only_the_public_interface_of_a_service_is_reached(way: Way, path: str) -> None:
    status, body = await raw_request(way, f"GET {path} HTTP/1.1")
    assert status == 404
    assert b"inside" not in body


async def test_without_a_good_token_nothing_reaches_the_service(way: Way, keys: TestKeys) -> None:
    async with way.http.get(way.address + "/api/sampling/v1/echo") as answer:
        assert answer.status == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    stranger = TestKeys().token(Role.ADMINISTRATOR, regions=["330203000000"])
    async with way.request("GET", "/api/sampling/v1/echo", headers={"Authorization": f"Bearer {stranger}"}) as answer:
        assert answer.status == 401
        assert (await answer.json())["title"] == "请先登录"
    assert way.seen.headers == []


async def test_what_is_announced_to_everybody_is_read_without_a_token(way: Way) -> None:
    async with way.http.get(way.address + "/api/sampling/v1/published-tables") as answer:
        assert answer.status == 200
    assert [headers.get("authorization") for headers in way.seen.headers] == [None]


async def test_a_large_upload_passes_in_pieces_and_unchanged(way: Way) -> None:
    piece, pieces = os.urandom(2**20), 100

    async def body() -> AsyncIterator[bytes]:
        for _ in range(pieces):
            yield piece

    expected = hashlib.sha256(piece * pieces).hexdigest()
    length = {"Content-Length": str(pieces * 2**20), "Content-Type": "text/csv"}
    async with way.request("POST", "/api/sampling/v1/upload", data=body(), headers=length) as answer:
        assert await answer.json() == {"size": pieces * 2**20, "sha256": expected}
    async with way.request(
        "PUT", "/api/sampling/v1/upload", data=body(), headers={"Content-Type": "text/csv"}
    ) as answer:
        assert (await answer.json())["sha256"] == expected, "chunked, without a length"
    assert way.seen.largest_chunk <= 2**20, "the service must not receive it as one block"


async def test_the_service_has_the_beginning_of_an_upload_before_its_end_is_sent(way: Way) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b"beginning"
        async with asyncio.timeout(PATIENCE):
            await way.seen.first_chunk.wait()
        yield b" and end"

    async with way.request("POST", "/api/sampling/v1/upload", data=body()) as answer:
        assert (await answer.json())["size"] == len(b"beginning and end")


async def test_requests_are_counted_by_service(way: Way) -> None:
    async with way.request("GET", "/api/sampling/v1/echo") as answer:
        assert answer.status == 200
    async with way.http.get(way.address + "/metrics") as answer:
        assert 'shian_request_seconds_count{method="GET",route="/api/sampling",status="200"}' in await answer.text()


async def test_a_download_passes_whole(way: Way) -> None:
    async with way.request("GET", "/api/sampling/v1/download") as answer:
        assert await answer.read() == b"".join(bytes([number]) * 65536 for number in range(64))


async def test_an_event_arrives_before_the_next_is_made(way: Way) -> None:
    async with way.request("GET", "/api/sampling/v1/events") as answer:
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        async with asyncio.timeout(PATIENCE):
            assert await answer.content.readuntil(b"\n\n") == b"data: first\n\n"
        way.seen.go_on.set()
        assert await answer.content.readuntil(b"\n\n") == b"data: second\n\n"


async def test_when_the_caller_leaves_the_service_stops_working_for_it(way: Way) -> None:
    answer = await way.request("GET", "/api/sampling/v1/events")
    await answer.content.readuntil(b"\n\n")
    answer.close()
    async with asyncio.timeout(PATIENCE):
        await way.seen.cancelled.wait()


async def test_when_the_caller_leaves_in_the_midst_of_an_upload_the_service_hears_of_it(way: Way) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b"beginning"
        await asyncio.sleep(600)

    upload = asyncio.ensure_future(way.request("POST", "/api/sampling/v1/upload", data=body()))
    async with asyncio.timeout(PATIENCE):
        await way.seen.first_chunk.wait()
        upload.cancel()
        await way.seen.cancelled.wait()


async def test_an_answer_before_the_end_of_the_upload_is_passed_on(way: Way) -> None:
    async with way.request("POST", "/api/sampling/v1/early", data=b"x" * 2**19) as answer:
        assert answer.status == 413


async def test_a_service_that_is_down_is_named(way: Way) -> None:
    async with way.request("POST", "/api/scoring/v1/evaluations", json={}) as answer:
        assert answer.status == 503
        assert answer.headers["Retry-After"] == "5"
        problem = await answer.json()
        assert problem["service"] == "scoring"
        assert "评价服务暂时连不上，请求没有送达" in problem["detail"]


@pytest.mark.parametrize(("method", "advice"), [("GET", "请重试"), ("POST", "Idempotency-Key")])
async def test_a_service_that_does_not_answer_in_time_is_given_up_and_asked_once(
    way: Way, method: str, advice: str
) -> None:
    async with way.request(method, "/api/sampling/v1/slow") as answer:
        assert answer.status == 504
        assert advice in (await answer.json())["detail"]
    assert way.seen.requests == [method]


async def test_a_request_that_may_have_reached_the_service_is_not_sent_twice(way: Way) -> None:
    received = 0

    async def drop(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal received
        await reader.readuntil(b"\r\n\r\n")
        received += 1
        writer.close()

    async with await asyncio.start_server(drop, "127.0.0.1", 0) as server:
        way.app.state.settings.inspection_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with way.request("POST", "/api/inspection/v1/visits", json={}) as answer:
            assert answer.status == 502
            assert "可能已经办理" in (await answer.json())["detail"]
        assert received == 1


async def test_an_answer_that_breaks_off_is_seen_to_break_off(way: Way) -> None:
    async def half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        await writer.drain()
        await asyncio.sleep(0.1)
        writer.close()

    async with await asyncio.start_server(half, "127.0.0.1", 0) as server:
        way.app.state.settings.inspection_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        with pytest.raises(aiohttp.ClientPayloadError):
            async with way.request("GET", "/api/inspection/v1/visits") as answer:
                assert answer.status == 200
                await answer.read()


async def test_too_much_is_refused_by_its_own_word_and_by_count(way: Way) -> None:
    async def body() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b"x" * 2**20

    json_type = {"Content-Type": "application/json"}
    said = await raw_request(
        way, "POST /api/sampling/v1/echo HTTP/1.1", "Content-Type: application/json", "Content-Length: 2000000"
    )
    assert said[0] == 413, "before a byte of it was read"
    assert "不能超过 1 MB" in said[1].decode()
    async with way.request("POST", "/api/sampling/v1/upload", data=body(), headers=json_type) as answer:
        assert answer.status == 413
    async with way.request(
        "POST", "/api/sampling/v1/upload", data=body(), headers={"Content-Type": "text/csv"}
    ) as answer:
        assert answer.status == 200, "files may be larger"
    async with way.request("POST", "/api/traceability/epcis/capture", data=body(), headers=json_type) as answer:
        assert answer.status == 200, "captures may be as large as EPCIS tells"
    said = await raw_request(
        way,
        "POST /api/traceability/epcis/capture HTTP/1.1",
        "Content-Type: application/json",
        f"Content-Length: {CAPTURE_BYTES + 1}",
    )
    assert said[0] == 413
    status, _ = await raw_request(
        way, "GET /api/sampling/v1/echo HTTP/1.1", *[f"X-{n}: {'y' * 4000}" for n in range(9)]
    )
    assert status == 431


async def test_one_document_describes_what_is_reachable(way: Way) -> None:
    async with way.http.get(way.address + "/api/openapi.json") as answer:
        assert answer.status == 200
        document = await answer.json()
    assert document["openapi"].startswith("3.1")
    assert "/api/v1/tokens" in document["paths"]
    assert set(document["info"]["x-unavailable"]) == {"sampling", "traceability", "inspection", "scoring"}


async def raw_request(way: Way, *lines: str) -> tuple[int, bytes]:
    """A request exactly as written: clients tidy paths up before they send them."""
    host, _, port = way.address.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port), family=socket.AF_INET)
    head = [*lines, "Host: test", f"Authorization: {way.headers['Authorization']}", "Connection: close", "", ""]
    try:
        writer.write("\r\n".join(head).encode())
        await writer.drain()
        async with asyncio.timeout(PATIENCE):
            answer = await reader.read()
    finally:
        writer.close()
    return int(answer.split(b" ", 2)[1]), answer


@pytest.mark.parametrize("path", ["/api/sampling/v1/upload", "/api/v1/tokens"])
async def test_who_stops_in_the_midst_of_a_body_is_not_waited_for(way: Way, path: str) -> None:
    status, answer = await raw_request(
        way, f"POST {path} HTTP/1.1", "Content-Type: application/json", "Content-Length: 1000"
    )
    assert status == 408
    assert "没有收到新的内容" in answer.decode()


async def test_one_network_raises_few_doubts_a_minute_however_the_path_is_spelt(way: Way) -> None:
    start = way.address + "/api/traceability/v1/public-codes/"
    spelt = ["doubts", "doubts?x=1", "%64oubts"]
    for number in range(doubt_limit.MOST_A_MINUTE):
        async with way.http.post(URL(start + spelt[number % 3], encoded=True), json={}) as answer:
            assert answer.status != 429
    for path in spelt:
        async with way.http.post(URL(start + path, encoded=True), json={}) as answer:
            assert answer.status == 429
            assert 0 < int(answer.headers["Retry-After"]) <= 60
    async with way.http.post(start + "scans", json={}) as answer:
        assert answer.status != 429
