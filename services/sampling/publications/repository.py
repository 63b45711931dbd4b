"""Every query on publications and their rows."""

from collections.abc import Collection, Sequence
from typing import TypeVarTuple
from uuid import UUID

from sqlalchemy import Exists, Select, delete, false, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased, selectinload

from services.sampling.publications.models import Publication, PublicationRow
from services.sampling.publications.rules import EditionKind, PublicationKind, PublicationState
from services.sampling.samples.models import Sample
from services.sampling.samples.repository import visible_samples
from services.sampling.samples.scope import sees_whole_regions
from shared.contracts.statutory_sampling import SampleState
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.repository import codes_within
from shared.regions.scope import within_scope

Columns = TypeVarTuple("Columns")


async def exists_like(session: AsyncSession, wanted: Publication) -> bool:
    """Whether another table has its region, number, kind and title."""
    statement = select(Publication.id).where(
        Publication.region_code == wanted.region_code,
        Publication.number == wanted.number,
        Publication.kind == wanted.kind,
        Publication.title == wanted.title,
        Publication.id != wanted.id,
    )
    return await session.scalar(statement) is not None


async def visible_publication(
    session: AsyncSession, publication_id: UUID, actor: Actor, *, lock: bool = False
) -> Publication | None:
    """One table, draft or published, of the actor's regions; `lock` holds it for a change."""
    statement = visible_publications(select(Publication), actor).where(Publication.id == publication_id)
    statement = statement.execution_options(populate_existing=True)
    return await session.scalar(statement.with_for_update(of=Publication) if lock else statement)


async def list_publications(
    session: AsyncSession,
    actor: Actor,
    page: PageRequest,
    *,
    state: PublicationState | None,
    kind: PublicationKind | None,
    region: str | None,
    under_reexamination: bool | None,
    row_id: UUID | None,
) -> tuple[list[Publication], str | None]:
    """One page of the actor's tables, the newest first; `under_reexamination`: only with a marked row, or without."""
    statement = visible_publications(_narrowed(kind, region), actor)
    if under_reexamination is not None:
        statement = statement.where(_has_marked_row() if under_reexamination else ~_has_marked_row())
    if state is not None:
        statement = statement.where(Publication.state == state)
    if row_id is not None:
        statement = statement.where(
            Publication.id.in_(select(PublicationRow.publication_id).where(PublicationRow.id == row_id))
        )
    return await paginate(session, statement, page, order_by=[Publication.id], descending=True)


async def published(session: AsyncSession, publication_id: UUID) -> Publication | None:
    """One table that anybody may read."""
    return await session.scalar(_published().where(Publication.id == publication_id))


async def list_published(
    session: AsyncSession, page: PageRequest, *, kind: PublicationKind | None, region: str | None
) -> tuple[list[Publication], str | None]:
    """One page of the tables that anybody may read, the last announced first."""
    statement = _published(_narrowed(kind, region))
    order = [Publication.announced_on, Publication.id]
    return await paginate(session, statement, page, order_by=order, descending=True)


async def lock_publication_of(session: AsyncSession, sample_id: UUID) -> Publication | None:
    """The published table that lists the sample, held; None where none does. A draft looks at its samples itself."""
    statement = (
        _published()
        .join(PublicationRow, PublicationRow.publication_id == Publication.id)
        .where(PublicationRow.sample_id == sample_id, PublicationRow.corrects_id.is_(None))
    )
    return await session.scalar(statement.with_for_update(of=Publication))


async def latest_edition(session: AsyncSession, sample_id: UUID) -> PublicationRow | None:
    """What was last published of the sample; None where nothing was."""
    statement = (
        select(PublicationRow)
        .join(Publication, Publication.id == PublicationRow.publication_id)
        .where(PublicationRow.sample_id == sample_id, Publication.state == PublicationState.PUBLISHED)
        .order_by(PublicationRow.edition.desc())
    )
    return await session.scalar(statement.limit(1))


async def sample_of(session: AsyncSession, row: PublicationRow) -> Sample:
    """The sample of a row, as it is now."""
    statement = select(Sample).where(Sample.id == row.sample_id).execution_options(populate_existing=True)
    return (await session.scalars(statement)).one()


async def first_rows(session: AsyncSession, publication_id: UUID) -> Sequence[PublicationRow]:
    """What is published first of each sample, in the order in which they were listed."""
    statement = select(PublicationRow).where(
        PublicationRow.publication_id == publication_id, PublicationRow.corrects_id.is_(None)
    )
    return (await session.scalars(statement.order_by(PublicationRow.id))).all()


async def get_row(session: AsyncSession, publication_id: UUID, row_id: UUID) -> PublicationRow | None:
    return await session.scalar(select(PublicationRow).filter_by(publication_id=publication_id, id=row_id))


async def is_corrected(session: AsyncSession, row_id: UUID) -> bool:
    return await session.scalar(select(PublicationRow.id).where(PublicationRow.corrects_id == row_id)) is not None


