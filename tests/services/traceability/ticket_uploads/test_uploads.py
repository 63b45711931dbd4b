"""A file of sales and purchases goes in row by row: good rows stay, bad ones come back, nothing goes in twice."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest_asyncio
from fastapi import FastAPI

from services.traceability.ticket_uploads import imports
from services.traceability.ticket_uploads.imports import TicketImport
from shared.app import create_app
from shared.contracts.codes import Role, Unit
from tests.conftest import service_of, settings_of
from tests.services.traceability.subjects.activating import HAISHU, activate
from tests.services.traceability.tickets.trading import stock
from tests.tokens import TestKeys

HEADER = "种类,交货时间,品名,类别,数量,单位,批号,对方名称,对方地址,对方联系方式"
BOUGHT = "进货,2026-07-24 05:00,青菜,食用农产品,100,斤,DEMO-L1,演示合作社（虚构）,演示村,0574-00000000"
SOLD = "销售,2026-07-24 06:00,青菜,食用农产品,20,斤,DEMO-L1,演示饭店（虚构）,演示路,0574-00000001"


@dataclass
class Desk:
    """A shop that uploads files, and the worker that takes them in."""

    app: FastAPI
    client: httpx.AsyncClient
    data_dir: Path
    business_id: UUID

    async def upload(self, *rows: str, header: str = HEADER, **fields: str) -> dict[str, Any]:
        content = "\n".join([header, *rows]).encode()
        answer = await self.client.post("/v1/ticket-uploads", files={"file": ("七月.csv", content)}, data=fields)
        assert answer.status_code == 202, answer.text
        upload: dict[str, Any] = answer.json()
        return upload

    async def take_in(self, upload: dict[str, Any], chunks: int | None = None) -> dict[str, Any]:
        """Let a worker take in a file, or die after so many chunks; then the upload as it is shown."""
        work = TicketImport(UUID(upload["id"]), self.app.state.sessions, self.data_dir).run()
        taken = 0
        async for _ in work:
            taken += 1
            if taken == chunks:
                break
        await work.aclose()
        shown: dict[str, Any] = (await self.client.get(f"/v1/ticket-uploads/{upload['id']}")).json()
        return shown

    async def stock(self) -> dict[str, tuple[str, str]]:
        return await stock(self.client, self.business_id)


@pytest_asyncio.fixture
async def desk(fresh_database: str, keys: TestKeys, tmp_path: Path) -> AsyncIterator[Desk]:
    app = create_app(service_of(Unit.TRACEABILITY), settings_of(Unit.TRACEABILITY, fresh_database, data_dir=tmp_path))
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(app.router.lifespan_context(app))
        app.state.token_verifier = keys.verifier
        own = uuid4()
        token = keys.token(Role.BUSINESS, regions=[HAISHU], business_id=own)
        client = await stack.enter_async_context(
            httpx.AsyncClient(
                transport=httpx.ASGITransport(app),
                base_url="http://test",
                headers={"Authorization": f"Bearer {token}"},
            )
        )
        await activate(client, own, "演示批发部（虚构）")
        yield Desk(app, client, tmp_path, own)


def counts(upload: dict[str, Any]) -> tuple[int, int, int]:
    return upload["accepted"], upload["duplicate"], upload["rejected"]


async def test_good_rows_stay_and_bad_ones_come_back_with_the_reason(desk: Desk) -> None:
    wrong_unit = BOUGHT.replace("100,斤", "1.5,盒")
    unreadable = BOUGHT.replace("2026-07-24 05:00", "昨天")
    nobody = BOUGHT.replace("演示合作社（虚构）", "")
    done = await desk.take_in(await desk.upload(BOUGHT, wrong_unit, unreadable, SOLD, nobody))
    assert done["state"] == "done"
    assert counts(done) == (2, 0, 3)
    assert await desk.stock() == {"DEMO-L1": ("40", "kg")}
    rows = (await desk.client.get(f"/v1/ticket-uploads/{done['id']}/rows")).json()["items"]
    assert [(row["row_number"], row["outcome"]) for row in rows] == [
        (2, "accepted"),
        (3, "rejected"),
        (4, "rejected"),
        (5, "accepted"),
        (6, "rejected"),
    ]
    assert "整数" in rows[1]["errors"][0]["message"]
    assert rows[2]["errors"][0]["column"] == "交货时间"
    assert rows[0]["ticket_id"] is not None
    rejected = await desk.client.get(f"/v1/ticket-uploads/{done['id']}/rejected-rows")
    assert rejected.text.count("演示村") == 3


async def test_a_row_is_one_ticket_however_often_it_is_sent(desk: Desk) -> None:
    first = await desk.upload(BOUGHT, SOLD)
    assert (await desk.upload(BOUGHT, SOLD))["id"] == first["id"], "the same file is the same upload"
    await desk.take_in(first)
    longer = await desk.take_in(await desk.upload(SOLD, BOUGHT, SOLD))
    assert counts(longer) == (1, 2, 0), "a row that stands twice in one file is two tickets, the first known before"
    assert await desk.stock() == {"DEMO-L1": ("30", "kg")}


async def test_a_dry_run_stores_nothing(desk: Desk) -> None:
    dry = await desk.take_in(await desk.upload(BOUGHT, SOLD, dry_run="true"))
    assert counts(dry) == (2, 0, 0)
    assert await desk.stock() == {}
    assert counts(await desk.take_in(await desk.upload(BOUGHT, SOLD))) == (2, 0, 0)
    assert await desk.stock() == {"DEMO-L1": ("40", "kg")}


async def test_a_killed_worker_is_followed_by_one_that_goes_on(desk: Desk, monkeypatch: Any) -> None:
    monkeypatch.setattr(imports, "CHUNK_ROWS", 2)
    rows = [BOUGHT, SOLD, SOLD, SOLD, SOLD]
    upload = await desk.upload(*rows)
    half = await desk.take_in(upload, chunks=1)
    assert (half["rows_done"], half["state"]) == (2, "running")
    done = await desk.take_in(upload)
    assert counts(done) == (5, 0, 0)
    assert await desk.stock() == {"DEMO-L1": ("10", "kg")}


async def test_a_file_without_its_columns_is_refused_whole(desk: Desk) -> None:
    upload = await desk.upload("青菜,100", header="品名,数量")
    try:
        await desk.take_in(upload)
    except Exception as problem:
        assert "交货时间" in str([error.message for error in problem.errors])  # type: ignore[attr-defined]
    shown = (await desk.client.get(f"/v1/ticket-uploads/{upload['id']}")).json()
    assert shown["state"] == "failed"
    assert shown["problem"]["errors"]
