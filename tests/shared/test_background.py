"""A process without a web server answers for its metrics on the loopback, where it is told to."""

import asyncio

import httpx
import pytest

from deploy.processes import free_port
from services.scoring.settings import Settings
from shared.background import PORT_AFTER, run_until_stopped
from shared.telemetry import OUTBOX_PENDING


@pytest.mark.parametrize("kind", PORT_AFTER)
def test_what_a_process_counts_can_be_scraped(kind: str) -> None:
    port = free_port()
    settings = Settings(database_url="postgresql://nobody@127.0.0.1:1/none", metrics_port=port - PORT_AFTER[kind])
    told = []

    async def work(stop: asyncio.Event) -> None:
        OUTBOX_PENDING.labels("somebody").set(7)
        async with httpx.AsyncClient(timeout=60) as client:
            told.append((await client.get(f"http://127.0.0.1:{port}/metrics")).text)

    run_until_stopped(kind, settings, work)
    assert 'shian_outbox_pending{target="somebody"} 7.0' in told[0]
