"""Migrations of one unit's schema: the chassis' history and the unit's own, run together.

`alembic -n sampling upgrade heads` migrates; `python -m shared.migrations services.sampling.main` also loads the
shipped data (regions, clock rules, calendar), which is idempotent and never overwrites what a bureau has corrected.
"""

import asyncio
from typing import Any

from alembic import context
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.app import Service
from shared.database import ChassisBase, create_engine, quote_identifier
from shared.revisions import revisions_in, revisions_of
from shared.settings import UnitSettings, read_settings

LOCK = 0x5348_4941_4E00  # "SHIAN": one migrator at a time in a database


def run(service: Service) -> None:
    """Called by a unit's `env.py`."""
    connection: Connection | None = context.config.attributes.get("connection")
    if connection is not None:
        _migrate(service, connection)
        return
    settings = context.config.attributes.get("settings") or read_settings(service.settings)
    asyncio.run(_connect_and_migrate(service, settings))


async def _connect_and_migrate(service: Service, settings: UnitSettings) -> None:
    await create_schema(settings)
    engine = create_engine(settings, application_name=f"shian-{service.unit}-migrate")
    try:
        async with engine.connect() as connection:
            await connection.execute(text("SET lock_timeout = '5s'"))
            await connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
            await connection.commit()
            await _refuse_newer(service, connection)
            await connection.run_sync(lambda sync: _migrate(service, sync))
            await connection.commit()
    finally:
        await engine.dispose()


async def _refuse_newer(service: Service, connection: AsyncConnection) -> None:
    """End the program where a later one has changed the tables; nothing is touched then."""
    if await connection.scalar(text("SELECT to_regclass('alembic_version')")) is None:
        return
    found = await revisions_in(connection)
    await connection.commit()
    if newer := revisions_of(service.unit).newer_in(found):
        raise SystemExit(
            f"{service.title}：数据库已由更新的程序迁移过，这个程序不认识其中的版本 {'、'.join(sorted(newer))}。"
            "没有改动任何数据。请用更新的程序，或从升级前的备份恢复（docs/operations/upgrading.md）。"
        )


async def create_schema(settings: UnitSettings) -> None:
    """Make the unit's schema if it is missing; before any connection sets its search_path to it."""
    engine = create_engine(settings, application_name=f"shian-{settings.unit}-schema")
    try:
        async with engine.begin() as connection:
            name = settings.schema_name
            known = await connection.scalar(text("SELECT 1 FROM pg_namespace WHERE nspname = :name"), {"name": name})
            if not known:
                await connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {quote_identifier(name)}"))
    finally:
        await engine.dispose()


def _migrate(service: Service, connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=[ChassisBase.metadata, service.metadata],
        compare_type=True,
        compare_server_default=False,
        include_object=_is_ours,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def _is_ours(_object: Any, name: str | None, kind: str, _reflected: bool, _compare_to: Any) -> bool:
    return not (kind == "table" and (name or "").startswith("pgqueuer"))  # the queue library's tables keep themselves
