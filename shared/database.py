"""PostgreSQL: engine, bases of the tables, and the unit of work at the edge.

A request has one transaction. It is committed after the route has returned and before the answer leaves, so an answer
never promises what a failed commit took back. Features flush; nobody below this module commits.
"""

from collections.abc import AsyncIterator
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, cast
from uuid import UUID, uuid4

from asyncpg import Connection
from fastapi import Depends, Request
from sqlalchemy import DateTime, Enum, MetaData, Numeric, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.settings import UnitSettings

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

CODE = Enum(StrEnum, native_enum=False, length=32, values_callable=lambda kind: [member.value for member in kind])
"""A code type is stored as its value in text, so that a new code needs no change of the table."""

TYPES: dict[Any, Any] = {
    StrEnum: CODE,
    str: Text(),
    datetime: DateTime(timezone=True),
    Decimal: Numeric(),
    UUID: Uuid(),
    dict[str, Any]: JSONB(),
    list[Any]: JSONB(),
}


class ChassisBase(DeclarativeBase):
    """Base of the tables that every unit's schema holds: outbox, jobs, regions, clocks, figures."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = TYPES


class Versioned:
    """A row with a version, which is its ETag: a stale change is refused instead of overwriting a newer one."""

    version: Mapped[int] = mapped_column(default=1, nullable=False)

    def advance(self) -> None:
        self.version += 1


def async_url(url: str) -> URL:
    """`postgresql://…` (as everybody writes it) with the driver this project uses."""
    return make_url(url).set(drivername="postgresql+asyncpg")


def create_engine(settings: UnitSettings, *, application_name: str = "") -> AsyncEngine:
    """An engine whose connections see only the unit's schema; behind PgBouncer the role's own `search_path` says so."""
    known_everywhere = {"application_name": application_name or f"shian-{settings.unit}", "timezone": "UTC"}
    connect_args: dict[str, Any] = {
        "server_settings": known_everywhere
        | {
            "search_path": quote_identifier(settings.schema_name),
            "jit": "off",  # plans of milliseconds lose more to compilation than they gain
        },
    }
    if settings.database_behind_pgbouncer:
        # It refuses settings that it cannot carry from client to client: there the role has them. In transaction
        # pooling another client may hold the server connection on which a statement was prepared.
        connect_args |= {
            "server_settings": known_everywhere,
            "statement_cache_size": 0,
            "prepared_statement_cache_size": 0,
            "prepared_statement_name_func": lambda: f"__shian_{uuid4()}__",
        }
    return create_async_engine(
        async_url(settings.database_url),
        pool_size=settings.database_pool_size,
        max_overflow=settings.database_pool_overflow,
        pool_pre_ping=True,
        hide_parameters=True,  # an error's log line must not hold what somebody typed
        connect_args=connect_args,
    )


def create_sessions(engine: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    return async_sessionmaker(engine, expire_on_commit=False)


def quote_identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


async def open_unit_of_work(request: Request) -> AsyncIterator[AsyncSession]:
    sessions: async_sessionmaker[AsyncSession] = request.app.state.sessions
    async with sessions() as session, session.begin():
        request.state.session = session
        yield session


Session = Annotated[AsyncSession, Depends(open_unit_of_work, scope="function")]
"""The request's transaction. `scope="function"` makes the commit precede the answer."""


async def driver_connection(session: AsyncSession) -> "Connection[Any]":
    """The asyncpg connection under the session's transaction, for COPY and other measured hot paths."""
    connection = await session.connection()
    raw = await connection.get_raw_connection()
    return cast("Connection[Any]", raw.driver_connection)
