"""Every query of lists."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from services.scoring.evaluation_scores.models import Scoring
from services.scoring.evaluations.models import Evaluation
from services.scoring.lists.models import Listing, ListingState, ListRound, ListRule
from shared.contracts.evaluations import RunState
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.models import RegionRow
from shared.regions.repository import codes_within
from shared.regions.scope import within_scope


async def get_rule(session: AsyncSession, rule_id: UUID) -> ListRule:
    return await session.get_one(ListRule, rule_id)


async def get_round(session: AsyncSession, actor: Actor, round_id: UUID) -> ListRound | None:
    statement = within_scope(select(ListRound), ListRound.region_code, actor).where(ListRound.id == round_id)
    found: ListRound | None = await session.scalar(statement)
    return found


async def list_rounds(
    session: AsyncSession, actor: Actor, page: PageRequest, *, code: str | None, region: str | None
) -> tuple[list[ListRound], str | None]:
    statement = within_scope(select(ListRound), ListRound.region_code, actor)
    if code is not None:
        statement = statement.where(ListRound.code == code)
    if region is not None:
        statement = statement.where(ListRound.region_code.in_(codes_within([region])))
    return await paginate(session, statement, page, order_by=[ListRound.id], descending=True)


async def get_listing(
    session: AsyncSession, actor: Actor, listing_id: UUID, *, for_update: bool = False
) -> Listing | None:
    statement = within_scope(select(Listing), Listing.region_code, actor).where(Listing.id == listing_id)
    found: Listing | None = await session.scalar(statement.with_for_update() if for_update else statement)
    return found


async def list_listings(
    session: AsyncSession,
    actor: Actor,
    page: PageRequest,
    *,
    code: str | None,
    region: str | None,
    state: ListingState | None,
) -> tuple[list[Listing], str | None]:
    statement = within_scope(select(Listing), Listing.region_code, actor)
    if code is not None:
        statement = statement.where(Listing.code == code)
    if region is not None:
        statement = statement.where(Listing.region_code.in_(codes_within([region])))
    if state is not None:
        statement = statement.where(Listing.state == state)
    return await paginate(session, statement, page, order_by=[Listing.id], descending=True)


async def proposals_of(session: AsyncSession, round_id: UUID) -> Sequence[Listing]:
    """What a round proposed and nobody has decided yet, held for a change."""
    statement = select(Listing).filter_by(round_id=round_id, state=ListingState.PROPOSED).order_by(Listing.id)
    return (await session.scalars(statement.with_for_update())).all()


async def of_subjects(session: AsyncSession, code: str, subjects: Collection[UUID]) -> Sequence[Listing]:
    """Every listing of these subjects on one list, held so that one publication follows another."""
    statement = select(Listing).where(Listing.code == code, Listing.subject_id.in_(subjects))
    return (await session.scalars(statement.order_by(Listing.id).with_for_update())).all()


async def concluded_evaluations(
    session: AsyncSession, region_code: str, scheme_code: str, period: str
) -> Sequence[tuple[Evaluation, Scoring, str]]:
    """Of every region the last concluded run of a scheme over a period, its last scoring, and the region's name."""
    statement = (
        select(Evaluation, Scoring, RegionRow.name)
        .join(Scoring, Scoring.evaluation_id == Evaluation.id)
        .join(RegionRow, RegionRow.code == Evaluation.region_code)
        .where(
            Evaluation.region_code.in_(codes_within([region_code])),
            Evaluation.scheme_code == scheme_code,
            Evaluation.period == period,
            Evaluation.state == RunState.CONCLUDED,
        )
        .ext(distinct_on(Evaluation.region_code))
        .order_by(Evaluation.region_code, Evaluation.ended_at.desc(), Scoring.number.desc())
    )
    return [(run, scoring, name) for run, scoring, name in await session.execute(statement)]