async def remove_row(session: AsyncSession, row_id: UUID) -> None:
    await session.execute(delete(PublicationRow).where(PublicationRow.id == row_id))


async def number_rows(session: AsyncSession, publication_id: UUID) -> None:
    """Give the rows their numbers from 1, in the order in which they were listed."""
    counted = (
        select(PublicationRow.id, func.row_number().over(order_by=PublicationRow.id).label("number"))
        .where(PublicationRow.publication_id == publication_id)
        .subquery()
    )
    await session.execute(
        update(PublicationRow).where(PublicationRow.id == counted.c.id).values(number=counted.c.number)
    )


async def list_draft_rows(
    session: AsyncSession, publication_id: UUID, page: PageRequest
) -> tuple[list[PublicationRow], str | None]:
    """One page of the rows in the order in which they were written."""
    statement = select(PublicationRow).where(PublicationRow.publication_id == publication_id)
    return await paginate(session, statement, page, order_by=[PublicationRow.id])


async def list_published_rows(
    session: AsyncSession, publication_id: UUID, page: PageRequest
) -> tuple[list[PublicationRow], str | None]:
    """One page of the rows by number, each correction right behind what it corrects."""
    statement = select(PublicationRow).where(PublicationRow.publication_id == publication_id)
    return await paginate(session, statement, page, order_by=[PublicationRow.number, PublicationRow.edition])


async def all_published_rows(session: AsyncSession, publication_id: UUID) -> Sequence[PublicationRow]:
    """All rows of a published table, by number, each correction right behind what it corrects."""
    statement = select(PublicationRow).where(PublicationRow.publication_id == publication_id)
    return (await session.scalars(statement.order_by(PublicationRow.number, PublicationRow.edition))).all()


async def lock_samples(
    session: AsyncSession, sample_ids: Collection[UUID], actor: Actor, region_code: str
) -> dict[UUID, Sample]:
    """Those of the samples that lie in the actor's regions and in `region_code`, as they are now, held in one order."""
    statement = (
        visible_samples(select(Sample), actor)
        .where(Sample.id.in_(sample_ids), Sample.region_code.in_(codes_within([region_code])))
        .options(selectinload(Sample.entries))
        .order_by(Sample.id)
        .with_for_update(of=Sample)
        .execution_options(populate_existing=True)
    )
    return {sample.id: sample for sample in await session.scalars(statement)}


async def list_candidates(
    session: AsyncSession, publication: Publication, actor: Actor, page: PageRequest
) -> tuple[list[Sample], str | None]:
    """One page of the concluded samples of the table's region, period, source and conclusion that no table lists."""
    listed = select(PublicationRow.sample_id).where(PublicationRow.corrects_id.is_(None))
    statement = (
        visible_samples(select(Sample), actor)
        .where(
            Sample.region_code.in_(codes_within([publication.region_code])),
            Sample.state == SampleState.CONCLUDED,
            Sample.conclusion == publication.kind.conclusion,
            Sample.sampled_on.between(publication.period_from, publication.period_to),
            Sample.id.not_in(listed),
        )
        .options(selectinload(Sample.entries))
    )
    if publication.task_source is not None:
        statement = statement.where(Sample.task_source == publication.task_source)
    return await paginate(session, statement, page, order_by=[Sample.id])


async def tables_with(session: AsyncSession, sample_ids: Collection[UUID], but: UUID | None) -> dict[UUID, Publication]:
    """For each sample that is listed in a table other than `but`: that table."""
    row = aliased(PublicationRow)
    statement = (
        select(row.sample_id, Publication)
        .join(Publication, Publication.id == row.publication_id)
        .where(row.sample_id.in_(sample_ids), row.corrects_id.is_(None), Publication.id.is_distinct_from(but))
    )
    return dict((await session.execute(statement)).all())


def _has_marked_row() -> Exists:
    """Whether a row of the table is under re-examination: the mark is the last that was said of it."""
    later = aliased(PublicationRow)
    return (
        select(PublicationRow.id)
        .where(
            PublicationRow.publication_id == Publication.id,
            PublicationRow.kind == EditionKind.REEXAMINATION,
            ~select(later.id).where(later.corrects_id == PublicationRow.id).exists(),
        )
        .exists()
    )


def visible_publications(statement: Select[*Columns], actor: Actor) -> Select[*Columns]:
    """Those of the actor's regions, drafts included. Who tests samples reads what is announced, like everybody."""
    statement = within_scope(statement, Publication.region_code, actor)
    return statement if sees_whole_regions(actor) else statement.where(false())


def _narrowed(kind: PublicationKind | None, region: str | None) -> Select[Publication]:
    statement = select(Publication)
    if kind is not None:
        statement = statement.where(Publication.kind == kind)
    if region is not None:
        statement = statement.where(Publication.region_code.in_(codes_within([region])))
    return statement


def _published(statement: Select[Publication] | None = None) -> Select[Publication]:
    chosen = select(Publication) if statement is None else statement
    return chosen.where(Publication.state == PublicationState.PUBLISHED)
