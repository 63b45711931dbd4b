"""How long a terminal takes that comes back with 500 visits and their photos, and what it takes along: bytes, seconds.

Through the gateway: 500 finished visits with two photos of 200 KB each and three signatures, sent over four connections
as the guide says (asked at once which files are wanted, those sent in chunks, each visit after its files), then
everything once more, as after a lost answer. Then the task pack of the district, as it is and gzipped, and the changes
since.

`./shian bench -k visit_sync` runs it.
"""

import asyncio
import gzip
import hashlib
import json
import os
import random
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import jwt

from gateway.identity.demo_token import demo_token
from gateway.settings import Settings
from shared.contracts.codes import Role
from shared.ids import uuid7
from shared.times import now

VISITS, PHOTOS, PHOTO_BYTES, CONNECTIONS, CHUNK = 500, 2, 200_000, 4, 1 << 20
ASKED_AT_ONCE = 1000
DISTRICT, STREET = "330203000000", "330203009000"
API = "/api/inspection/v1"
CHECKLIST = "catering-2022"


def invented_visit(
    business: UUID, checklist: dict[str, Any], author: UUID, name: str, photos: list[str], signatures: dict[str, str]
) -> dict[str, Any]:
    """A finished visit of a business: every item answered, two of them with a photo."""
    began = now() - timedelta(hours=2)
    items = [item["number"] for section in checklist["content"]["sections"] for item in section["items"]]
    answers: dict[str, Any] = {number: {"finding": "passed"} for number in items}
    for number, photo in zip(items, photos, strict=False):
        answers[number] = {"finding": "failed", "reason": "（演示）", "photos": [photo]}
    return {
        "saved": {"by": str(author), "by_name": name, "device": "bench-1", "at": now().isoformat(), "base": []},
        "kind": "routine",
        "region_code": STREET,
        "authority_code": DISTRICT,
        "business_id": str(business),
        "business_kind": "catering",
        "checklist": {
            "code": CHECKLIST,
            "number": checklist["number"],
            "version_id": checklist["id"],
            "sha256": checklist["sha256"],
        },
        "answers": answers,
        "began_at": began.isoformat(),
        "ended_at": (began + timedelta(hours=1)).isoformat(),
        "inspectors": [{"user_id": str(author), "name": name}, {"name": "演示检查员乙（虚构）"}],
        "identity_shown": True,
        "recusal": "not_requested",
        "signatures": [
            {"role": role, "name": who, "sha256": sha256, "signed_at": began.isoformat()}
            for (role, who), sha256 in zip(
                (("inspector", name), ("inspector", "演示检查员乙（虚构）"), ("business", "演示摊主（虚构）")),
                signatures.values(),
                strict=True,
            )
        ],
        "position_missing": "演示",
        "finished": True,
    }


