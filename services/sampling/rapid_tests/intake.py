"""Taking in rapid tests, a batch at a time and column by column, the same way from a file as from JSON.

A batch is judged, then it is asked what of it is here already, and then it is stored: tests, figures and whistles in
one transaction. A row is rejected only for what its sender can mend.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from itertools import compress
from typing import Any
from uuid import UUID

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.figures import service as figures
from services.sampling.rapid_tests import repository
from services.sampling.rapid_tests.batches import QUANTITIES, Answer, Batch, Taken
from services.sampling.rapid_tests.columns import COLUMNS
from services.sampling.rapid_tests.directory import Directory
from services.sampling.rapid_tests.judging import Case, Device, Judge, Judged, Where
from services.sampling.rapid_tests.models import RapidTest
from services.sampling.rapid_tests.rules import Finding, Tally
from services.sampling.test_items import repository as test_items
from services.sampling.test_items.rules import Catalogue
from services.sampling.whistles import blowing as whistles
from shared.contracts.codes import RowOutcome
from shared.contracts.sampling import Verdict
from shared.copying import BulkCopy, Columns
from shared.http.auth import Actor
from shared.times import now

SAME_ID = "这条记录已收下"
ID_TAKEN = "编号已被使用，请换一个新的 UUID"
SAME_RECORD = "同一检测点、同一厂商、同一仪器的这个记录号已收下"
SAME_CONTENT = "检测点、摊位、样品、项目、时间、数值和仪器与已收下的一条完全相同；确是两次检测的，请逐条确认"

_WORKED_OUT = {"site", "tested_at", "quantity_unit", *QUANTITIES}.union(
    Where._fields, Device._fields, Case._fields, Finding._fields
)
_POSITIVE = Verdict.SUSPECTED_POSITIVE.value
_AS_PRINTED = tuple(column.name for column in COLUMNS if column.name not in _WORKED_OUT)

_Identity = tuple[Sequence[Any], Callable[[AsyncSession, Sequence[Any]], Awaitable[dict[Any, UUID]]], RowOutcome, str]
"""What records are known by, the query for it, and what a record is that is found, in a code and in words."""


class Intake:
    """Takes in the batches of one upload or submission, remembering what it has looked up."""

    def __init__(self, directory: Directory, catalogue: Catalogue, actor_id: UUID) -> None:
        self._directory = directory
        self._judge = Judge(directory, catalogue)
        self._actor_id = actor_id
        table = RapidTest.__table__
        assert isinstance(table, Table)
        self._copy = BulkCopy(table)
        self._dry_run_seen: dict[bytes, UUID] = {}

    @classmethod
    async def open(cls, session: AsyncSession, actor: Actor, default_site: UUID | None) -> "Intake":
        """An intake for what `actor` sends; `default_site` is meant where a record names no site."""
        directory = await Directory.open(session, actor, default_site)
        return cls(directory, await test_items.load_catalogue(session), actor.id)

    async def take(self, session: AsyncSession, batch: Batch) -> Taken:
        """Decide and store one batch in the session's transaction. Raises what `store` raises."""
        await self.look_up(session, batch)
        taken = await self.store(session, self.judge(batch))
        await self.follow_up(session, [taken])
        return taken

    async def look_up(self, session: AsyncSession, batch: Batch) -> None:
        """Read what the batch names and no batch has named before, so that `judge` needs no database."""
        await self._directory.prepare(session, batch)

    def judge(self, batch: Batch) -> Judged:
        """Say of each record what it is; may run in a thread beside `store`, which uses nothing that this changes."""
        return self._judge.judge(batch, now())

    async def store(self, session: AsyncSession, judged: Judged, *, dry_run: bool = False) -> Taken:
        """Find what is here already and store the rest; `follow_up` belongs into the same transaction.

        Raises asyncpg's `UniqueViolationError` when another transaction has just stored one of these records; the batch
        may then be stored again in a new transaction.
        """
        if not dry_run:  # of equal records sent at the same moment, each must see those before it
            await repository.lock_sites(
                session, {UUID(bytes=site) for site in {where.site_id for where in judged.wheres} if site}
            )
        exceptions = await self._what_is_here_already(session, judged)
        suspects = {
            index: answer.test_id
            for index, answer in exceptions.items()
            if answer.outcome is RowOutcome.SUSPECTED_DUPLICATE
        }
        kept = [index not in exceptions or index in suspects for index in range(judged.batch.count)]
        counted = [index for index in compress(range(judged.batch.count), kept) if index not in suspects]
        ids, findings, tallies = judged.ids, judged.findings, _tallies(judged, counted)
        if dry_run:
            self._remember(judged, counted)
        else:
            await self._copy_rows(session, judged, kept, suspects)
        return Taken(
            at=judged.at,
            ids=ids,
            findings=findings,
            exceptions=exceptions,
            tallies=tallies,
            positives=[
                UUID(bytes=judged.ids[index]) for index in counted if judged.findings[index].verdict == _POSITIVE
            ],
            counts=_counts(judged.batch.count, exceptions, tallies),
        )

    async def follow_up(self, session: AsyncSession, taken: Sequence[Taken]) -> None:
        """What stored batches entail: they count in the figures, and each suspect positive blows the whistle."""
        await figures.record_tests(session, [tally for part in taken for tally in part.tallies])
        if positives := [test_id for part in taken for test_id in part.positives]:
            await whistles.blow(session, await repository.tests_by_id(session, positives), at=taken[-1].at)

    async def _what_is_here_already(self, session: AsyncSession, judged: Judged) -> dict[int, Answer]:
        """Answers for rejected, duplicate and suspected duplicate records."""
        batch = judged.batch
        exceptions = {index: Answer(RowOutcome.REJECTED, None, errors) for index, errors in batch.errors.items()}
        if not batch.may_be_here:
            return exceptions
        exceptions |= await _with_taken_ids(session, judged, exceptions.keys())
        kinds: tuple[_Identity, ...] = (
            (batch.ids or (), repository.known_ids, RowOutcome.DUPLICATE, SAME_ID),
            (judged.record_keys, repository.tests_by_record, RowOutcome.DUPLICATE, SAME_RECORD),
            (judged.content_hashes, repository.tests_by_content, RowOutcome.SUSPECTED_DUPLICATE, SAME_CONTENT),
        )
        for identities, find, outcome, message in kinds:
            open_rows = [
                (index, identity)
                for index, identity in enumerate(identities)
                if identity is not None and index not in exceptions
            ]
            if not open_rows:
                continue
            asked = {identity for _, identity in open_rows}
            first = await find(session, list(asked))
            first |= {identity: self._dry_run_seen[identity] for identity in asked & self._dry_run_seen.keys()}
            if not first and len(asked) == len(open_rows):
                continue
            for index, identity in open_rows:
                if identity in first:
                    error = batch.place_of(index, "", message, outcome.value)
                    exceptions[index] = Answer(outcome, first[identity], [error])
                else:
                    first[identity] = UUID(bytes=judged.ids[index])
        return exceptions

    async def _copy_rows(
        self, session: AsyncSession, judged: Judged, kept: Sequence[bool], suspects: Mapping[int, UUID | None]
    ) -> None:
        batch = judged.batch
        columns: dict[str | tuple[str, ...], Sequence[Any]] = {
            **judged.columns,
            **{name: batch.values[name] for name in _AS_PRINTED if name in batch.values},
            **_quantities(batch),
        }
        if batch.row_numbers is not None:
            columns["row_number"] = batch.row_numbers
        same: dict[str, Any] = {**batch.same, "recorded_at": judged.at, "recorded_by": self._actor_id}
        if suspects:
            columns["suspected_duplicate_of"] = [suspects.get(index) for index in range(batch.count)]
            columns["counted_at"] = [None if index in suspects else judged.at for index in range(batch.count)]
        else:
            same["counted_at"] = judged.at
        count = sum(kept)
        if count < batch.count:
            columns = {name: list(compress(values, kept)) for name, values in columns.items()}
        if count:
            await self._copy.write(session, columns, same, count)

    def _remember(self, judged: Judged, counted: Iterable[int]) -> None:
        """A dry run stores nothing, and still finds the second of two equal rows in a file."""
        for index in counted:
            identity = judged.record_keys[index] or judged.content_hashes[index]
            assert identity is not None
            self._dry_run_seen[identity] = UUID(bytes=judged.ids[index])


