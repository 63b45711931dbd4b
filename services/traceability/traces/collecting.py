"""Traces make hundreds of thousands of small things that all stay: the garbage collector looks through them in vain."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

RARELY = 200_000
"""New things between two collections while a trace is made; of 50,000 nodes, collecting took two thirds of the time."""

_found: list[tuple[int, int, int]] = []
"""For each trace under way, how often was collected when it began: the first has what is usual."""


@asynccontextmanager
async def rare_collections() -> AsyncIterator[None]:
    """Collect rarely within; of several traces at once, until the last is done. What other requests leave behind is
    still collected, so no row of traces lets it grow without bound.
    """
    _found.append(gc.get_threshold())
    gc.set_threshold(RARELY, *_found[0][1:])
    try:
        yield
    finally:
        gc.set_threshold(*_found.pop())
