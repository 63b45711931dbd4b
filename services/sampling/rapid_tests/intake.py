"""Taking in rapid tests, a batch at a time and column by column, the same way from a file as from JSON.

A batch goes through four hands: who and where, what it says, whether it is here already, and then it is stored: tests,
figures and whistles in one transaction. A row is rejected only for what its sender can mend.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import compress
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.figures import service as figures
from services.sampling.rapid_tests import repository
from services.sampling.rapid_tests.columns import COLUMNS
from services.sampling.rapid_tests.directory import Directory, Place
from services.sampling.rapid_tests.models import RapidTest
from services.sampling.rapid_tests.rules import (
    Judgement,
    Reading,
    Tally,
    content_hash,
    judge,
    measured_in,
    method_named,
    record_key,
)
from services.sampling.test_items import repository as test_items
from services.sampling.test_items.rules import Catalogue, CatalogueItem, Limit
from services.sampling.whistles import service as whistles
from shared.contracts.business_numbers import check_uscc
from shared.contracts.codes import RowOutcome
from shared.contracts.sampling import Method, Verdict
from shared.copying import BulkCopy
from shared.http.auth import Actor
from shared.http.problems import FieldError
from shared.ids import uuid7_series
from shared.times import day_of, now

EARLIEST = date(2009, 6, 1)  # 食品安全法 came into force; an earlier date is a slip of the pen
CLOCK_SKEW = timedelta(hours=1)

SAME_RECORD = "同一厂商、同一仪器的这个记录号已收下"
SAME_CONTENT = "检测点、摊位、样品、项目、时间、数值和仪器与已收下的一条完全相同；确是两次检测的，请逐条确认"

_PLAIN_FIELDS = tuple(
    column.name
    for column in COLUMNS
    if column.name not in ("site", "seller_name", "quantity_in", "quantity_kept", "quantity_destroyed", "quantity_unit")
)
QUANTITIES = ("quantity_in", "quantity_kept", "quantity_destroyed")

K = TypeVar("K")
V = TypeVar("V")


_Said = tuple[UUID | None, str | None, date, str | None, str | None]
"""Site, stall, day, and the seller's name and code as far as the record gives them."""


class _Remembered(dict[K, V], Generic[K, V]):
    """A function's answers by its argument; forgets all when there are too many."""

    def __init__(self, find: Callable[[K], V]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, key: K) -> V:
        if len(self) > 50_000:
            self.clear()
        value = self._find(key)
        self[key] = value
        return value

    def each(self, keys: Iterable[K]) -> list[V]:
        return list(map(self.__getitem__, keys))


