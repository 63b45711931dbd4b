"""A program works on the tables it knows or on later ones, never on earlier ones, and never turns later ones back."""

import asyncio

import httpx
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text

from shared.app import create_app
from shared.contracts.codes import Unit
from shared.database import create_engine
from shared.migrations.__main__ import upgrade
from shared.revisions import ROOT, revisions_in, revisions_of
from tests.conftest import SessionOf, service_of, settings_of


@pytest.mark.parametrize("unit", list(Unit))
async def test_what_the_files_say_is_what_a_migrated_database_holds(session_of: SessionOf, unit: Unit) -> None:
    revisions = revisions_of(unit)
    script = ScriptDirectory.from_config(Config(ROOT / "alembic.ini", ini_section=unit.value))
    assert revisions.known == {each.revision for each in script.walk_revisions()}
    assert revisions.heads == await revisions_in(await session_of(unit))


async def test_ready_is_who_finds_his_own_tables_or_later_ones(fresh_database: str) -> None:
    app = create_app(service_of(Unit.SCORING), settings_of(Unit.SCORING, fresh_database))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://scoring", timeout=60) as prober,
    ):
        assert (await prober.get("/readyz")).status_code == 200

        async with app.state.engine.begin() as connection:
            await connection.execute(text("DELETE FROM alembic_version WHERE version_num = 'surveys_0002'"))
        answer = await prober.get("/readyz")
        assert (answer.status_code, answer.json()["detail"]) == (503, "数据库还没有迁移到本程序的版本")

        async with app.state.engine.begin() as connection:
            await connection.execute(text("INSERT INTO alembic_version VALUES ('surveys_9999')"))
        assert (await prober.get("/readyz")).status_code == 200


async def test_an_older_program_refuses_to_migrate_what_a_later_one_has_changed(fresh_database: str) -> None:
    settings = settings_of(Unit.SCORING, fresh_database)
    engine = create_engine(settings)
    try:
        async with engine.begin() as connection:
            await connection.execute(
                text("UPDATE alembic_version SET version_num = 'surveys_9999' WHERE version_num = 'surveys_0002'")
            )
            before = await revisions_in(connection)
        with pytest.raises(SystemExit, match=r"不认识其中的版本 surveys_9999。没有改动任何数据"):
            await asyncio.to_thread(upgrade, service_of(Unit.SCORING), settings)
        async with engine.connect() as connection:
            assert await revisions_in(connection) == before
    finally:
        await engine.dispose()
