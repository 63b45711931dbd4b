"""Waiting for something that another process or task brings about."""

import asyncio
from collections.abc import Awaitable, Callable


async def eventually(condition: Callable[[], Awaitable[bool]], seconds: float = 15) -> None:
    """Wait until `condition` holds; fail when it does not within `seconds`."""
    async with asyncio.timeout(seconds):
        while not await condition():  # noqa: ASYNC110 (the database has no event to wait for)
            await asyncio.sleep(0.02)
