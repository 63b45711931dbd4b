"""A business with a published checklist, visits to it and problems found there, for tests of pages."""

import hashlib
import json
import re
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx

from deploy.demo.invented import demo_uscc
from deploy.demo.supervision_scripts import CHECKLIST, ITEMS, checklist_file
from gateway.identity.demo_users import demo_id, demo_name
from gateway.web.forms import FORM_COOKIE
from shared.contracts.codes import Role
from shared.ids import uuid7
from shared.times import SHANGHAI, now
from tests.gateway.web.platform import DISTRICT, OWN_PAGE, TOWN, Market
from tests.gateway.web.sampling_stage import ok
from tests.services.sampling.factories import key

INSPECTION = "/api/inspection/v1"
INSPECTOR = demo_id(Role.INSPECTOR, DISTRICT)
COLLEAGUE = demo_id(Role.INSPECTOR, DISTRICT, second=True)
PNG = b"\x89PNG\r\n\x1a\n invented photo "
FORM = re.compile(r'<form class="stack sample-form visit-form" method="post" action="([^"]+)"')
HIDDEN = re.compile(r'<input type="hidden" name="(kept|seen|device)" value="([^"]*)">')


async def registered(market: Market, **change: Any) -> dict[str, Any]:
    """A business of its own name, and the list that applies to it, published."""
    async with market.caller(Role.FOOD_SAFETY_OFFICE) as office:
        await _publish(office)
        number = uuid4().int % 1_000_000
        body = {
            "uscc": demo_uscc(TOWN, number),
            "name": f"演示食品店{uuid4().hex[:8]}（虚构）",
            "kind": "sales",
            "region_code": TOWN,
            "address": "演示路 1 号（虚构）",
            "licences": [],
        } | change
        made: dict[str, Any] = ok(await office.post(f"{INSPECTION}/businesses", json=body, headers=key()))
    return made


async def _publish(office: httpx.AsyncClient) -> None:
    path = f"{INSPECTION}/checklists/{CHECKLIST}/versions/1"
    if (await office.get(path)).status_code == 404:
        ok(await office.post(f"{INSPECTION}/checklists", json=checklist_file(DISTRICT), headers=key()))
        version = ok(await office.get(path))
        tag = {"If-Match": f'"{version["version"]}"'}
        ok(await office.post(f"{path}/publication", json={"applies_from": "2026-01-01"}, headers=tag))


def form_on(page: str) -> tuple[str, dict[str, str]]:
    """Where the form of a visit is sent to, and what its page carries along."""
    [action] = FORM.findall(page)
    return action, {name: value.replace("&#34;", '"').replace("&amp;", "&") for name, value in HIDDEN.findall(page)}


def typed(**change: str) -> dict[str, str]:
    """All that an inspector fills in of a visit in which nothing is wrong."""
    moment = now().astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M")
    answers = {f"answers/{number}/finding": "passed" for number, *_ in ITEMS}
    return (
        answers
        | {
            "kind": "routine",
            "began_at": moment,
            "ended_at": moment,
            "inspectors/0": str(INSPECTOR),
            "inspectors/1": str(COLLEAGUE),
            "identity_shown": "true",
            "recusal": "not_requested",
            "position_missing": "室内没有信号（演示）",
            "signer": "演示店主（虚构）",
            "saved_at": now().astimezone(SHANGHAI).isoformat(timespec="seconds"),
            "act": "save",
        }
        | {name.replace("__", "/"): value for name, value in change.items()}
    )


def signatures() -> list[tuple[str, tuple[str, bytes]]]:
    """Three pictures of signatures, each of its own content."""
    return [(f"signatures/{who}", ("签名.png", PNG + uuid4().bytes)) for who in ("0", "1", "business")]


async def send(
    browser: httpx.AsyncClient,
    path: str,
    form: dict[str, str],
    files: list[tuple[str, tuple[str, bytes]]] | None = None,
) -> httpx.Response:
    """Send a form as a browser does; the empty part keeps it a form with files where there are none."""
    data = {"form_token": browser.cookies[FORM_COOKIE]} | form
    return await browser.post(path, data=data, files=files or [("files", ("", b""))], headers=OWN_PAGE)


async def visited(
    market: Market, business: dict[str, Any], failed: dict[str, str] | None = None, *, days_ago: int = 0
) -> UUID:
    """A finished visit, delivered as a terminal does; every failed item becomes a correction."""
    record_id = uuid7()
    moment = (now() - timedelta(days=days_ago)).astimezone(SHANGHAI).isoformat(timespec="seconds")
    people = [
        {"user_id": str(user), "name": demo_name(Role.INSPECTOR, "海曙区", second=bool(number))}
        for number, user in enumerate((INSPECTOR, COLLEAGUE))
    ]
    async with market.caller(Role.INSPECTOR) as terminal:
        version = ok(await terminal.get(f"{INSPECTION}/checklists/{CHECKLIST}/versions/1"))
        picture = PNG + uuid4().bytes
        sha256 = await handed_in(terminal, picture)
        signed = [{"role": "inspector", "name": each["name"]} for each in people]
        signed.append({"role": "business", "name": "演示店主（虚构）"})
        findings = {
            number: {"finding": "failed", "reason": (failed or {})[number]}
            if number in (failed or {})
            else {"finding": "passed"}
            for number, *_ in ITEMS
        }
        content = {
            "saved": {"by": str(INSPECTOR), "by_name": people[0]["name"], "device": "t-1", "at": moment, "base": []},
            "kind": "routine",
            "region_code": TOWN,
            "authority_code": DISTRICT,
            "business_id": business["id"],
            "business_kind": "sales",
            "checklist": {"code": CHECKLIST, "number": 1, "version_id": version["id"], "sha256": version["sha256"]},
            "answers": findings,
            "began_at": moment,
            "ended_at": moment,
            "inspectors": people,
            "identity_shown": True,
            "recusal": "not_requested",
            "signatures": [each | {"sha256": sha256, "signed_at": moment} for each in signed],
            "position_missing": "室内（演示）",
            "finished": True,
        }
        receipt = ok(await deliver(terminal, record_id, content))
        assert receipt["state"] == "complete", receipt
    return record_id


async def deliver(terminal: httpx.AsyncClient, record_id: UUID, content: dict[str, Any]) -> httpx.Response:
    body = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    headers = {"content-sha256": hashlib.sha256(body).hexdigest(), "content-type": "application/vnd.shian.visit+json"}
    return await terminal.put(f"{INSPECTION}/visit-records/{record_id}", content=body, headers=headers)


async def handed_in(terminal: httpx.AsyncClient, picture: bytes) -> str:
    sha256 = hashlib.sha256(picture).hexdigest()
    headers = {"upload-length": str(len(picture)), "content-type": "application/octet-stream"}
    ok(await terminal.put(f"{INSPECTION}/attachments/{sha256}/chunks/0", content=picture, headers=headers))
    return sha256


async def corrections_of(market: Market, record_id: UUID) -> list[dict[str, Any]]:
    async with market.caller(Role.INSPECTOR) as officer:
        page = ok(await officer.get(f"{INSPECTION}/corrections", params={"visit": str(record_id)}))
    found: list[dict[str, Any]] = page["items"]
    return found
