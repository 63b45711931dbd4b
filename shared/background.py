"""How a process without a web server runs: until SIGTERM or Ctrl-C, then it ends what is under way."""

import asyncio
import gc
import signal
from collections.abc import Callable, Coroutine
from typing import Any

from shared.logging import configure_logging
from shared.settings import UnitSettings


def run_until_stopped(
    kind: str, settings: UnitSettings, work: Callable[[asyncio.Event], Coroutine[Any, Any, None]]
) -> None:
    """Run one kind of work of a unit; the event that it is given is set when it is to stop."""
    configure_logging(f"{settings.unit}-{kind}", settings.log_level, settings.log_format)
    gc.collect()
    gc.freeze()  # what was imported stays, so no collection need look through it again

    async def run() -> None:
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        await work(stop)

    asyncio.run(run())
