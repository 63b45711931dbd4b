"""Every query on whistles and statutory sampling tasks."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVarTuple
from uuid import UUID

from sqlalchemy import Select, false, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased, lazyload, selectinload

from services.sampling.rapid_tests.models import RapidTest
from services.sampling.statutory_tasks.models import StatutoryTask
from services.sampling.test_items.models import Item
from services.sampling.test_sites.models import Site
from services.sampling.test_sites.scope import operated_by, sees_whole_regions
from services.sampling.whistles.models import Whistle
from shared.contracts.sampling import WhistleState
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.repository import codes_within
from shared.regions.scope import within_scope

Columns = TypeVarTuple("Columns")


@dataclass(frozen=True, slots=True)
class WhistleFilter:
    """What a list of whistles is narrowed to; None leaves a side open. `region` takes in all below it."""

    state: WhistleState | None = None
    region: str | None = None
    site_id: UUID | None = None


def visible_whistles(statement: Select[*Columns], actor: Actor) -> Select[*Columns]:
    """Limit a select that reads `Whistle` to the actor's regions; of these a market operator sees those at his sites,
    a seller those on himself.
    """
    statement = within_scope(statement, Whistle.region_code, actor)
    if sees_whole_regions(actor):
        return statement
    if actor.business_id is None:
        return statement.where(false())
    own_sites = select(Site.id).where(operated_by(actor.business_id))
    return statement.where(or_(Whistle.site_id.in_(own_sites), Whistle.seller_business_id == actor.business_id))


async def visible_whistle(
    session: AsyncSession, whistle_id: UUID, actor: Actor, *, lock: bool = False
) -> Whistle | None:
    """One whistle with task and timeline, as it is now, if the actor may see it; `lock` holds it for a change."""
    statement = (
        visible_whistles(select(Whistle).where(Whistle.id == whistle_id), actor)
        .options(selectinload(Whistle.task), selectinload(Whistle.entries))
        .execution_options(populate_existing=True)
    )
    return await session.scalar(statement.with_for_update(of=Whistle) if lock else statement)


async def whistle_of_task(session: AsyncSession, statutory_task_id: UUID) -> Whistle | None:
    """The whistle that gave this task, with task and timeline, as it is now, held for a change."""
    statement = (
        select(Whistle)
        .join(StatutoryTask, StatutoryTask.whistle_id == Whistle.id)
        .where(StatutoryTask.id == statutory_task_id)
        .options(selectinload(Whistle.task), selectinload(Whistle.entries))
        .execution_options(populate_existing=True)
    )
    return await session.scalar(statement.with_for_update(of=Whistle))


async def list_whistles(
    session: AsyncSession, wanted: WhistleFilter, actor: Actor, page: PageRequest
) -> tuple[list[Whistle], str | None]:
    """One page of the whistles the actor may see, the newest first, each with its task."""
    statement = visible_whistles(select(Whistle).options(selectinload(Whistle.task)), actor)
    if wanted.state is not None:
        statement = statement.where(Whistle.state == wanted.state)
    if wanted.region is not None:
        statement = statement.where(Whistle.region_code.in_(codes_within([wanted.region])))
    if wanted.site_id is not None:
        statement = statement.where(Whistle.site_id == wanted.site_id)
    return await paginate(session, statement, page, order_by=[Whistle.id], descending=True)


async def add_missing(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> set[UUID]:
    """Insert whistles; returns the ids of those whose rapid test had none before."""
    statement = insert(Whistle).on_conflict_do_nothing(index_elements=[Whistle.first_test_id]).returning(Whistle.id)
    return set(await session.scalars(statement, rows))


async def whistles_by_id(session: AsyncSession, ids: Collection[UUID]) -> Sequence[Whistle]:
    """The whistles of these ids, in the order in which they were made."""
    return (await session.scalars(select(Whistle).where(Whistle.id.in_(ids)).order_by(Whistle.id))).all()


async def first_of_chain(session: AsyncSession, tests: Iterable[RapidTest]) -> dict[UUID, UUID]:
    """For each test the one that was reported first: itself, or the test that it corrects, however often."""
    firsts = {test.id: test.corrects_id or test.id for test in tests}
    corrected = {test.id for test in tests if test.corrects_id is not None}
    if corrected:
        chain = (
            select(RapidTest.id.label("asked"), RapidTest.id, RapidTest.corrects_id)
            .where(RapidTest.id.in_(corrected))
            .cte("chain", recursive=True)
        )
        older = aliased(RapidTest)
        chain = chain.union_all(
            select(chain.c.asked, older.id, older.corrects_id).join(chain, older.id == chain.c.corrects_id)
        )
        found = await session.execute(select(chain.c.asked, chain.c.id).where(chain.c.corrects_id.is_(None)))
        firsts |= dict(found.all())
    return firsts


async def sites_by_id(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, Site]:
    return {site.id: site for site in await session.scalars(select(Site).where(Site.id.in_(ids)))}


async def items_by_code(session: AsyncSession, codes: Collection[str]) -> dict[str, Item]:
    statement = select(Item).where(Item.code.in_(codes)).options(lazyload(Item.aliases), lazyload(Item.thresholds))
    return {item.code: item for item in await session.scalars(statement)}