@dataclass(slots=True)
class Batch:
    """Records as they came: values by field, each list as long as the batch, None where nothing was said.

    `errors` are faults already found, by index. `place_of` gives an error its place: row and column, or a pointer.
    `may_be_here` is False for a correction, which says again what is here.
    """

    count: int
    values: Mapping[str, Sequence[Any]]
    same: Mapping[str, Any]
    place_of: Callable[[int, str, str, str], FieldError]
    errors: dict[int, list[FieldError]] = field(default_factory=dict)
    ids: Sequence[UUID] | None = None
    row_numbers: Sequence[int] | None = None
    default_unit: str | None = None
    may_be_here: bool = True

    def column(self, name: str) -> Sequence[Any]:
        return self.values.get(name) or [None] * self.count

    def reject(self, index: int, name: str, message: str, code: str) -> None:
        self.errors.setdefault(index, []).append(self.place_of(index, name, message, code))


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a record that was not simply accepted."""

    outcome: RowOutcome
    test_id: UUID | None
    errors: Sequence[FieldError]


@dataclass(frozen=True, slots=True)
class Taken:
    """The result of a batch. `exceptions` by index; every other record was accepted under `ids[index]`."""

    ids: Sequence[bytes]
    verdicts: Sequence[Judgement]
    exceptions: Mapping[int, Answer]
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Case:
    """An item by a method on a day: what a reading is judged by."""

    item: CatalogueItem | None
    method: Method | None
    limit: Limit | None


class Intake:
    """Takes in the batches of one upload or submission, remembering what it has looked up."""

    def __init__(self, directory: Directory, catalogue: Catalogue, actor_id: UUID) -> None:
        self._directory = directory
        self._actor_id = actor_id
        table = RapidTest.__table__
        assert isinstance(table, Table)
        self._copy = BulkCopy(table)
        self._dry_run_seen: dict[bytes, bytes] = {}
        self._cases: list[_Case] = []
        self._places = _Remembered[str | None, Place | str](self._place_or_reason)
        self._items = _Remembered[str, CatalogueItem | None](catalogue.find)
        self._case_of = _Remembered[tuple[str, str | None, date, str | None], int](self._find_case)
        self._judgement_of = _Remembered[tuple[int, str | None, str | None, str | None], Judgement](self._judge)
        self._day_of = _Remembered[datetime, date](day_of)
        self._minute_of = _Remembered[datetime, str](lambda moment: str(int(moment.timestamp()) // 60))
        self._seller_of = _Remembered[_Said, tuple[str | None, str | None, UUID | None]](self._find_seller)
        self._device_of = _Remembered[tuple[str | None, str | None], tuple[UUID, UUID] | None](self._find_device)
        self._uscc_of = _Remembered[str, str | None](_uscc_or_none)
        self._value_of = _Remembered[str | None, Any](_exact_value)

    @classmethod
    async def open(cls, session: AsyncSession, actor: Actor, default_site: UUID | None) -> "Intake":
        """An intake for what `actor` sends; `default_site` is meant where a record names no site."""
        directory = await Directory.open(session, actor, default_site)
        return cls(directory, await test_items.load_catalogue(session), actor.id)

    async def take(self, session: AsyncSession, batch: Batch, *, dry_run: bool = False) -> Taken:
        """Decide and store one batch in the session's transaction.

        Raises asyncpg's `UniqueViolationError` when another transaction has just stored one of these records; the whole
        batch may then be taken again in a new transaction.
        """
        at = now()
        facts = await self._who_and_where(session, batch, at)
        verdicts = self._what_it_says(batch, facts)
        ids = [given.bytes for given in batch.ids] if batch.ids else uuid7_series(batch.count)
        exceptions = await self._what_is_here_already(session, batch, facts, ids)
        dropped = {
            index for index, answer in exceptions.items() if answer.outcome is not RowOutcome.SUSPECTED_DUPLICATE
        }
        kept = [index not in dropped for index in range(batch.count)] if dropped else None
        suspects = {
            index: answer.test_id
            for index, answer in exceptions.items()
            if answer.outcome is RowOutcome.SUSPECTED_DUPLICATE
        }
        counted = [
            index
            for index in (range(batch.count) if kept is None else compress(range(batch.count), kept))
            if index not in suspects
        ]
        if dry_run:
            self._remember(facts, ids, counted)
        else:
            await self._store(session, batch, facts, ids, kept, suspects, at)
            await figures.record_tests(session, _tallies(facts, counted))
            positives = [UUID(bytes=ids[i]) for i in counted if facts["verdict"][i] is Verdict.SUSPECTED_POSITIVE]
            if positives:
                await whistles.blow(session, await repository.tests_by_id(session, positives), at=at)
        return Taken(ids, verdicts, exceptions, _counts(batch.count, exceptions, facts, counted))

    async def _who_and_where(self, session: AsyncSession, batch: Batch, at: datetime) -> dict[str, Sequence[Any]]:
        """Site, region, seller, device and day of each record; faults go to `batch.errors`."""
        facts: dict[str, Sequence[Any]] = {}
        places = self._places.each(batch.column("site"))
        for index, place in enumerate(places):
            if isinstance(place, str):
                batch.reject(index, "site", place, "site")
        fallback = next((place for place in places if isinstance(place, Place)), None)
        known = [place if isinstance(place, Place) else fallback for place in places]
        facts["site_id"] = [place and place.id for place in known]
        facts["region_code"] = [place and place.region_code for place in known]
        moments = [moment or at for moment in batch.column("tested_at")]
        facts["tested_at"] = moments
        facts["tested_on"] = self._day_of.each(moment.replace(minute=0, second=0, microsecond=0) for moment in moments)
        latest = at + CLOCK_SKEW
        if max(moments) > latest or min(facts["tested_on"]) < EARLIEST:
            for index, moment in enumerate(moments):
                if moment > latest:
                    batch.reject(index, "tested_at", "检测时间在将来，请核对日期", "future")
                elif facts["tested_on"][index] < EARLIEST:
                    batch.reject(index, "tested_at", f"检测时间早于 {EARLIEST}，请核对日期", "past")
        await self._sellers(session, batch, facts)
        await self._devices(session, batch, facts)
        return facts

    async def _sellers(self, session: AsyncSession, batch: Batch, facts: dict[str, Sequence[Any]]) -> None:
        """The seller as printed; what is missing is filled in from the stall's registered seller of that day."""
        usccs = [licence and self._uscc_of[licence] for licence in batch.column("seller_licence")]
        await self._directory.prepare_stalls(session, {site for site in set(facts["site_id"]) if site})
        await self._directory.prepare_businesses(session, {uscc for uscc in set(usccs) if uscc})

        sellers = self._seller_of.each(
            zip(
                facts["site_id"],
                batch.column("stall_number"),
                facts["tested_on"],
                batch.column("seller_name"),
                usccs,
                strict=True,
            )
        )
        facts["seller_name"], facts["seller_uscc"], facts["seller_business_id"] = zip(*sellers, strict=True)

    async def _devices(self, session: AsyncSession, batch: Batch, facts: dict[str, Sequence[Any]]) -> None:
        if "device_serial" not in batch.values or "device_maker" not in batch.values:
            return
        numbers = list(zip(batch.column("device_maker"), batch.column("device_serial"), strict=True))
        await self._directory.prepare_devices(session, {pair for pair in set(numbers) if all(pair)})
        found = self._device_of.each(numbers)
        facts["device_id"] = [device and device[0] for device in found]
        for index, (device, site) in enumerate(zip(found, facts["site_id"], strict=True)):
            if device and site and device[1] != site:
                message = "这台仪器登记在别的检测点；搬动过的请先在仪器登记中更改检测点"
                batch.reject(index, "device_serial", message, "device_elsewhere")

    def _what_it_says(self, batch: Batch, facts: dict[str, Sequence[Any]]) -> list[Judgement]:
        units = batch.column("unit")
        if batch.default_unit:
            units = [unit or batch.default_unit for unit in units]
        items = [item or "" for item in batch.column("printed_item")]
        cases = self._case_of.each(
            zip(items, batch.column("printed_method"), facts["tested_on"], batch.column("food_category"), strict=True)
        )
        verdicts = self._judgement_of.each(
            zip(cases, batch.column("printed_value"), units, batch.column("printed_result"), strict=True)
        )
        by_case = [self._cases[case] for case in cases]
        facts["item_code"] = [case.item and case.item.code for case in by_case]
        facts["method"] = [case.method for case in by_case]
        facts["threshold_id"] = [case.limit and case.limit.id for case in by_case]
        facts["verdict"] = [judgement.verdict for judgement in verdicts]
        facts["verdict_reason"] = [judgement.reason for judgement in verdicts]
        facts["unit"] = units
        facts["value"] = self._value_of.each(batch.column("printed_value"))
        return verdicts

    async def _what_is_here_already(
        self, session: AsyncSession, batch: Batch, facts: dict[str, Sequence[Any]], ids: Sequence[bytes]
    ) -> dict[int, Answer]:
        """Answers for rejected, duplicate and suspected duplicate records; the keys of all go to `facts`."""
        exceptions = {index: Answer(RowOutcome.REJECTED, None, errors) for index, errors in batch.errors.items()}
        keys = facts["record_key"] = self._record_keys(batch)
        hashes = facts["content_hash"] = self._content_hashes(batch, facts, keys)
        if not batch.may_be_here:
            return exceptions
        open_rows = [index for index in range(batch.count) if index not in exceptions]
        if batch.ids:
            seen = await repository.known_ids(session, [batch.ids[index] for index in open_rows])
            for index in open_rows:
                if batch.ids[index] in seen:
                    exceptions[index] = _same(RowOutcome.DUPLICATE, ids[index], batch, index, "这条记录已收下")
                seen.add(batch.ids[index])
            open_rows = [index for index in open_rows if index not in exceptions]
        for identities, find, outcome, message in (
            (keys, repository.tests_by_record, RowOutcome.DUPLICATE, SAME_RECORD),
            (hashes, repository.tests_by_content, RowOutcome.SUSPECTED_DUPLICATE, SAME_CONTENT),
        ):
            identified = [(index, identity) for index in open_rows if (identity := identities[index])]
            if not identified:
                continue
            found = await find(session, [identity for _, identity in identified])
            first = {identity: test_id.bytes for identity, test_id in found.items()} | self._dry_run_seen
            for index, identity in identified:
                if (test_id := first.setdefault(identity, ids[index])) != ids[index]:
                    exceptions[index] = _same(outcome, test_id, batch, index, message)
        return exceptions

    def _record_keys(self, batch: Batch) -> list[bytes | None]:
        if not {"device_maker", "device_serial", "device_record_id"} <= batch.values.keys():
            return [None] * batch.count
        parts = zip(
            batch.values["device_maker"],
            batch.values["device_serial"],
            batch.values["device_record_id"],
            strict=True,
        )
        return [
            record_key(maker, serial, record) if maker and serial and record else None
            for maker, serial, record in parts
        ]

    def _content_hashes(
        self, batch: Batch, facts: Mapping[str, Sequence[Any]], keys: Sequence[bytes | None]
    ) -> list[bytes | None]:
        if all(keys):
            return [None] * batch.count
        texts = (
            [str(site) for site in facts["site_id"]],
            batch.column("stall_number"),
            [
                code or printed or ""
                for code, printed in zip(facts["item_code"], batch.column("printed_item"), strict=True)
            ],
            batch.column("product_name"),
            self._minute_of.each(facts["tested_at"]),
            batch.column("printed_value"),
            facts["unit"],
            batch.column("printed_result"),
            batch.column("device_maker"),
            batch.column("device_serial"),
        )
        filled = ([part or "" for part in column] for column in texts)
        rows = zip(*filled, strict=True)
        return [None if key else content_hash(*parts) for key, parts in zip(keys, rows, strict=True)]

    async def _store(
        self,
        session: AsyncSession,
        batch: Batch,
        facts: Mapping[str, Sequence[Any]],
        ids: Sequence[bytes],
        kept: Sequence[bool] | None,
        suspects: Mapping[int, UUID | None],
        at: datetime,
    ) -> None:
        columns: dict[str, Sequence[Any]] = {"id": ids}
        columns |= {name: batch.values[name] for name in _PLAIN_FIELDS if name in batch.values}
        columns |= facts
        columns |= _quantities(batch)
        if batch.row_numbers is not None:
            columns["row_number"] = batch.row_numbers
        same: dict[str, Any] = dict(batch.same) | {"recorded_at": at, "recorded_by": self._actor_id}
        if suspects:
            columns["suspected_duplicate_of"] = [suspects.get(index) for index in range(batch.count)]
            columns["counted_at"] = [None if index in suspects else at for index in range(batch.count)]
        else:
            same["counted_at"] = at
        count = batch.count
        if kept is not None:
            columns = {name: list(compress(values, kept)) for name, values in columns.items()}
            count = sum(kept)
        if count:
            await self._copy.write(session, columns, same, count)

    def _remember(self, facts: Mapping[str, Sequence[Any]], ids: Sequence[bytes], counted: Sequence[int]) -> None:
        """A dry run stores nothing, and still finds the second of two equal rows in a file."""
        for index in counted:
            key = facts["record_key"][index] or facts["content_hash"][index]
            self._dry_run_seen[key] = ids[index]

    def _place_or_reason(self, printed: str | None) -> Place | str:
        try:
            return self._directory.place(printed)
        except ValueError as error:
            return str(error)

    def _find_seller(self, said: _Said) -> tuple[str | None, str | None, UUID | None]:
        site, stall, day, name, uscc = said
        registered = self._directory.seller_at(site, stall, day) if site and stall else None
        if uscc and (business := self._directory.business(uscc)):
            return name or business[1], uscc, business[0]
        if registered and (not uscc or uscc == registered.uscc) and (not name or name == registered.name):
            return name or registered.name, uscc or registered.uscc, registered.business_id
        return name, uscc, None

    def _find_device(self, number: tuple[str | None, str | None]) -> tuple[UUID, UUID] | None:
        maker, serial = number
        return self._directory.device(maker, serial) if maker and serial else None

    def _find_case(self, said: tuple[str, str | None, date, str | None]) -> int:
        printed_item, printed_method, day, category = said
        item = self._items[printed_item]
        method = method_named(printed_method)
        limit = item.limit_for(method, day, category) if item else None
        case = _Case(item, method, limit)
        for number, known in enumerate(self._cases):
            if known == case:
                return number
        self._cases.append(case)
        return len(self._cases) - 1

    def _judge(self, said: tuple[int, str | None, str | None, str | None]) -> Judgement:
        number, value, unit, result = said
        case = self._cases[number]
        return judge(Reading(result, value, unit, case.method), item_known=case.item is not None, limit=case.limit)


