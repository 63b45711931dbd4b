"""Runs a unit's background processes: `python -m shared.worker services.sampling.main relay` (or `jobs`)."""

import asyncio
import gc
import importlib
import signal
import sys
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

from shared.app import Service
from shared.figures.jobs import prove_figures
from shared.housekeeping import CHASSIS_JOBS
from shared.jobs.runner import run_jobs
from shared.logging import configure_logging
from shared.settings import UnitSettings, read_settings

Work = Callable[[Service, UnitSettings, asyncio.Event], Coroutine[Any, Any, None]]


async def _run_relay(service: Service, settings: UnitSettings, stop: asyncio.Event) -> None:
    from shared.events.relay import run_relay  # noqa: PLC0415 (its HTTP client takes 6 MB, which the jobs do not need)

    await run_relay(service, settings, stop)


async def _run_all_jobs(service: Service, settings: UnitSettings, stop: asyncio.Event) -> None:
    jobs = (*service.jobs, prove_figures(service.figures), *CHASSIS_JOBS)
    await run_jobs(replace(service, jobs=jobs), settings, stop)


KINDS: dict[str, Work] = {"relay": _run_relay, "jobs": _run_all_jobs}


async def main(module: str, kind: str) -> None:
    """Run one kind of work for the unit described in `module` until SIGTERM or Ctrl-C."""
    service: Service = importlib.import_module(module).service
    settings = read_settings(service.settings)
    configure_logging(f"{service.unit}-{kind}", settings.log_level, settings.log_format)
    gc.collect()
    gc.freeze()  # what was imported stays, so no collection need look through it again
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await KINDS[kind](service, settings, stop)


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[2] not in KINDS:
        raise SystemExit("用法：python -m shared.worker <单元模块，如 services.sampling.main> <relay|jobs>")
    asyncio.run(main(sys.argv[1], sys.argv[2]))
