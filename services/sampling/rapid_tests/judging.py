"""Judging a batch: who and where, what each record says, and by what it would be known again. No I/O.

Rows of a market repeat themselves. What a few printed cells come to is therefore worked out once for each distinct
combination, as a tuple of columns that `shared.copying` also encodes once. Ids stand in these tuples as 16 bytes, codes
as plain text: hashing a UUID or an enum member a hundred thousand times takes longer than all the judging.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID

from services.sampling.rapid_tests.batches import Batch
from services.sampling.rapid_tests.directory import Directory, Instrument, Place, uscc_of
from services.sampling.rapid_tests.rules import (
    Finding,
    Reading,
    content_hash,
    judge,
    measured_in,
    method_named,
    plain_value,
    record_key,
)
from services.sampling.test_items.rules import Catalogue, Limit
from shared.copying import Columns
from shared.ids import uuid7_series
from shared.times import day_of, start_of_day

EARLIEST = date(2009, 6, 1)  # 食品安全法 came into force; an earlier date is a slip of the pen
CLOCK_SKEW = timedelta(hours=1)
_REMEMBERED = 10_000

K = TypeVar("K")
V = TypeVar("V")


class Where(NamedTuple):
    """Site and seller of a record, as stored."""

    site_id: bytes | None
    region_code: str | None
    stall_number: str | None
    seller_name: str | None
    seller_licence: str | None
    seller_uscc: str | None
    seller_business_id: bytes | None


class Device(NamedTuple):
    """The device of a record, as stored."""

    device_maker: str | None
    device_serial: str | None
    device_id: bytes | None


class Case(NamedTuple):
    """An item by a method: what a reading is judged by, as stored."""

    printed_item: str | None
    item_code: str | None
    printed_method: str | None
    method: str | None
    food_category: str | None
    threshold_id: bytes | None


@dataclass(frozen=True, slots=True)
class Judged:
    """A batch and what was made of it, record by record; what is wrong with a record stands in `batch.errors`."""

    batch: Batch
    at: datetime
    ids: Sequence[bytes]
    wheres: Sequence[Where]
    devices: Sequence[Device]
    cases: Sequence[Case]
    findings: Sequence[Finding]
    moments: Sequence[datetime]
    days: Sequence[date]
    record_keys: Sequence[bytes | None]
    content_hashes: Sequence[bytes | None]

    @property
    def columns(self) -> Columns:
        """What was worked out, by the columns in which it is stored."""
        return {
            "id": self.ids,
            Where._fields: self.wheres,
            Device._fields: self.devices,
            Case._fields: self.cases,
            Finding._fields: self.findings,
            "tested_at": self.moments,
            "tested_on": self.days,
            "record_key": self.record_keys,
            "content_hash": self.content_hashes,
        }


class _Remembered(dict[K, V], Generic[K, V]):
    """A function's answers by its argument; forgets all when there are too many."""

    def __init__(self, find: Callable[[K], V]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, key: K) -> V:
        if len(self) > _REMEMBERED:
            self.clear()
        value = self._find(key)
        self[key] = value
        return value

    def each(self, keys: Iterable[K]) -> list[V]:
        return list(map(self.__getitem__, keys))