def _same(outcome: RowOutcome, test_id: bytes, batch: Batch, index: int, message: str) -> Answer:
    return Answer(outcome, UUID(bytes=test_id), [batch.place_of(index, "", message, outcome.value)])


def _quantities(batch: Batch) -> dict[str, Sequence[Any]]:
    """Numbers of the quantities; a unit behind a number is used where the record names none."""
    columns: dict[str, Sequence[Any]] = {}
    units = list(batch.column("quantity_unit"))
    for name in QUANTITIES:
        if name in batch.values:
            pairs = batch.values[name]
            columns[name] = [pair and pair[0] for pair in pairs]
            units = [unit or (pair and pair[1]) for unit, pair in zip(units, pairs, strict=True)]
    if any(units):
        columns["quantity_unit"] = units
    return columns


def _tallies(facts: Mapping[str, Sequence[Any]], counted: Sequence[int]) -> list[Tally]:
    rows = list(zip(facts["region_code"], facts["tested_on"], facts["item_code"], facts["verdict"], strict=True))
    groups: dict[tuple[str, date, str | None], Counter[Verdict]] = {}
    for (region, day, item, verdict), number in Counter(map(rows.__getitem__, counted)).items():
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


def _counts(
    count: int, exceptions: Mapping[int, Answer], facts: Mapping[str, Sequence[Any]], counted: Sequence[int]
) -> dict[str, int]:
    outcomes = Counter(answer.outcome for answer in exceptions.values())
    verdicts = Counter(map(facts["verdict"].__getitem__, counted))
    return {
        "accepted": count - len(exceptions),
        "duplicate": outcomes[RowOutcome.DUPLICATE],
        "suspected_duplicate": outcomes[RowOutcome.SUSPECTED_DUPLICATE],
        "rejected": outcomes[RowOutcome.REJECTED],
        "positives": verdicts[Verdict.SUSPECTED_POSITIVE],
        "instrument_errors": verdicts[Verdict.INSTRUMENT_ERROR],
        "undetermined": verdicts[Verdict.UNDETERMINED],
    }


def _uscc_or_none(licence: str) -> str | None:
    try:
        return check_uscc(licence)
    except ValueError:
        return None


def _exact_value(printed: str | None) -> Any:
    measured = measured_in(printed)
    return measured.number if measured and not measured.sign else None
