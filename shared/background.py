"""How a process without a web server runs: until SIGTERM or Ctrl-C, then it ends what is under way."""

import asyncio
import gc
import signal
from collections.abc import Callable, Coroutine
from typing import Any

from shared.logging import configure_logging
from shared.settings import UnitSettings

PORT_AFTER = {"relay": 0, "jobs": 1}
"""Where each kind answers for its metrics, counted from `SHIAN_METRICS_PORT`."""


def run_until_stopped(
    kind: str, settings: UnitSettings, work: Callable[[asyncio.Event], Coroutine[Any, Any, None]]
) -> None:
    """Run one kind of work of a unit; the event that it is given is set when it is to stop."""
    configure_logging(f"{settings.unit}-{kind}", settings.log_level, settings.log_format)
    _answer_for_metrics(kind, settings)
    gc.collect()
    gc.freeze()  # what was imported stays, so no collection need look through it again

    async def run() -> None:
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        await work(stop)

    asyncio.run(run())


def _answer_for_metrics(kind: str, settings: UnitSettings) -> None:
    """Events owed and jobs that failed are counted in these processes, which no web server speaks for. On the loopback
    only: the port knows no token.
    """
    if settings.metrics_port:
        from prometheus_client import start_http_server  # noqa: PLC0415 (a web server that few want)

        start_http_server(settings.metrics_port + PORT_AFTER[kind], addr="127.0.0.1")
