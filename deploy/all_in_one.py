"""All units in one process, on loopback ports of their own, with relays and job runners: for flow tests and debuggers.

    async with AllInOne(database_url, data_dir) as platform:
        await client.get(f"{platform.address_of(Unit.GATEWAY)}/healthz")

The database must be migrated and seeded. Nothing is faked: requests, events and jobs take the way they take in
production, only the processes are missing.
"""

import asyncio
import contextlib
import importlib
import secrets
import socket
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import uvicorn

from deploy.units import DEMO_HOME, MODULES
from shared.app import Service, create_app
from shared.contracts.codes import Unit
from shared.events.relay import run_relay
from shared.settings import UnitSettings
from shared.worker import run_all_jobs


class _Server(uvicorn.Server):
    """A server among others: signals are its owner's business."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class AllInOne:
    """The platform on one event loop. Settings of all units may be given as `more`."""

    def __init__(self, database_url: str, data_dir: Path, **more: Any) -> None:
        self._sockets = {unit: _listen() for unit in MODULES}
        ports = {unit: listener.getsockname()[1] for unit, listener in self._sockets.items()}
        addresses = {f"{unit.value}_url": f"http://127.0.0.1:{port}" for unit, port in ports.items()}
        common: dict[str, Any] = {
            "database_url": database_url,
            "data_dir": data_dir,
            "events_secret": secrets.token_hex(32),
            "demo": True,
            "home_region": DEMO_HOME,
            "requests_per_minute": 0,  # a test asks more in a minute than anybody
            "log_level": "WARNING",
        }
        self.services: dict[Unit, Service] = {
            unit: importlib.import_module(module).service for unit, module in MODULES.items()
        }
        self.settings: dict[Unit, UnitSettings] = {
            unit: service.settings(**(common | addresses | more)) for unit, service in self.services.items()
        }
        self._stop = asyncio.Event()
        self._servers: dict[Unit, _Server] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def address_of(self, unit: Unit) -> str:
        return self.settings[unit].address_of(unit)

    async def __aenter__(self) -> Self:
        for unit, service in self.services.items():
            settings = self.settings[unit]
            config = uvicorn.Config(
                create_app(service, settings),
                log_config=None,
                lifespan="on",
                timeout_graceful_shutdown=2,
                timeout_keep_alive=60,  # longer than a caller keeps one that is idle: none is closed as it is taken up
            )
            self._servers[unit] = _Server(config)
            self._tasks[f"{unit}"] = asyncio.create_task(self._servers[unit].serve([self._sockets[unit]]))
            self._tasks[f"{unit}-relay"] = asyncio.create_task(run_relay(settings, self._stop))
            self._tasks[f"{unit}-jobs"] = asyncio.create_task(run_all_jobs(service, settings, self._stop))
        while not all(server.started for server in self._servers.values()):
            for name, task in self._tasks.items():
                if task.done():
                    raise RuntimeError(f"{name} 没有起来") from task.exception()
            await asyncio.sleep(0.02)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        for server in self._servers.values():
            server.should_exit = True
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)


def _listen() -> socket.socket:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    return listener
