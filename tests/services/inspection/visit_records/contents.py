"""Invented visits as a terminal would save them, and the terminal that sends them."""

import hashlib
import json
from copy import deepcopy
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.checklists.content import Content
from services.inspection.checklists.models import Checklist, ChecklistVersion, Origin
from services.inspection.checklists.service import new_draft
from shared.ids import uuid7
from shared.times import now
from tests.services.inspection.checklists.lists import file, parsed
from tests.services.inspection.factories import HAISHU, STREET

ANNA, BERT = UUID(int=1), UUID(int=2)
NAMES = {ANNA: "演示检查员甲（虚构）", BERT: "演示检查员乙（虚构）"}


def canonical_sha256(document: Any) -> str:
    """The hash as the guide tells a terminal to reckon it."""
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def photo(number: int) -> tuple[bytes, str]:
    """An invented picture and its hash."""
    content = b"\xff\xd8\xff\xe0" + f"演示照片 {number}（虚构）".encode()
    return content, hashlib.sha256(content).hexdigest()


SIGNATURES = {who: photo(1000 + index) for index, who in enumerate((NAMES[ANNA], NAMES[BERT], "演示店主（虚构）"))}


async def published_checklist(session: AsyncSession, **content: Any) -> ChecklistVersion:
    """A published list of four items for food sellers, in force for years."""
    made = parsed(header={"kinds": ["sales"], "effective_on": "2020-01-01"}, **content)
    checklist = Checklist(id=uuid7(), version=1, versions=[])
    checklist.write(made.checklist, Origin.BUREAU)
    session.add(checklist)
    version = new_draft(checklist, made.content, Origin.BUREAU, None)
    version.publish(date(2020, 1, 1), None, now() - timedelta(days=1000))
    await session.flush()
    return version


def pinned(version: ChecklistVersion) -> dict[str, Any]:
    return {
        "code": version.checklist.code,
        "number": version.number,
        "version_id": str(version.id),
        "sha256": version.sha256,
    }


def saved(by: UUID = ANNA, *, base: list[str] | None = None, **change: Any) -> dict[str, Any]:
    return {
        "by": str(by),
        "by_name": NAMES.get(by, "演示人员（虚构）"),
        "device": "demo-1",
        "at": now().isoformat(),
        "base": base or [],
        "contacts": [],
    } | change


def visit(checklist: dict[str, Any] | None = None, **change: Any) -> dict[str, Any]:
    """A finished visit of an unregistered place in which everything was found in order."""
    began = now() - timedelta(hours=3)
    document: dict[str, Any] = {
        "saved": saved(),
        "kind": "routine",
        "region_code": STREET,
        "authority_code": HAISHU,
        "business_id": None,
        "unregistered_place": "演示路口的演示摊位（虚构）",
        "business_kind": "sales",
        "checklist": checklist,
        "answers": {number: {"finding": "passed"} for number in ("1", "2", "3", "4")},
        "began_at": began.isoformat(),
        "ended_at": (began + timedelta(hours=1)).isoformat(),
        "inspectors": [{"user_id": str(user), "name": NAMES[user]} for user in (ANNA, BERT)],
        "identity_shown": True,
        "recusal": "not_requested",
        "signatures": [
            {
                "role": "business" if "店主" in name else "inspector",
                "name": name,
                "sha256": sha256,
                "signed_at": began.isoformat(),
            }
            for name, (_, sha256) in SIGNATURES.items()
        ],
        "position": {
            "longitude": "121.550000",
            "latitude": "29.870000",
            "system": "wgs84",
            "accuracy_metres": "12",
        },
        "finished": True,
    }
    return deepcopy(document | change)


def edited(
    document: dict[str, Any],
    by: UUID = ANNA,
    *,
    minutes: int = 1,
    base: list[str] | None = None,
    found: dict[str, str] | None = None,
    **change: Any,
) -> dict[str, Any]:
    """A later version made from `document`, or from the versions named; `found` are answers given otherwise."""
    at = datetime.fromisoformat(document["saved"]["at"]) + timedelta(minutes=minutes)
    names = [canonical_sha256(document)] if base is None else base
    changed = deepcopy(document | change | {"saved": saved(by, base=names, at=at.isoformat())})
    for number, finding in (found or {}).items():
        changed["answers"][number] = {"finding": finding, "reason": "（演示）"}
    return changed


async def send(terminal: httpx.AsyncClient, record_id: UUID | str, document: Any, **headers: str) -> httpx.Response:
    """What a terminal does with a visit."""
    body = json.dumps(document, ensure_ascii=False).encode()
    told = {"Content-SHA256": canonical_sha256(document), "Content-Type": "application/vnd.shian.visit+json"}
    return await terminal.put(f"/v1/visit-records/{record_id}", content=body, headers=told | headers)


async def upload(terminal: httpx.AsyncClient, content: bytes, *, chunk: int = 1 << 20) -> httpx.Response:
    """Send a file as the guide says: ask how far it has come, go on from there."""
    sha256 = hashlib.sha256(content).hexdigest()
    answer = await terminal.get(f"/v1/attachments/{sha256}")
    while not answer.json()["complete"]:
        begin = answer.json()["received"]
        answer = await terminal.put(
            f"/v1/attachments/{sha256}/chunks/{begin}",
            content=content[begin : begin + chunk],
            headers={"Upload-Length": str(len(content)), "Content-Type": "application/octet-stream"},
        )
        assert answer.status_code == 200, answer.text
    return answer


async def upload_signatures(terminal: httpx.AsyncClient) -> None:
    for content, _ in SIGNATURES.values():
        await upload(terminal, content)


def list_content(**content: Any) -> Content:
    """The content of the invented list."""
    return Content.model_validate(file(**content)["content"])