class Judge:
    """Judges the batches of one upload or submission; `directory` must have looked up what a batch names."""

    def __init__(self, directory: Directory, catalogue: Catalogue) -> None:
        self._directory = directory
        self._catalogue = catalogue
        self._limits: dict[bytes | None, Limit] = {}
        self._fault_of_site = _Remembered[str | None, str | None](self._find_fault_of_site)
        self._where_of = _Remembered[tuple[str | None, str | None, date, str | None, str | None], Where](
            self._find_where
        )
        self._device_of = _Remembered[tuple[str | None, str | None], tuple[Device, Instrument | None]](
            self._find_device
        )
        self._case_of = _Remembered[tuple[str | None, str | None, date, str | None], Case](self._find_case)
        self._finding_of = _Remembered[tuple[Case, str | None, str | None, str | None], Finding](self._find)
        self._day_of = _Remembered[datetime, date](day_of)

    def judge(self, batch: Batch, at: datetime) -> Judged:
        """Judge each record; `at` stands for a time that a record does not give."""
        _check_moments(batch, "sampled_at", "抽样时间", at)
        moments = _check_moments(batch, "tested_at", "检测时间", at)
        days = self._day_of.each(moments)
        wheres = self._wheres(batch, days)
        devices = self._devices(batch, wheres)
        cases = self._case_of.each(
            _rows(batch.column("printed_item"), batch.column("printed_method"), days, batch.column("food_category"))
        )
        units = batch.column("unit")
        if batch.default_unit:
            units = [unit or batch.default_unit for unit in units]
        findings = self._finding_of.each(
            _rows(cases, batch.column("printed_value"), units, batch.column("printed_result"))
        )
        keys = _record_keys(batch, wheres)
        return Judged(
            batch=batch,
            at=at,
            ids=[given.bytes for given in batch.ids] if batch.ids else uuid7_series(batch.count),
            wheres=wheres,
            devices=devices,
            cases=cases,
            findings=findings,
            moments=moments,
            days=days,
            record_keys=keys,
            content_hashes=_content_hashes(batch, keys, wheres, cases, findings, moments),
        )

    def _wheres(self, batch: Batch, days: Sequence[date]) -> list[Where]:
        sites = batch.column("site")
        faults = self._fault_of_site.each(sites)
        if any(faults):
            for index, fault in enumerate(faults):
                if fault:
                    batch.reject(index, "site", fault, "site")
        stalls, names, licences = (batch.column(name) for name in ("stall_number", "seller_name", "seller_licence"))
        return self._where_of.each(_rows(sites, stalls, days, names, licences))

    def _devices(self, batch: Batch, wheres: Sequence[Where]) -> list[Device]:
        found = self._device_of.each(_rows(batch.column("device_maker"), batch.column("device_serial")))
        for index, ((_, registered), where) in enumerate(zip(found, wheres, strict=True)):
            if registered and where.site_id and registered.site_id.bytes != where.site_id:
                message = "这台仪器登记在别的检测点；搬动过的请先在仪器登记中更改检测点"
                batch.reject(index, "device_serial", message, "device_elsewhere")
            if (fault := _fault_of_signer(batch, registered)) is not None:
                batch.reject(index, "device_serial", *fault)
        return [device for device, _ in found]

    def _find_fault_of_site(self, printed: str | None) -> str | None:
        try:
            self._directory.place(printed)
        except ValueError as error:
            return str(error)
        return None

    def _find_where(self, said: tuple[str | None, str | None, date, str | None, str | None]) -> Where:
        """The seller as printed; what is missing is filled in from the stall's registered seller of that day."""
        site, stall, day, name, licence = said
        place = self._place(site)
        uscc = uscc_of(licence)
        business_id: UUID | None = None
        registered = self._directory.seller_at(place.id, stall, day) if place and stall else None
        if uscc and (business := self._directory.business(uscc)):
            business_id, name = business[0], name or business[1]
        elif registered and (not uscc or uscc == registered.uscc) and (not name or name == registered.name):
            business_id, name, uscc = registered.business_id, name or registered.name, uscc or registered.uscc
        return Where(
            site_id=_bytes(place.id if place else None),
            region_code=place.region_code if place else None,
            stall_number=stall,
            seller_name=name,
            seller_licence=licence,
            seller_uscc=uscc,
            seller_business_id=_bytes(business_id),
        )

    def _place(self, printed: str | None) -> Place | None:
        return None if self._fault_of_site[printed] else self._directory.place(printed)

    def _find_device(self, number: tuple[str | None, str | None]) -> tuple[Device, Instrument | None]:
        maker, serial = number
        registered = self._directory.device(maker, serial) if maker and serial else None
        return Device(maker, serial, _bytes(registered.id if registered else None)), registered

    def _find_case(self, said: tuple[str | None, str | None, date, str | None]) -> Case:
        printed_item, printed_method, day, category = said
        item = self._catalogue.find(printed_item or "")
        method = method_named(printed_method)
        limit = item.limit_for(method, day, category) if item else None
        threshold_id = _bytes(limit.id if limit else None)
        if limit:
            self._limits[threshold_id] = limit
        return Case(
            printed_item=printed_item,
            item_code=item.code if item else None,
            printed_method=printed_method,
            method=method.value if method else None,
            food_category=category,
            threshold_id=threshold_id,
        )

    def _find(self, said: tuple[Case, str | None, str | None, str | None]) -> Finding:
        case, value, unit, result = said
        reading = Reading(result, value, unit, method_named(case.printed_method))
        judgement = judge(reading, item_known=case.item_code is not None, limit=self._limits.get(case.threshold_id))
        measured = measured_in(value)
        return Finding(
            printed_value=value,
            value=measured.number if measured and not measured.sign else None,
            unit=unit,
            printed_result=result,
            verdict=judgement.verdict.value,
            verdict_reason=judgement.reason,
        )


