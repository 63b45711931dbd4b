"""Every query on evaluations."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from services.scoring.evaluations.models import Evaluation, Opinion
from services.scoring.schemes.models import SchemeState, ScoringScheme
from shared.contracts.evaluations import RunState
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.repository import codes_within
from shared.regions.scope import within_scope


@dataclass(frozen=True, slots=True)
class EvaluationFilter:
    """What a list is narrowed to; None leaves a side open. `region` takes in all below it."""

    state: RunState | None = None
    region: str | None = None
    scheme: str | None = None


async def visible_evaluation(
    session: AsyncSession, evaluation_id: UUID, actor: Actor, *, lock: bool = False
) -> Evaluation | None:
    """One run with stages and history, if it is in the actor's regions; `lock` holds it for a change."""
    statement = (
        within_scope(select(Evaluation).where(Evaluation.id == evaluation_id), Evaluation.region_code, actor)
        .options(selectinload(Evaluation.stages), selectinload(Evaluation.entries))
        .execution_options(populate_existing=True)
    )
    return await session.scalar(statement.with_for_update(of=Evaluation) if lock else statement)


async def list_evaluations(
    session: AsyncSession, wanted: EvaluationFilter, actor: Actor, page: PageRequest
) -> tuple[list[Evaluation], str | None]:
    """One page of runs, the newest first, with their stages."""
    statement = within_scope(select(Evaluation), Evaluation.region_code, actor).options(selectinload(Evaluation.stages))
    if wanted.state is not None:
        statement = statement.where(Evaluation.state == wanted.state)
    if wanted.region is not None:
        statement = statement.where(Evaluation.region_code.in_(codes_within([wanted.region])))
    if wanted.scheme is not None:
        statement = statement.where(Evaluation.scheme_code == wanted.scheme)
    return await paginate(session, statement, page, order_by=[Evaluation.id], descending=True)


async def published_scheme(session: AsyncSession, code: str, number: int) -> ScoringScheme | None:
    """A version that evaluations may use."""
    statement = select(ScoringScheme).filter_by(code=code, number=number, state=SchemeState.PUBLISHED)
    return await session.scalar(statement)


async def scheme_of(session: AsyncSession, evaluation: Evaluation) -> ScoringScheme:
    """The version that the run pinned, withdrawn since or not."""
    return (await session.scalars(select(ScoringScheme).where(ScoringScheme.id == evaluation.scheme_id))).one()


async def has_open_run(
    session: AsyncSession, scheme_code: str, region_code: str, period: str, organiser_region_code: str
) -> bool:
    statement = select(Evaluation.id).filter_by(
        scheme_code=scheme_code,
        region_code=region_code,
        period=period,
        organiser_region_code=organiser_region_code,
        state=RunState.OPEN,
    )
    return await session.scalar(statement) is not None


async def opinions_of(session: AsyncSession, evaluation_id: UUID) -> Sequence[Opinion]:
    """What was said, in the order in which it was written down."""
    return (await session.scalars(select(Opinion).filter_by(evaluation_id=evaluation_id).order_by(Opinion.id))).all()


async def opinion_of(session: AsyncSession, evaluation_id: UUID, opinion_id: UUID) -> Opinion | None:
    return await session.scalar(select(Opinion).filter_by(evaluation_id=evaluation_id, id=opinion_id).with_for_update())
