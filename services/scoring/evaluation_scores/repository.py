"""Every query on statements and scorings."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from services.scoring.evaluation_scores.models import Scoring, Statement, StatementKind
from shared.contracts.evaluations import Stage


async def statements_of(session: AsyncSession, evaluation_id: UUID) -> Sequence[Statement]:
    """All statements of a run in the order in which they were made."""
    statement = select(Statement).filter_by(evaluation_id=evaluation_id).order_by(Statement.number)
    return (await session.scalars(statement)).all()


async def last_number(session: AsyncSession, evaluation_id: UUID) -> int:
    """The number of the last statement; 0 before the first."""
    statement = select(func.max(Statement.number)).where(Statement.evaluation_id == evaluation_id)
    return int(await session.scalar(statement) or 0)


async def last_mark(session: AsyncSession, evaluation_id: UUID, stage: Stage, code: str) -> Statement | None:
    """The last mark of a clause at a stage, held for a change."""
    statement = (
        select(Statement)
        .filter_by(evaluation_id=evaluation_id, stage=stage, kind=StatementKind.MARK, code=code)
        .order_by(Statement.number.desc())
        .limit(1)
        .with_for_update()
    )
    return (await session.scalars(statement)).first()


async def scorings_of(session: AsyncSession, evaluation_id: UUID) -> Sequence[Scoring]:
    """All scorings of a run, the first first, without their documents."""
    statement = select(Scoring).filter_by(evaluation_id=evaluation_id).order_by(Scoring.number)
    return (await session.scalars(statement)).all()


async def whole_scorings(session: AsyncSession, ids: Collection[UUID]) -> Sequence[Scoring]:
    """Scorings with their documents, by number."""
    statement = select(Scoring).where(Scoring.id.in_(ids)).order_by(Scoring.number)
    options = (undefer(Scoring.input), undefer(Scoring.result))
    return (await session.scalars(statement.options(*options).execution_options(populate_existing=True))).all()


async def last_scoring(session: AsyncSession, evaluation_id: UUID, stage: Stage) -> Scoring | None:
    """The last scoring of a stage, with its result."""
    statement = (
        select(Scoring)
        .filter_by(evaluation_id=evaluation_id, stage=stage)
        .order_by(Scoring.number.desc())
        .limit(1)
        .options(undefer(Scoring.result))
    )
    return (await session.scalars(statement)).first()