def _rows(*columns: Sequence[Any]) -> Iterable[tuple[Any, ...]]:
    return zip(*columns, strict=True)


def _bytes(identifier: UUID | None) -> bytes | None:
    return identifier.bytes if identifier else None


def _check_moments(batch: Batch, name: str, label: str, at: datetime) -> list[datetime]:
    """The moments of a column; `at` stands for one that is missing or out of reach, and the latter is rejected.

    They are compared before anything is made of them: the year 1 or 9999 has no time in another zone.
    """
    moments = [moment or at for moment in batch.column(name)]
    earliest, latest = start_of_day(EARLIEST), at + CLOCK_SKEW
    if max(moments) > latest or min(moments) < earliest:
        for index, moment in enumerate(moments):
            if moment > latest:
                batch.reject(index, name, f"{label}在将来，请核对日期", "future")
            elif moment < earliest:
                batch.reject(index, name, f"{label}早于 {EARLIEST}，请核对日期", "past")
            else:
                continue
            moments[index] = at
    return moments


def _fault_of_signer(batch: Batch, registered: Instrument | None) -> tuple[str, str] | None:
    """Words and code where a record must not come as it did: a signature speaks for its own device and nothing else,
    and a device that signs is never spoken for by others. A person's correction stands under his own name.
    """
    if batch.signed_by is not None and (registered is None or registered.id != batch.signed_by):
        return "签名的是另一台仪器；一次提交里只能是签名的那台仪器的记录", "device_not_signer"
    if batch.signed_by is None and registered is not None and registered.signs and batch.may_be_here:
        return "这台仪器登记了签名的密钥，它的记录须由它签名送来；有误的请更正已收下的记录", "signature_required"
    return None


def _record_keys(batch: Batch, wheres: Sequence[Where]) -> list[bytes | None]:
    if not {"device_maker", "device_serial", "device_record_id"} <= batch.values.keys():
        return [None] * batch.count
    parts = _rows(wheres, *(batch.values[name] for name in ("device_maker", "device_serial", "device_record_id")))
    return [
        record_key(where.site_id, maker, serial, record) if where.site_id and maker and serial and record else None
        for where, maker, serial, record in parts
    ]


def _content_hashes(
    batch: Batch,
    keys: Sequence[bytes | None],
    wheres: Sequence[Where],
    cases: Sequence[Case],
    findings: Sequence[Finding],
    moments: Sequence[datetime],
) -> list[bytes | None]:
    if all(keys):
        return [None] * batch.count
    products, makers, serials = (batch.column(name) for name in ("product_name", "device_maker", "device_serial"))
    return [
        None
        if key
        else content_hash(
            (where.site_id or b"").hex(),
            where.stall_number,
            case.item_code or case.printed_item,
            product,
            str(int(moment.timestamp()) // 60),
            plain_value(finding.value, finding.printed_value),
            finding.unit,
            finding.printed_result,
            maker,
            serial,
        )
        for key, where, case, finding, product, moment, maker, serial in _rows(
            keys, wheres, cases, findings, products, moments, makers, serials
        )
    ]
