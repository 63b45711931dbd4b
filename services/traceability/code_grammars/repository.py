"""Every query of the registry."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.code_grammars.models import CodeGrammar


async def in_force(session: AsyncSession, day: date) -> Sequence[CodeGrammar]:
    """The grammars of `day`: of each code the latest beginning, and of that the last word."""
    statement = (
        select(CodeGrammar)
        .where(CodeGrammar.valid_from <= day)
        .ext(distinct_on(CodeGrammar.code))
        .order_by(CodeGrammar.code, CodeGrammar.valid_from.desc(), CodeGrammar.recorded_at.desc())
    )
    return (await session.scalars(statement)).all()


async def list_grammars(session: AsyncSession) -> Sequence[CodeGrammar]:
    """All grammars with their corrections, the last word of each first."""
    statement = select(CodeGrammar).order_by(
        CodeGrammar.code, CodeGrammar.valid_from.desc(), CodeGrammar.recorded_at.desc()
    )
    return (await session.scalars(statement.limit(500))).all()
