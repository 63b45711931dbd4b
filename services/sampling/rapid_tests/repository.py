"""Every query on rapid tests, their uploads and submissions."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, literal, or_, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.devices.models import DeviceKey
from services.sampling.rapid_tests.models import (
    RapidTest,
    RapidTestSubmission,
    RapidTestUpload,
    RapidTestUploadRow,
    SubmissionSignature,
)
from services.sampling.test_sites.models import Site
from services.sampling.test_sites.scope import visible_sites
from shared.contracts.codes import RowOutcome
from shared.contracts.sampling import Verdict
from shared.database import driver_connection
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, encode_cursor, paginate
from shared.regions.repository import codes_within


@dataclass(frozen=True, slots=True)
class TestFilter:
    """What a list of rapid tests is narrowed to; None leaves a side open."""

    __test__ = False

    region: str | None = None
    site_id: UUID | None = None
    verdict: Verdict | None = None
    item_code: str | None = None
    stall_number: str | None = None
    seller_business_id: UUID | None = None
    since: date | None = None
    until: date | None = None
    upload_id: UUID | None = None
    corrects_id: UUID | None = None
    suspected_duplicates: bool | None = None
    superseded: bool | None = None


async def visible_test(session: AsyncSession, test_id: UUID, actor: Actor, *, lock: bool = False) -> RapidTest | None:
    """One rapid test of a site the actor may see."""
    statement = _visible(select(RapidTest), actor).where(RapidTest.id == test_id)
    return await session.scalar(statement.with_for_update(of=RapidTest) if lock else statement)


async def list_tests(
    session: AsyncSession, wanted: TestFilter, actor: Actor, page: PageRequest
) -> tuple[list[RapidTest], str | None]:
    """One page of rapid tests, the latest first."""
    statement = _visible(select(RapidTest), actor)
    if wanted.region is not None:
        statement = statement.where(RapidTest.region_code.in_(codes_within([wanted.region])))
    for column, value in (
        (RapidTest.site_id, wanted.site_id),
        (RapidTest.verdict, wanted.verdict),
        (RapidTest.item_code, wanted.item_code),
        (RapidTest.stall_number, wanted.stall_number),
        (RapidTest.seller_business_id, wanted.seller_business_id),
        (RapidTest.upload_id, wanted.upload_id),
        (RapidTest.corrects_id, wanted.corrects_id),
    ):
        if value is not None:
            statement = statement.where(column == value)
    if wanted.since is not None:
        statement = statement.where(RapidTest.tested_on >= wanted.since)
    if wanted.until is not None:
        statement = statement.where(RapidTest.tested_on <= wanted.until)
    if wanted.suspected_duplicates is not None:
        statement = statement.where(RapidTest.counted_at.is_(None) == literal(wanted.suspected_duplicates))
    if wanted.superseded is not None:
        statement = statement.where(RapidTest.superseded_at.is_not(None) == literal(wanted.superseded))
    return await paginate(session, statement, page, order_by=[RapidTest.tested_at, RapidTest.id], descending=True)


async def tests_by_id(session: AsyncSession, ids: Collection[UUID]) -> Sequence[RapidTest]:
    return (await session.scalars(select(RapidTest).where(RapidTest.id.in_(ids)).order_by(RapidTest.id))).all()


async def corrections_of(session: AsyncSession, test_id: UUID) -> RapidTest | None:
    """The row that took this one's place, if any."""
    return await session.scalar(select(RapidTest).where(RapidTest.corrects_id == test_id))


LOCK_SITES = text("""
    SELECT pg_advisory_xact_lock(sorted.hash)
      FROM (SELECT DISTINCT hashtextextended('rapid-tests:' || site, 0) AS hash
              FROM unnest(CAST(:sites AS text[])) AS site ORDER BY 1) AS sorted
""")


async def lock_sites(session: AsyncSession, sites: Collection[UUID]) -> None:
    """Wait until nobody else takes in tests of these sites, and keep others waiting until the transaction ends."""
    await session.execute(LOCK_SITES, {"sites": list(map(str, sites))})


