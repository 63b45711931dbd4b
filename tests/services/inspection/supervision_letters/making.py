"""Invented issuers and letters."""

from typing import Any
from uuid import uuid4

import httpx

from tests.services.inspection.factories import HAISHU, STREET

FIELDS = {
    "interview": {
        "reason": "多次逾期未整改（演示）",
        "basis": "《中华人民共和国食品安全法》第一百一十四条",
        "held_at": "2026-12-01T09:30:00+08:00",
        "place": "演示会议室（虚构）",
        "attendees": "主要负责人",
    },
    "listed_supervision": {
        "matter": "后厨整改（演示）",
        "basis": "两次复查不合格（演示）",
        "demand": "限期完成（演示）",
    },
    "correction_order": {
        "found_on": "2026-11-01",
        "problems": "原料直接放在地面（演示）",
        "demand": "离地离墙存放（演示）",
        "last_day": "2026-12-01",
    },
    "reminder": {"situation": "节前投诉增多（演示）", "suggestion": "加强巡查（演示）"},
}


async def post(client: httpx.AsyncClient, path: str, body: dict[str, Any]) -> httpx.Response:
    return await client.post(path, json=body, headers={"Idempotency-Key": str(uuid4())})


async def an_issuer(leader: httpx.AsyncClient, abbreviation: str = "演食安办") -> str:
    """The id of an invented issuer in 海曙区."""
    body = {"region_code": HAISHU, "name": f"{abbreviation}全称（虚构）", "abbreviation": abbreviation}
    answer = await post(leader, "/v1/letter-issuers", body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def letter(issuer_id: str, kind: str = "interview", **change: Any) -> dict[str, Any]:
    body = {"kind": kind, "issuer_id": issuer_id, "addressee": "演示小吃店（虚构）", "region_code": STREET}
    return body | {"fields": FIELDS[kind]} | change


async def drafted(officer: httpx.AsyncClient, issuer_id: str, kind: str = "interview", **change: Any) -> str:
    answer = await post(officer, "/v1/supervision-letters", letter(issuer_id, kind, **change))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def act(client: httpx.AsyncClient, letter_id: str, step: str, **body: Any) -> httpx.Response:
    """Take a step from the present version."""
    path = f"/v1/supervision-letters/{letter_id}"
    version = (await client.get(path)).headers.get("ETag", '"1"')
    return await client.post(f"{path}/{step}", json=body, headers={"If-Match": version})


async def done(client: httpx.AsyncClient, letter_id: str, step: str, **body: Any) -> dict[str, Any]:
    answer = await act(client, letter_id, step, **body)
    assert answer.status_code == 200, (step, answer.text)
    shown: dict[str, Any] = answer.json()
    return shown


async def issued(
    officer: httpx.AsyncClient, leader: httpx.AsyncClient, issuer_id: str, kind: str = "interview", **change: Any
) -> dict[str, Any]:
    letter_id = await drafted(officer, issuer_id, kind, **change)
    await done(officer, letter_id, "submission")
    return await done(leader, letter_id, "issue")


SERVED = {"method": "in_person", "evidence": ["送达回证 演示-1"]}
