"""Runs a unit's event relay: `python -m shared.events services.sampling.main`.

Of the unit it reads the settings beside the named module only. The module itself, with its hundreds of routes, would
cost each of five relays seconds to start and most of its memory.
"""

import importlib
import sys
from functools import partial

from shared.background import run_until_stopped
from shared.events.relay import run_relay
from shared.settings import UnitSettings, read_settings


def main(module: str) -> None:
    """Deliver the unit's events until SIGTERM or Ctrl-C."""
    kind: type[UnitSettings] = importlib.import_module(f"{module.rpartition('.')[0]}.settings").Settings
    settings = read_settings(kind)
    run_until_stopped("relay", settings, partial(run_relay, settings))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("用法：python -m shared.events <单元模块，如 services.sampling.main>")
    main(sys.argv[1])