async def known_ids(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """The ids of these that are in use, each to itself."""
    return {found: found for found in await session.scalars(select(RapidTest.id).where(RapidTest.id.in_(ids)))}


async def sites_by_test(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """Id of a test → its site, of those ids that are in use."""
    rows = await session.execute(select(RapidTest.id, RapidTest.site_id).where(RapidTest.id.in_(ids)))
    return {row.id: row.site_id for row in rows}


async def tests_by_record(session: AsyncSession, keys: Sequence[bytes]) -> dict[bytes, UUID]:
    """Record key → id of the test that a device reported under it."""
    connection = await driver_connection(session)
    rows = await connection.fetch(
        "SELECT record_key, id FROM rapid_tests WHERE record_key = ANY($1::bytea[]) AND corrects_id IS NULL", keys
    )
    return {row["record_key"]: row["id"] for row in rows}


async def tests_by_content(session: AsyncSession, hashes: Sequence[bytes]) -> dict[bytes, UUID]:
    """Content hash → id of a test that says the same."""
    connection = await driver_connection(session)
    rows = await connection.fetch(
        "SELECT content_hash, id FROM rapid_tests WHERE content_hash = ANY($1::bytea[])", hashes
    )
    return {row["content_hash"]: row["id"] for row in rows}


async def sites_of(session: AsyncSession, actor: Actor) -> Sequence[Site]:
    """All sites the actor may act for."""
    return (await session.scalars(visible_sites(select(Site), actor))).all()


@dataclass(frozen=True, slots=True)
class RowAnswer:
    """What became of one row of a file."""

    row_number: int
    outcome: RowOutcome
    test_id: UUID | None
    verdict: Verdict | None
    errors: Sequence[Any]


async def row_answers(
    session: AsyncSession, upload_id: UUID, outcome: RowOutcome | None, page: PageRequest
) -> tuple[list[RowAnswer], str | None]:
    """One page of the answers to an upload's rows, in the order of the file.

    Accepted rows are the tests themselves, the others are kept beside them; both are read from an index and merged.
    """
    after = page.after_number
    answers: list[RowAnswer] = []
    if outcome is not RowOutcome.ACCEPTED:
        others = select(RapidTestUploadRow).where(
            RapidTestUploadRow.upload_id == upload_id, RapidTestUploadRow.row_number > after
        )
        if outcome is not None:
            others = others.where(RapidTestUploadRow.outcome == outcome)
        others = others.order_by(RapidTestUploadRow.row_number).limit(page.limit + 1)
        answers += [
            RowAnswer(row.row_number, row.outcome, row.test_id, None, row.errors)
            for row in await session.scalars(others)
        ]
    if outcome in (None, RowOutcome.ACCEPTED):
        tests = (
            select(RapidTest.row_number, RapidTest.id, RapidTest.verdict)
            .where(
                RapidTest.upload_id == upload_id,
                RapidTest.row_number > after,
                RapidTest.suspected_duplicate_of.is_(None),
                RapidTest.corrects_id.is_(None),
            )
            .order_by(RapidTest.row_number)
            .limit(page.limit + 1)
        )
        answers += [
            RowAnswer(number or 0, RowOutcome.ACCEPTED, test_id, verdict, ())
            for number, test_id, verdict in await session.execute(tests)
        ]
    answers.sort(key=lambda answer: answer.row_number)
    shown = answers[: page.limit]
    return shown, encode_cursor([shown[-1].row_number]) if len(answers) > page.limit else None


async def get_submission(session: AsyncSession, submission_id: UUID) -> RapidTestSubmission | None:
    return await session.get(RapidTestSubmission, submission_id)


async def claim_submission(session: AsyncSession, submission: RapidTestSubmission) -> bool:
    """Insert a submission; False when its id is taken. A second sender waits here until the first has committed."""
    statement = (
        upsert(RapidTestSubmission)
        .values(
            id=submission.id,
            recorded_by=submission.recorded_by,
            body_hash=submission.body_hash,
            answer=submission.answer,
        )
        .on_conflict_do_nothing()
        .returning(RapidTestSubmission.id)
    )
    return await session.scalar(statement) is not None


async def signature_of(session: AsyncSession, submission_id: UUID) -> tuple[SubmissionSignature, DeviceKey] | None:
    """The signature of a submission and its key, if it was signed."""
    statement = select(SubmissionSignature, DeviceKey).join(
        DeviceKey, DeviceKey.id == SubmissionSignature.device_key_id
    )
    row = (await session.execute(statement.where(SubmissionSignature.submission_id == submission_id))).one_or_none()
    return (row[0], row[1]) if row else None


def _visible(statement: Select[RapidTest], actor: Actor) -> Select[RapidTest]:
    return visible_sites(statement.join(Site, Site.id == RapidTest.site_id), actor)


def visible_uploads(actor: Actor) -> Select[RapidTestUpload]:
    """The actor's own, and those of sites that he may see."""
    own_sites = visible_sites(select(Site.id), actor)
    return select(RapidTestUpload).where(
        or_(RapidTestUpload.uploaded_by == actor.id, RapidTestUpload.site_id.in_(own_sites))
    )