async def _with_taken_ids(session: AsyncSession, judged: Judged, rejected: Collection[int]) -> dict[int, Answer]:
    """Records under an id that a test of another site has: no duplicates, for they say something else."""
    batch = judged.batch
    taken: dict[int, Answer] = {}
    sites = await repository.sites_by_test(session, batch.ids) if batch.ids else {}
    for index, given in enumerate(batch.ids or ()):
        site = judged.wheres[index].site_id
        if index not in rejected and site and sites.setdefault(given, UUID(bytes=site)).bytes != site:
            taken[index] = Answer(RowOutcome.REJECTED, None, [batch.place_of(index, "id", ID_TAKEN, "id_taken")])
    return taken


def _quantities(batch: Batch) -> Columns:
    """Numbers of the quantities; a unit behind a number is used where the record names none."""
    columns: dict[str | tuple[str, ...], Sequence[Any]] = {}
    units = list(batch.column("quantity_unit"))
    for name in QUANTITIES:
        if name in batch.values:
            pairs = batch.values[name]
            columns[name] = [pair and pair[0] for pair in pairs]
            units = [unit or (pair and pair[1]) for unit, pair in zip(units, pairs, strict=True)]
    if any(units):
        columns["quantity_unit"] = units
    return columns


def _tallies(judged: Judged, counted: Iterable[int]) -> list[Tally]:
    wheres, days, cases, findings = judged.wheres, judged.days, judged.cases, judged.findings
    numbers = Counter(
        (wheres[index].region_code, days[index], cases[index].item_code, findings[index].verdict) for index in counted
    )
    groups: dict[tuple[str, date, str | None], Counter[str]] = {}
    for (region, day, item, verdict), number in numbers.items():
        assert region is not None  # without a site it is rejected
        groups.setdefault((region, day, item), Counter())[verdict] += number
    return [
        Tally(
            region,
            day,
            item,
            verdicts.total(),
            verdicts[Verdict.SUSPECTED_POSITIVE],
            verdicts[Verdict.INSTRUMENT_ERROR],
            verdicts[Verdict.UNDETERMINED],
        )
        for (region, day, item), verdicts in groups.items()
    ]


def _counts(count: int, exceptions: Mapping[int, Answer], tallies: Sequence[Tally]) -> dict[str, int]:
    outcomes = Counter(answer.outcome for answer in exceptions.values())
    return {
        "accepted": count - len(exceptions),
        "duplicate": outcomes[RowOutcome.DUPLICATE],
        "suspected_duplicate": outcomes[RowOutcome.SUSPECTED_DUPLICATE],
        "rejected": outcomes[RowOutcome.REJECTED],
        "positives": sum(tally.positives for tally in tallies),
        "instrument_errors": sum(tally.instrument_errors for tally in tallies),
        "undetermined": sum(tally.undetermined for tally in tallies),
    }
