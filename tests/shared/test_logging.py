"""A refusal of the database quotes the row; what people wrote about themselves never reaches a log with it."""

import json
import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import structlog
from asyncpg import DataError, NotNullViolationError
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from shared.contracts.codes import Unit
from shared.database import driver_connection
from shared.logging import configure_logging
from tests.conftest import SessionOf

PHONE, NAME = "13900001234", "演示甲\n\n（虚构）"
log = structlog.get_logger("test")


@contextmanager
def lines_of_json() -> Iterator[None]:
    root = logging.getLogger()
    before = root.handlers, root.level
    configure_logging("inspection", "INFO")
    try:
        yield
    finally:
        root.handlers, root.level = before


async def test_a_refused_row_is_not_quoted(session_of: SessionOf, capsys: pytest.CaptureFixture[str]) -> None:
    session = await session_of(Unit.INSPECTION)
    await session.execute(text("CREATE TEMPORARY TABLE people (name text, phone text, town text NOT NULL)"))
    row = {"name": NAME, "phone": PHONE}
    with pytest.raises(IntegrityError) as refused:
        async with session.begin_nested():
            await session.execute(text("INSERT INTO people VALUES (:name, :phone, NULL)"), row)
    with pytest.raises(NotNullViolationError) as raw:
        async with session.begin_nested():
            await (await driver_connection(session)).copy_records_to_table("people", records=[(NAME, PHONE, None)])
    assert PHONE in "".join(traceback.format_exception(refused.value)), "the driver quotes the row"
    with lines_of_json():
        log.error("database_error", exc_info=refused.value)
        log.warning("integrity_error", error=str(raw.value))
        logging.getLogger("a.library").error("seen: %s", raw.value, exc_info=raw.value)
    said = capsys.readouterr().out
    lines = [json.loads(line) for line in said.splitlines()]
    assert len(lines) == 3
    assert PHONE not in said
    assert "演示甲" not in said
    assert all("violates not-null constraint" in str(line) for line in lines), "why it was refused stays"
    assert "INSERT INTO people" in lines[0]["exception"]


async def test_a_value_that_cannot_be_sent_is_not_quoted(
    session_of: SessionOf, capsys: pytest.CaptureFixture[str]
) -> None:
    session = await session_of(Unit.INSPECTION)
    with pytest.raises(DBAPIError) as refused:
        await session.execute(text("SELECT CAST(:phone AS integer)"), {"phone": PHONE})
    assert PHONE in str(refused.value)
    with pytest.raises(DataError) as raw:
        await (await driver_connection(session)).fetchval("SELECT $1::integer", PHONE)
    with lines_of_json():
        log.error("database_error", exc_info=refused.value)
        log.error("database_error", exc_info=raw.value)
    said = capsys.readouterr().out
    assert said.count("query argument $1: … (") >= 2
    assert PHONE not in said
