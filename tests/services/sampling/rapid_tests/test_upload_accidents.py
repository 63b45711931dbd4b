"""What may happen to a file on its way in: somebody else stores its records, somebody stops it, nobody fetches it."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.sampling.rapid_tests import imports
from services.sampling.rapid_tests.jobs import IMPORT_JOB
from services.sampling.rapid_tests.models import RapidTestUpload
from services.sampling.rapid_tests.rules import record_key
from shared.contracts.codes import Unit
from shared.contracts.sampling import Verdict
from shared.ids import uuid7
from shared.jobs.runner import Pace, run_jobs
from shared.uploads.service import sweep
from tests.conftest import service_of
from tests.services.sampling.factories import rapid_test
from tests.services.sampling.rapid_tests.conftest import Market
from tests.services.sampling.rapid_tests.test_uploads import file_of, row
from tests.waiting import eventually

WEEK = 7 * 86_400
BRISK = Pace(poll=timedelta(milliseconds=200), beat_seconds=0.1, progress_seconds=0.0, farewell_seconds=0.0)


async def test_a_record_that_another_stores_at_the_same_moment_is_a_duplicate_and_the_rest_goes_in(
    market: Market,
) -> None:
    sent = await market.upload(file_of(*(row(number) for number in range(1, 6))))
    async with market.sessions() as other, other.begin():
        key = record_key(market.site.id.bytes, "演示仪器厂（虚构）", "SN1", "3")
        theirs = rapid_test(market.site, record_key=key, content_hash=None, verdict=Verdict.NEGATIVE)
        other.add(theirs)
        await other.flush()
        # Not committed, so the upload does not find it, and must wait for it when it stores the same record.
        ours = asyncio.create_task(market.take_in(sent))
        await eventually(lambda: _somebody_waits(market))
    upload = await ours
    assert (upload["state"], upload["accepted"], upload["duplicate"]) == ("done", 4, 1)
    assert await market.count("rapid_tests") == 5
    answers = (await market.get(f"/v1/rapid-test-uploads/{sent['id']}/rows", outcome="duplicate"))["items"]
    assert [(answer["row_number"], answer["test_id"]) for answer in answers] == [(4, str(theirs.id))]


async def test_of_equal_records_sent_at_the_same_moment_one_is_accepted_and_the_others_suspected(
    market: Market,
) -> None:
    async def sent() -> dict[str, Any]:
        # Without a device's number only what it says tells whether it is the same test.
        record = {
            "id": str(uuid7()),
            "product_name": "韭菜",
            "printed_item": "农药残留",
            "printed_method": "酶抑制率法",
            "printed_value": "61.2",
            "tested_at": "2026-07-01T06:10:00+08:00",
        }
        body = {"site_id": str(market.site.id), "records": [record]}
        answer = await market.client.put(f"/v1/rapid-test-submissions/{uuid7()}", json=body)
        assert answer.status_code == 200, answer.text
        [item] = answer.json()["items"]
        return dict(item)

    items = await asyncio.gather(*(sent() for _ in range(10)))
    assert sorted(item["outcome"] for item in items) == ["accepted"] + ["suspected_duplicate"] * 9
    assert await market.count("whistles") == 1


async def _somebody_waits(market: Market) -> bool:
    return await market.count("pg_locks WHERE NOT granted") > 0


async def test_a_cancelled_upload_stops_between_two_chunks_and_may_be_sent_again(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = 3_000
    content = file_of(*(row(number) for number in range(rows)))
    monkeypatch.setattr(imports, "CHUNK_ROWS", 5)
    monkeypatch.setattr(imports, "TRANSACTION_ROWS", 5)
    sent = await market.upload(content)
    async with working(market):
        await eventually(lambda: _has_rows(market))
        answer = await market.client.post(f"/v1/jobs/{sent['job_id']}/cancellation")
        assert answer.status_code == 202
        await eventually(lambda: _is_cancelled(market, sent["id"]))
    upload = await market.get(f"/v1/rapid-test-uploads/{sent['id']}")
    assert 0 < upload["rows_done"] < rows
    assert upload["rows_done"] % 5 == 0
    assert await market.count("rapid_tests") == upload["accepted"] == upload["rows_done"]

    monkeypatch.undo()
    again = await market.take_in(await market.upload(content))
    assert (again["accepted"], again["duplicate"]) == (rows - upload["accepted"], upload["accepted"])
    assert await market.count("rapid_tests") == rows


async def test_files_that_nobody_will_take_in_are_deleted_after_a_week(market: Market) -> None:
    stopped, waiting, fresh = [await market.upload(file_of(row(number))) for number in range(3)]
    await market.client.post(f"/v1/jobs/{stopped['job_id']}/cancellation")
    folder = market.data_dir / RapidTestUpload.FOLDER
    abandoned = folder / f"{uuid4()}.part"  # a connection that broke as the worker was killed
    abandoned.write_bytes(b"x")
    of_stopped, of_waiting, of_fresh = (folder / f"{upload['id']}.table" for upload in (stopped, waiting, fresh))
    for path in (of_stopped, of_waiting, abandoned):
        os.utime(path, (time.time() - WEEK - 60,) * 2)
    async with market.sessions() as session, session.begin():
        assert await sweep(session, RapidTestUpload, market.data_dir) == 2
    assert set(folder.iterdir()) == {of_waiting, of_fresh}
    assert (await market.take_in(waiting))["accepted"] == 1


async def _has_rows(market: Market) -> bool:
    return await market.count("rapid_tests") > 0


async def _is_cancelled(market: Market, upload_id: str) -> bool:
    return bool((await market.get(f"/v1/rapid-test-uploads/{upload_id}"))["state"] == "cancelled")


@asynccontextmanager
async def working(market: Market) -> AsyncIterator[None]:
    """A job runner that takes files in while the block runs."""
    stop = asyncio.Event()
    unit = replace(service_of(Unit.SAMPLING), jobs=[IMPORT_JOB])
    runner = asyncio.create_task(run_jobs(unit, market.app.state.settings, stop, BRISK))
    try:
        yield
    finally:
        stop.set()
        await runner
