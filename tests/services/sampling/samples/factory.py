"""Invented forms, complete to the last signature, and the files they name."""

import hashlib
from typing import Any
from uuid import UUID, uuid4

import httpx

from shared.ids import uuid7
from shared.times import day_of, now
from tests.services.sampling.factories import STREET

PHOTO = b"\xff\xd8\xff\xe0 invented photo "
"""The beginning of a JPEG; what follows makes each file its own."""


def photo(words: str) -> tuple[str, bytes]:
    """An invented photo: its SHA-256 and its bytes."""
    content = PHOTO + words.encode()
    return hashlib.sha256(content).hexdigest(), content


FILES = dict(
    photo(words)
    for words in (
        *("site", "sample", "test_seal", "backup_seal", "receipt", "operator", "notice", "first", "second"),
        *("refusal", "online_page", "online_order", "online_payment", "unpacking_film"),
    )
)


def sampler(user_id: UUID, name: str, signature: str = "first") -> dict[str, Any]:
    return {"user_id": str(user_id), "name": name, "phone": "0574-00000000", "signature": photo(signature)[0]}


def attachments(*kinds: str) -> list[dict[str, str]]:
    return [{"kind": kind, "sha256": photo(kind)[0]} for kind in kinds]


def form_of(first: UUID, second: UUID, **blocks: Any) -> dict[str, Any]:
    """A form that lacks nothing; `blocks` replace or extend (dicts are merged) its blocks."""
    seal = uuid4().hex[:12].upper()
    form: dict[str, Any] = {
        "basics": {
            "task_source": "（演示）区级监督抽检",
            "place": "农贸市场",
            "sampled_on": day_of(now()).isoformat(),
            "picked_by": "samplers",
            "delivery": "samplers",
        },
        "samplers": [sampler(first, "演示抽样员甲（虚构）"), sampler(second, "演示抽样员乙（虚构）", "second")],
        "sampled_party": {"name": "演示蔬菜摊（虚构）", "address": "演示路 1 号（虚构）"},
        "goods": {"name": "豇豆", "quantity": "3", "quantity_unit": "kg", "backup_quantity": "1.5"},
        "sampling_body": {"name": "演示抽样单位（虚构）"},
        "sealing": {"test_seals": [f"F{seal}-1"], "backup_seals": [f"F{seal}-2"]},
        "operator": {"name": "演示摊主（虚构）", "signature": photo("operator")[0]},
        "rights_notice": {"given": True, "name": "演示摊主（虚构）", "signature": photo("notice")[0]},
        "purchase": {"amount": "24.00", "receipt_number": "演示-0001"},
        "attachments": attachments("site", "sample", "test_seal", "backup_seal"),
    }
    for name, change in blocks.items():
        mergeable = isinstance(change, dict) and isinstance(form.get(name), dict)
        form[name] = form[name] | change if mergeable else change
    return form


def without_task(form: dict[str, Any]) -> dict[str, Any]:
    """The form of a sample that an officer takes without a task: it says itself what a task would say."""
    said = {"region_code": STREET, "stream": "supervision", "link": "circulation"}
    return form | {"basics": form["basics"] | said}


async def send_files(client: httpx.AsyncClient) -> None:
    for sha256, content in FILES.items():
        answer = await client.put(f"/v1/sample-attachments/{sha256}", content=content)
        assert answer.status_code in (200, 201), answer.text


async def put(
    client: httpx.AsyncClient, form: dict[str, Any], sample_id: UUID | None = None, **more: Any
) -> httpx.Response:
    """Send a form; `more` are further fields of the body, `version` the If-Match."""
    version = more.pop("version", None)
    headers = {} if version is None else {"If-Match": f'"{version}"'}
    return await client.put(f"/v1/samples/{sample_id or uuid7()}", json={"form": form} | more, headers=headers)


async def taken(client: httpx.AsyncClient, form: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A sample that lacks nothing, taken by the caller."""
    await send_files(client)
    draft = await put(client, form or without_task(form_of(uuid4(), uuid4())), **more)
    assert draft.status_code == 201, draft.text
    answer = await client.post(f"/v1/samples/{draft.json()['id']}/submission", json={"revision": 1})
    assert answer.status_code == 200, answer.text
    sample: dict[str, Any] = answer.json()
    return sample
