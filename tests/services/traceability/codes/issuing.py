"""Giving out codes in tests."""

from typing import Any
from uuid import uuid4

import httpx

HAISHU = "330203000000"
GTIN = "09520123456788"
GLN = "9520123456788"


async def issue(caller: httpx.AsyncClient, **wanted: Any) -> httpx.Response:
    body = {"kind": "item", "scheme": "own", "name": "演示鲜牛奶（虚构）", "region_code": HAISHU} | wanted
    return await caller.post("/v1/code-batches", json=body, headers={"Idempotency-Key": str(uuid4())})


async def issued(caller: httpx.AsyncClient, **wanted: Any) -> list[dict[str, Any]]:
    """The codes of a new batch, as they are read one by one."""
    answer = await issue(caller, **wanted)
    assert answer.status_code == 201, answer.text
    found = await caller.get("/v1/codes", params={"batch_id": answer.json()["id"], "limit": 200})
    return [(await caller.get(f"/v1/codes/{code['id']}")).json() for code in found.json()["items"]]