class Terminal:
    """Sends what it has, and counts the bytes of bodies."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http, self.sent = http, 0

    async def needed(self, hashes: Sequence[str]) -> dict[str, int]:
        """Which files are still to be sent, and from which byte on."""
        found: dict[str, int] = {}
        for begin in range(0, len(hashes), ASKED_AT_ONCE):
            body = {"hashes": hashes[begin : begin + ASKED_AT_ONCE]}
            answer = await self._http.post(f"{API}/attachments/needed", json=body)
            self.sent += len(answer.request.content)
            found |= {told["sha256"]: told["received"] for told in answer.raise_for_status().json()}
        return found

    async def file(self, sha256: str, content: bytes, received: int = 0) -> None:
        told = {"complete": False, "received": received}
        while not told["complete"]:
            part = content[told["received"] : told["received"] + CHUNK]
            answer = await self._http.put(
                f"{API}/attachments/{sha256}/chunks/{told['received']}",
                content=part,
                headers={"Upload-Length": str(len(content)), "Content-Type": "application/octet-stream"},
            )
            told = answer.raise_for_status().json()
            self.sent += len(part)

    async def visit(self, record_id: UUID, document: dict[str, Any]) -> dict[str, Any]:
        body = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
        answer = await self._http.put(
            f"{API}/visit-records/{record_id}",
            content=body,
            headers={
                "Content-SHA256": hashlib.sha256(body).hexdigest(),
                "Content-Type": "application/vnd.shian.visit+json",
            },
        )
        self.sent += len(body)
        receipt: dict[str, Any] = answer.raise_for_status().json()
        return receipt


async def registered(http: httpx.AsyncClient) -> UUID:
    """An invented restaurant without a licence, entered in the register."""
    business_id = uuid7()
    file: dict[str, Any] = {
        "uscc": None,
        "name": f"演示餐馆 {business_id.hex[-8:]}（虚构）",
        "kind": "catering",
        "region_code": STREET,
        "address": "演示路 1 号",
        "licences": [],
    }
    (await http.put(f"{API}/businesses/{business_id}", json=file)).raise_for_status()
    return business_id


async def synchronise(
    terminal: Terminal, visits: dict[UUID, dict[str, Any]], photos: dict[str, bytes]
) -> tuple[float, list[dict[str, Any]]]:
    """Seconds until every visit has been answered, and the receipts."""
    pending = list(visits.items())
    receipts = []
    begun = time.perf_counter()
    needed = await terminal.needed(list(photos))

    async def connection() -> None:
        while pending:
            record_id, document = pending.pop()
            for answer in document["answers"].values():
                for sha256 in answer.get("photos", []):
                    if sha256 in needed:
                        await terminal.file(sha256, photos[sha256], needed[sha256])
            receipts.append(await terminal.visit(record_id, document))

    await asyncio.gather(*(connection() for _ in range(CONNECTIONS)))
    return time.perf_counter() - begun, receipts


async def take_along(http: httpx.AsyncClient, **query: str) -> tuple[float, int, int, int, str]:
    """Seconds, bytes, gzipped bytes and businesses of a whole task pack, and where the next one begins."""
    begun, size, packed, businesses, since, cursor = time.perf_counter(), 0, 0, 0, "", None
    while True:
        more: dict[str, str] = {"cursor": cursor} if cursor else {}
        answer = await http.get(f"{API}/task-packs/mine", params={**query, **more, "limit": "200"})
        page = answer.raise_for_status().json()
        since = since or page["next_since"]
        size, packed = size + len(answer.content), packed + len(gzip.compress(answer.content))
        businesses += len(page["businesses"])
        cursor = page["next_cursor"]
        if cursor is None:
            return time.perf_counter() - begun, size, packed, businesses, since


async def run(address: str) -> None:
    chance = random.Random(20260724)
    token = demo_token(Settings(), Role.INSPECTOR, DISTRICT)
    claims = jwt.decode(token, options={"verify_signature": False})
    author, name = UUID(claims["sub"]), str(claims["name"] or "演示检查员甲（虚构）")
    load = os.getloadavg()[0]
    async with httpx.AsyncClient(base_url=address, headers={"Authorization": f"Bearer {token}"}, timeout=120) as http:
        terminal = Terminal(http)
        signatures = {}
        for who in ("甲", "乙", "摊主"):
            content = b"\xff\xd8\xff\xe0" + who.encode() + chance.randbytes(5_000)
            signatures[who] = hashlib.sha256(content).hexdigest()
            await terminal.file(signatures[who], content)
        checklist = (await http.get(f"{API}/checklists/{CHECKLIST}/versions/1")).raise_for_status().json()
        photos: dict[str, bytes] = {}
        visits: dict[UUID, dict[str, Any]] = {}
        for _ in range(VISITS):
            own = [b"\xff\xd8\xff\xe0" + chance.randbytes(PHOTO_BYTES) for _ in range(PHOTOS)]
            hashes = [hashlib.sha256(content).hexdigest() for content in own]
            photos |= dict(zip(hashes, own, strict=True))
            business = await registered(http)
            visits[uuid7()] = invented_visit(business, checklist, author, name, hashes, signatures)
        seconds, receipts = await synchronise(terminal, visits, photos)
        sent = terminal.sent
        again, repeated = await synchronise(terminal, visits, photos)
        pack = await take_along(http)
        delta = await take_along(http, changed_since=pack[-1])
    assert len(receipts) == len(repeated) == VISITS
    assert all(receipt["state"] == "complete" for receipt in receipts + repeated)
    print(f"\n{VISITS} 次检查，每次 {PHOTOS} 张照片、3 个签名；开始时机器负载 {load:.1f}，{os.cpu_count()} 核")
    print(f"首次同步：{seconds:.1f} 秒，{sent / 1e6:.1f} MB，每秒 {VISITS / seconds:.0f} 次")
    print(f"全部重发：{again:.1f} 秒，{(terminal.sent - sent) / 1e6:.2f} MB（照片不再传）")
    for label, (taken, size, packed, businesses, _) in (("任务包", pack), ("其后的变化", delta)):
        print(f"{label}：{businesses} 户，{size / 1e3:.0f} KB（gzip {packed / 1e3:.0f} KB），{taken:.2f} 秒")


def bench_visit_sync_through_the_gateway() -> None:
    asyncio.run(run(os.environ["SHIAN_GATEWAY_URL"]))
