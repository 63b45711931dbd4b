"""Putting tables of results together and publishing them; what is said of a published row later is in `corrections`."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.publications import repository
from services.sampling.publications.fitness import examine
from services.sampling.publications.models import Publication, PublicationRow
from services.sampling.publications.problems import (
    NotFitForPublication,
    PublicationExists,
    PublicationNotFound,
    PublicationRowNotFound,
)
from services.sampling.publications.rules import PublicationState
from services.sampling.publications.schemas import (
    Cells,
    Entries,
    EntryOutcome,
    PublicationCreate,
    PublicationWrite,
)
from services.sampling.samples.entry_kinds import SampleEntryKind
from services.sampling.samples.models import Sample
from shared.contracts.codes import RowOutcome
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.http.problems import FieldError
from shared.ids import uuid7, uuid7_series
from shared.regions.scope import ensure_in_scope
from shared.times import day_of, now

MAX_ROWS = 2000


async def draft(session: AsyncSession, body: PublicationCreate, actor: Actor) -> Publication:
    """Begin a table. Raises `OutsideRegion`, `PublicationExists`."""
    await ensure_in_scope(session, actor, body.region_code)
    publication = Publication(
        id=uuid7(), version=1, state=PublicationState.DRAFT, row_count=0, created_by=actor.id, **body.model_dump()
    )
    await _must_be_alone(session, publication)
    session.add(publication)
    await session.flush()
    return publication


async def publication_for(
    session: AsyncSession, publication_id: UUID, actor: Actor, *, lock: bool = False
) -> Publication:
    """A table of the actor's regions. Raises `PublicationNotFound`."""
    publication = await repository.visible_publication(session, publication_id, actor, lock=lock)
    if publication is None:
        raise PublicationNotFound("请核对编号；只能办理辖区内的")
    return publication


async def row_of(session: AsyncSession, publication: Publication, row_id: UUID) -> PublicationRow:
    """A row of the table, whatever edition. Raises `PublicationRowNotFound`."""
    row = await repository.get_row(session, publication.id, row_id)
    if row is None:
        raise PublicationRowNotFound("请核对行的编号")
    return row


async def published_table(session: AsyncSession, publication_id: UUID) -> Publication:
    """A table that anybody may read. Raises `PublicationNotFound`, also for a draft."""
    publication = await repository.published(session, publication_id)
    if publication is None:
        raise PublicationNotFound("没有这张已公布的表，请核对编号")
    return publication


async def change(
    session: AsyncSession, publication_id: UUID, body: PublicationWrite, version: int, actor: Actor
) -> Publication:
    """Replace number, title, period, source and link of a draft; rows that no longer fit are found at publication."""
    publication = await _draft_for(session, publication_id, version, actor)
    for name, value in body.model_dump().items():
        setattr(publication, name, value)
    await _must_be_alone(session, publication)
    publication.advance()
    await session.flush()
    return publication


async def enlist(session: AsyncSession, publication_id: UUID, body: Entries, actor: Actor) -> list[EntryOutcome]:
    """Put samples into a draft; each is taken, there already, or refused with all reasons.

    Raises `PublicationNotFound`, `AlreadyPublished`, `NotFitForPublication` where the table would grow too long.
    """
    publication = await publication_for(session, publication_id, actor, lock=True)
    publication.must_be_draft()
    listed = {row.sample_id: row.id for row in await repository.first_rows(session, publication.id)}
    wanted = {entry.sample_id: entry.remark for entry in body.samples}
    if len(listed) + len(wanted.keys() - listed.keys()) > MAX_ROWS:
        raise NotFitForPublication(f"一张表最多 {MAX_ROWS} 行，请分成几张公布")
    examined = await examine(session, publication, {id_: wanted[id_] for id_ in wanted if id_ not in listed}, actor)
    ids = (UUID(bytes=each) for each in uuid7_series(len(wanted)))  # ascending, so that rows keep the order of the list
    outcomes = []
    for sample_id, remark in wanted.items():
        if sample_id in listed:
            outcomes.append(_outcome(sample_id, RowOutcome.DUPLICATE, listed[sample_id]))
            continue
        found = examined[sample_id]
        if isinstance(found, list):
            outcomes.append(_outcome(sample_id, RowOutcome.REJECTED, None, found))
            continue
        sample, cells = found
        row = PublicationRow(
            id=next(ids),
            publication_id=publication.id,
            sample_id=sample.id,
            sample_version=sample.version,
            cells=cells.model_copy(update={"remark": remark}).model_dump(mode="json"),
            recorded_by=actor.id,
        )
        session.add(row)
        outcomes.append(_outcome(sample_id, RowOutcome.ACCEPTED, row.id))
    if any(outcome.outcome is RowOutcome.ACCEPTED for outcome in outcomes):
        publication.advance()  # who publishes has read these rows: another set of rows is another version
    await session.flush()
    return outcomes


