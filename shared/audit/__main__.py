"""`python -m shared.audit services.sampling.main > sampling.ndjson` writes a unit's sealed log, one record a line.

Run by the operator of the database, for an auditor who checks it with the verifier and the heads the auditor has kept.
"""

import asyncio
import importlib
import json
import sys
from typing import TextIO

from shared.audit import repository
from shared.audit.service import line_of
from shared.database import create_engine, create_sessions
from shared.settings import UnitSettings, read_settings


async def export(settings: UnitSettings, out: TextIO) -> int:
    """Write the unit's sealed log; returns how many records."""
    engine = create_engine(settings, application_name=f"shian-{settings.unit}-audit")
    written = 0
    try:
        async with create_sessions(engine)() as session, session.begin():
            async for record in repository.sealed_in_order(session):
                out.write(json.dumps(line_of(settings.unit, record), ensure_ascii=False) + "\n")
                written += 1
    finally:
        await engine.dispose()
    return written


def main(module: str) -> None:
    """Export the log of the unit described in `module`."""
    kind: type[UnitSettings] = importlib.import_module(f"{module.rpartition('.')[0]}.settings").Settings
    asyncio.run(export(read_settings(kind), sys.stdout))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("用法：python -m shared.audit <单元模块，如 services.sampling.main> > 日志.ndjson")
    main(sys.argv[1])
