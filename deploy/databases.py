"""Where the five units keep their tables: a real server named in the environment, or the embedded one."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg

from deploy.data_folder import DataFolder
from deploy.embedded_postgres import EmbeddedPostgres
from deploy.processes import DeployError
from shared.contracts.codes import Unit

DATABASE = "shian"


def url_setting(unit: Unit) -> str:
    """The name of the setting with the unit's own database."""
    return f"SHIAN_{unit.upper()}_DATABASE_URL"


def configured_urls() -> dict[Unit, str] | None:
    """The databases named in the environment; ``None`` when there are none. Raises ``DeployError`` for a half set."""
    common = os.environ.get("SHIAN_DATABASE_URL", "")
    urls = {unit: os.environ.get(url_setting(unit)) or common for unit in Unit}
    missing = [url_setting(unit) for unit, url in urls.items() if not url]
    if len(missing) == len(urls):
        return None
    if missing:
        raise DeployError(
            f"只设置了部分单元的数据库地址。请补上 {'、'.join(missing)}，或设置公用的 SHIAN_DATABASE_URL。"
        )
    return urls


@contextmanager
def open_databases(folder: DataFolder) -> Iterator[tuple[dict[Unit, str], EmbeddedPostgres | None]]:
    """The URL of each unit, and the embedded server if it serves them; it is stopped at the end."""
    if urls := configured_urls():
        yield urls, None
        return
    with EmbeddedPostgres(folder.postgres, log=folder.logs / "postgres.log") as server:
        asyncio.run(provision(server, {unit: folder.secret(unit) for unit in Unit}))
        address = f"127.0.0.1:{server.port}/{DATABASE}"
        yield {unit: f"postgresql://{unit}:{folder.secret(unit)}@{address}" for unit in Unit}, server


async def provision(server: EmbeddedPostgres, passwords: dict[Unit, str]) -> None:
    """One database; for each unit a role that owns the schema of its name and reaches no other. Repeatable."""
    connection = await asyncpg.connect(server.url())
    try:
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", DATABASE):
            await connection.execute(f"CREATE DATABASE {DATABASE}")
    finally:
        await connection.close()
    connection = await asyncpg.connect(server.url(DATABASE))
    try:
        await connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
        for unit, password in passwords.items():
            if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", unit):
                await connection.execute(f"CREATE ROLE {unit} LOGIN")
            await connection.execute(f"ALTER ROLE {unit} PASSWORD '{password}'")
            await connection.execute(f"ALTER ROLE {unit} SET search_path = {unit}")
            await connection.execute(f"CREATE SCHEMA IF NOT EXISTS {unit} AUTHORIZATION {unit}")
    finally:
        await connection.close()
