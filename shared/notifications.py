"""Waking other processes by NOTIFY. A wake-up may be lost (a broken connection, a pooler), so whoever waits also looks
by itself now and then.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

Wake = Callable[[], None]

log = structlog.get_logger(__name__)

# Channels are named for the whole database, so the schema is part of the name; PostgreSQL allows 63 bytes.
_CHANNEL = "left(:topic || '_' || current_schema(), 63)"
_RECONNECT_SECONDS = 2.0


async def notify(session: AsyncSession, topic: str) -> None:
    """Wake all who listen to `topic` in this schema, once the transaction commits."""
    await session.execute(text(f"SELECT pg_notify({_CHANNEL}, '')"), {"topic": topic})


@asynccontextmanager
async def listening(engine: AsyncEngine, topic: str, wake: Wake) -> AsyncIterator[None]:
    """Call `wake` at every notification on `topic` while the block runs, through lost connections too."""
    task = asyncio.create_task(_listen(engine, topic, wake))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _listen(engine: AsyncEngine, topic: str, wake: Wake) -> None:
    while True:
        try:
            await _listen_once(engine, topic, wake)
        except Exception as error:
            log.warning("listening_interrupted", topic=topic, error=str(error))
            await asyncio.sleep(_RECONNECT_SECONDS)


async def _listen_once(engine: AsyncEngine, topic: str, wake: Wake) -> None:
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        channel = await connection.scalar(text(f"SELECT {_CHANNEL}"), {"topic": topic})
        raw: Any = (await connection.get_raw_connection()).driver_connection
        lost = asyncio.Event()

        def on_notification(*_: object) -> None:
            wake()

        def on_termination(_: object) -> None:
            lost.set()

        raw.add_termination_listener(on_termination)
        await raw.add_listener(channel, on_notification)
        wake()  # what was notified before we listened
        try:
            await lost.wait()
            raise ConnectionError("the connection was closed")
        finally:
            if not raw.is_closed():
                raw.remove_termination_listener(on_termination)
                await raw.remove_listener(channel, on_notification)
