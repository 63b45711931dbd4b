"""Runs a unit's jobs: `python -m shared.worker services.sampling.main`."""

import asyncio
import importlib
import sys
from dataclasses import replace
from functools import partial

from shared.app import Service
from shared.background import run_until_stopped
from shared.exports.jobs import export_jobs
from shared.figures.jobs import prove_figures
from shared.housekeeping import CHASSIS_JOBS
from shared.jobs.runner import run_jobs
from shared.settings import UnitSettings, read_settings


async def run_all_jobs(service: Service, settings: UnitSettings, stop: asyncio.Event) -> None:
    """Run the unit's own jobs and those that every unit has, until `stop` is set."""
    jobs = (*service.jobs, prove_figures(service.figures), *export_jobs(service.exports), *CHASSIS_JOBS)
    await run_jobs(replace(service, jobs=jobs), settings, stop)


def main(module: str) -> None:
    """Run the jobs of the unit described in `module` until SIGTERM or Ctrl-C."""
    service: Service = importlib.import_module(module).service
    settings = read_settings(service.settings)
    run_until_stopped("jobs", settings, partial(run_all_jobs, service, settings))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("用法：python -m shared.worker <单元模块，如 services.sampling.main>")
    main(sys.argv[1])
