"""`python -m shared.migrations services.sampling.main [more modules]`: migrate each unit and load its shipped data."""

import asyncio
import importlib
import sys
from pathlib import Path

from alembic import command
from alembic.config import Config

from shared.app import Service
from shared.clocks.seed import seed as seed_clocks
from shared.database import create_engine, create_sessions
from shared.regions.store import seed_regions
from shared.settings import UnitSettings, read_settings

CHASSIS_SEEDS = (seed_regions, seed_clocks)
ROOT = Path(__file__).resolve().parents[2]


def upgrade(service: Service, settings: UnitSettings) -> None:
    """Bring the unit's schema to the heads of the chassis' history and its own."""
    config = Config(ROOT / "alembic.ini", ini_section=service.unit.value)
    config.attributes["settings"] = settings
    command.upgrade(config, "heads")


async def load_seeds(service: Service, settings: UnitSettings) -> None:
    """Load the unit's shipped data in one transaction."""
    engine = create_engine(settings)
    try:
        async with create_sessions(engine)() as session, session.begin():
            for seed in (*CHASSIS_SEEDS, *service.seeds):
                await seed(session)
    finally:
        await engine.dispose()


def main(modules: list[str]) -> None:
    for module in modules:
        service: Service = importlib.import_module(module).service
        settings = read_settings(service.settings)
        upgrade(service, settings)
        asyncio.run(load_seeds(service, settings))
        print(f"{service.title}：模式 {settings.schema_name} 已是最新，随平台的数据已装入", flush=True)  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
