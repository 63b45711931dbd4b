"""The fifteen processes of the platform: of each of the five units a web server, an event relay and a job runner."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from deploy.data_folder import DataFolder
from deploy.databases import url_setting
from deploy.processes import free_port, port_is_free
from shared.contracts.codes import SERVICES, Unit

ROOT = Path(__file__).resolve().parents[1]
BACKGROUND = {"relay": "shared.events", "jobs": "shared.worker"}
DEMO_HOME = "330203000000"
"""The region that a demo serves: 海曙区, whose people the guides' examples ask."""
MODULES = {unit: f"services.{unit}.main" for unit in SERVICES} | {Unit.GATEWAY: "gateway.main"}


def choose_ports(public: int) -> dict[Unit, int]:
    """The gateway on ``public``, the services behind it on the next ports, or on any free ones."""
    ports = {Unit.GATEWAY: public}
    for port, unit in enumerate(SERVICES, start=public + 1):
        ports[unit] = port if port_is_free(port) else free_port()
    return ports


def web_command(unit: Unit, port: int) -> list[str]:
    """The web server of a unit, on the loopback. Nothing stands in front of it, so what a caller says of its way here
    is not believed.
    """
    command = [sys.executable, "-m", "uvicorn", f"{MODULES[unit]}:app", "--host", "127.0.0.1", "--port", str(port)]
    return [*command, "--no-access-log", "--no-server-header", "--no-proxy-headers", "--timeout-graceful-shutdown", "5"]


def background_command(unit: Unit, kind: str) -> list[str]:
    """The relay or the job runner of a unit."""
    return [sys.executable, "-m", BACKGROUND[kind], MODULES[unit]]


def migrate_command() -> list[str]:
    """Migrates all units and loads their shipped data."""
    return [sys.executable, "-m", "shared.migrations", *MODULES.values()]


def platform_environment(
    folder: DataFolder, urls: Mapping[Unit, str], ports: Mapping[Unit, int], *, demo: bool
) -> dict[str, str]:
    """All settings of the platform, secrets included. What the caller's environment says of them wins over ours."""
    addresses = {unit: f"http://127.0.0.1:{port}" for unit, port in ports.items()}
    given = {name: value for name, value in os.environ.items() if name.startswith("SHIAN_")}
    return {
        "SHIAN_EVENTS_SECRET": folder.secret("events"),
        "SHIAN_SIGNING_KEYS_DIR": str(folder.keys),
        "SHIAN_DATA_DIR": str(folder.files),
        **({"SHIAN_HOME_REGION": DEMO_HOME} if demo else {}),
        **given,
        "SHIAN_DEMO": str(int(demo)),
        "SHIAN_JWKS_URL": f"{addresses[Unit.GATEWAY]}/.well-known/jwks.json",
        **{f"SHIAN_{unit.upper()}_URL": address for unit, address in addresses.items()},
        **{url_setting(unit): url for unit, url in urls.items()},
    }


def unit_environment(platform: Mapping[str, str], unit: Unit) -> dict[str, str]:
    """What one unit gets to know: its own database only, and the signing keys only in the gateway."""
    hidden = {"SHIAN_DATABASE_URL", *(url_setting(other) for other in Unit if other != unit)}
    if unit is not Unit.GATEWAY:
        hidden.add("SHIAN_SIGNING_KEYS_DIR")
    return process_environment({name: value for name, value in platform.items() if name not in hidden})


def process_environment(settings: Mapping[str, str]) -> dict[str, str]:
    """A process' whole environment: the caller's, with exactly these settings of ours."""
    # Without bytecode kept, as some images ask for, each of fifteen processes compiles everything at every start.
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("SHIAN_") and name != "PYTHONDONTWRITEBYTECODE"
    }
    return {**inherited, **settings, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"}
