"""Waiting for something that another process or task brings about."""

import asyncio
from collections.abc import Awaitable, Callable

PATIENCE = 120
"""Seconds until a wait is given up: a busy machine has been silent for many, and a fault is silent for ever."""


async def eventually(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait until `condition` holds; fail when it does not."""
    async with asyncio.timeout(PATIENCE):
        while not await condition():  # noqa: ASYNC110 (the database has no event to wait for)
            await asyncio.sleep(0.02)
