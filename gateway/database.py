"""The base of the gateway's own tables, and the unit of work that also keeps a refusal."""

from collections.abc import AsyncIterator
from enum import StrEnum
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy import Enum, MetaData, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm import DeclarativeBase

from shared.database import NAMING, TYPES
from shared.http.problems import Problem

CODE = Enum(StrEnum, native_enum=False, length=32, values_callable=lambda kind: [member.value for member in kind])
"""A code type is stored as its value in text, so that a new code needs no change of the table."""


class Base(DeclarativeBase):
    """Every table of the gateway stands on this metadata; its schema comes from the connection."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = TYPES | {StrEnum: CODE, list[str]: ARRAY(Text)}


async def open_recording_unit_of_work(request: Request) -> AsyncIterator[AsyncSession]:
    sessions: async_sessionmaker[AsyncSession] = request.app.state.sessions
    refusal: Problem | None = None
    async with sessions() as session, session.begin():
        request.state.session = session
        try:
            yield session
        except Problem as problem:
            refusal = problem
    if refusal is not None:
        raise refusal


RecordingSession = Annotated[AsyncSession, Depends(open_recording_unit_of_work, scope="function")]
"""A request's transaction that is committed even when the request is refused with a `Problem`.

For signing in: the failed attempt, the lock and the revocation of a stolen token must outlast the answer that refuses
them. Whoever uses it writes nothing before the refusal that the refusal should take back.
"""