async def strike(session: AsyncSession, publication_id: UUID, row_id: UUID, actor: Actor) -> None:
    """Take a row out of a draft. Raises `PublicationNotFound`, `PublicationRowNotFound`, `AlreadyPublished`."""
    publication = await publication_for(session, publication_id, actor, lock=True)
    publication.must_be_draft()
    row = await row_of(session, publication, row_id)
    await repository.remove_row(session, row.id)
    publication.advance()
    await session.flush()


async def publish(session: AsyncSession, publication_id: UUID, version: int, actor: Actor) -> Publication:
    """Publish a draft, if every row may be published at this moment and still says what its sample says.

    Raises `NotFitForPublication` with every row's reasons; then nothing is published.
    """
    publication = await _draft_for(session, publication_id, version, actor)
    rows = await repository.first_rows(session, publication.id)
    if not rows:
        raise NotFitForPublication("表里还没有样品")
    remarks = {row.sample_id: str(row.cells["remark"]) for row in rows}
    examined = await examine(session, publication, remarks, actor)
    errors: list[FieldError] = []
    for index, row in enumerate(rows):
        found = examined[row.sample_id]
        reasons = found if isinstance(found, list) else _differences(row, found[1])
        number = row.cells["sample_number"]
        errors += [
            FieldError(pointer=f"/rows/{index}", message=f"{number}：{reason}", code="not_fit") for reason in reasons
        ]
    if errors:
        raise NotFitForPublication(
            f"有 {len(errors)} 处使这张表现在不能公布；移出这些样品，或等条件具备", errors=errors
        )
    present = now()
    publication.publish(row_count=len(rows), on=day_of(present), at=present, by=actor.id)
    await repository.number_rows(session, publication.id)
    _tell_samples([found[0] for found in examined.values() if not isinstance(found, list)], publication, present, actor)
    await session.flush()
    return publication


def _differences(row: PublicationRow, cells: Cells) -> list[str]:
    """What a row says otherwise than its sample now: it was changed after it was listed."""
    current = cells.model_dump(mode="json")
    names = [
        str(field.description) for name, field in Cells.model_fields.items() if row.cells.get(name) != current[name]
    ]
    return [f"列入之后，{'、'.join(names)}有变更，请移出后重新列入"] if names else []


def _tell_samples(samples: Collection[Sample], publication: Publication, at: datetime, actor: Actor) -> None:
    for sample in samples:
        sample.log(
            SampleEntryKind.PUBLISHED,
            at,
            actor_id=actor.id,
            actor_name=actor.name,
            note=f"公告号 {publication.number}",
            details={"publication_id": str(publication.id)},
        )


def _outcome(sample_id: UUID, outcome: RowOutcome, row_id: UUID | None, reasons: Sequence[str] = ()) -> EntryOutcome:
    return EntryOutcome(sample_id=sample_id, outcome=outcome, row_id=row_id, reasons=list(reasons))


async def _draft_for(session: AsyncSession, publication_id: UUID, version: int, actor: Actor) -> Publication:
    publication = await publication_for(session, publication_id, actor, lock=True)
    ensure_version(publication, version)
    publication.must_be_draft()
    return publication


async def _must_be_alone(session: AsyncSession, publication: Publication) -> None:
    with session.no_autoflush:
        taken = await repository.exists_like(session, publication)
    if taken:
        raise PublicationExists(f"公告号“{publication.number}”下已有{publication.kind.label}“{publication.title}”")
