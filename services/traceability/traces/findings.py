"""What a trace says against the records: links that nobody recorded, amounts and ways that cannot be. Pure."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple
from uuid import UUID

from services.traceability.code_scans.rules import Place as Spot
from services.traceability.code_scans.rules import distance_km
from services.traceability.epcis_events.keys import gln_key, is_instance, kind_of
from services.traceability.productions.rules import Bands, outside
from services.traceability.traces.custody import (
    RETAIL_STEPS,
    VOID_SHIPPING,
    Balance,
    Contents,
    Flow,
    Movement,
    Place,
    TraceEvent,
    Yield,
)
from services.traceability.traces.limits import Limit, Limits
from shared.contracts.traceability import UNIT_LABELS
from shared.times import in_words

_GEO = re.compile(r"geo:(-?\d{1,2}(?:\.\d{1,12})?),(-?\d{1,3}(?:\.\d{1,12})?)(?:[,;].*)?", re.ASCII)


CLOCKS_DIFFER = timedelta(hours=1)


class FindingKind(StrEnum):
    NOT_RECEIVED = "not_received"
    NOT_SHIPPED = "not_shipped"
    UNKNOWN_ORIGIN = "unknown_origin"
    NO_PLACE = "no_place"
    AHEAD = "ahead_of_record"
    OVERSOLD = "oversold"
    YIELD = "yield"
    WASTAGE = "wastage"
    TRAVEL = "impossible_travel"
    CERTIFICATE = "copied_certificate"
    VOID = "void_beside_record"

    @property
    def label(self) -> str:
        return _KINDS[self]

    @property
    def is_gap(self) -> bool:
        """Whether somebody has not recorded what he had to."""
        return self in (
            FindingKind.NOT_RECEIVED,
            FindingKind.NOT_SHIPPED,
            FindingKind.UNKNOWN_ORIGIN,
            FindingKind.NO_PLACE,
        )


_KINDS = {
    FindingKind.NOT_RECEIVED: "发出后没有人登记收货",
    FindingKind.NOT_SHIPPED: "收货有登记，供货者没有登记发货",
    FindingKind.UNKNOWN_ORIGIN: "来源没有登记",
    FindingKind.NO_PLACE: "记录没有写明地点",
    FindingKind.AHEAD: "发生的时间写在登记之后",
    FindingKind.OVERSOLD: "用出、卖出多于购进、产出",
    FindingKind.YIELD: "产出与投入不相称",
    FindingKind.WASTAGE: "损耗、销毁过多",
    FindingKind.TRAVEL: "短时间内出现在相距很远的地方",
    FindingKind.CERTIFICATE: "同一份证明用于不同批次",
    FindingKind.VOID: "登记了发货作废，票据没有作废",
}


class Finding(NamedTuple):
    """`holder_key` is who has to explain it, where that is known."""

    kind: FindingKind
    says: str
    at: datetime
    keys: tuple[str, ...]
    holder_key: str | None
    event_ids: tuple[str, ...]


_OF_ALL_RECORDS = (
    FindingKind.NOT_RECEIVED,
    FindingKind.NOT_SHIPPED,
    FindingKind.UNKNOWN_ORIGIN,
    FindingKind.OVERSOLD,
    FindingKind.WASTAGE,
    FindingKind.VOID,
)
"""Kinds that say what is not on record: only who sees all records of a holder can tell."""


def tellable(found: Iterable[Finding], in_part: Collection[str], shared: Collection[str]) -> Iterator[Finding]:
    """The findings that the reader can make who sees these holders, by their keys, only in part, and of these events,
    by their ids, only what they share with his.
    """
    for one in found:
        hidden = one.holder_key in in_part or not set(one.event_ids).isdisjoint(shared)
        if not (hidden and one.kind in _OF_ALL_RECORDS):
            yield one


def broken_links(moves: Sequence[Movement], contents: Contents, limits: Limits, as_of: datetime) -> Iterator[Finding]:
    """Consignments without a receipt, and receipts without a consignment.

    Each receipt answers one consignment: of the same thing, of what lay in it or of what it lay in, at the place to
    which it was sent where that is told, else with anybody else; not before it was sent.
    """
    named = [move for move in moves if move.key in move.event.keys]
    receipts: dict[str, list[Movement]] = defaultdict(list)
    for move in sorted(named, key=_when):
        if move.flow is Flow.RECEIVED:
            receipts[move.key].append(move)
    answered: set[tuple[str, str]] = set()
    patience = timedelta(hours=float(limits.of(Limit.RECEIPT)))
    voids = [move for move in named if move.event.step == VOID_SHIPPING]
    gone = [m for m in named if m.flow is Flow.SOLD or (m.flow is Flow.SHIPPED and m.event.step != VOID_SHIPPING)]
    for sent in sorted(gone, key=_when):
        event = sent.event
        at = event.head.at
        kin = [sent.key, *(inner.key for inner in contents.at(sent.key, at)), *sorted(contents.around(sent.key, at))]
        found = [
            receipt
            for key in kin
            for receipt in receipts.get(key, ())
            if (receipt.event.head.event_id, receipt.key) not in answered and _answers(receipt.event, event)
        ]
        if found:
            first = min(found, key=_when)
            same = [one for one in found if one.event is first.event]
            answered |= {(one.event.head.event_id, one.key) for one in same}
        elif event.step in RETAIL_STEPS:
            continue
        elif (void := _void_of(sent, voids)) is not None:
            voids.remove(void)
        elif as_of - at > patience:
            to = "、".join(event.destinations)
            yield Finding(
                FindingKind.NOT_RECEIVED,
                f"{in_words(at)}{_who(event)}发出{f'，收货方 {to}' if to else ''}，"
                f"{limits.of(Limit.RECEIPT):f} 小时内没有收货登记",
                at,
                (sent.key,),
                event.holder.key if event.holder else None,
                (event.head.event_id,),
            )
    for own in receipts.values():
        for receipt in own:
            if (receipt.event.head.event_id, receipt.key) not in answered:
                source = "、".join(receipt.event.sources)
                yield Finding(
                    FindingKind.NOT_SHIPPED,
                    f"{in_words(receipt.event.head.at)}{_who(receipt.event)}登记收货"
                    f"{f'，供货方 {source}' if source else '，供货方没有写明或不在平台上'}；没有对应的发货登记",
                    receipt.event.head.at,
                    (receipt.key,),
                    receipt.event.holder.key if receipt.event.holder else None,
                    (receipt.event.head.event_id,),
                )


def idle_voids(voids: Iterable[TraceEvent]) -> Iterator[Finding]:
    """Voids that take nothing back, as what was sent stands in a record."""
    for void in voids:
        yield Finding(
            FindingKind.VOID,
            f"{in_words(void.head.at)}{_who(void)}登记了发货作废，货是凭票据发出的，票据没有作废；发货仍按票据计",
            void.head.at,
            tuple(sorted(void.keys)),
            void.holder.key if void.holder else None,
            (void.head.event_id,),
        )


def _unit(code: str) -> str:
    return UNIT_LABELS.get(code, code)


def _when(move: Movement) -> tuple[datetime, str]:
    return move.event.head.at, move.event.head.event_id


def _void_of(sent: Movement, voids: Sequence[Movement]) -> Movement | None:
    """What took this consignment back: one of as much of it by the same holder, else any of his."""
    own = [
        void
        for void in voids
        if void.key == sent.key and void.event.holder == sent.event.holder and void.event.head.at >= sent.event.head.at
    ]
    as_much = [void for void in own if void.amount is not None and void.amount == -(sent.amount or 0)]
    return next(iter([*as_much, *own]), None)


def _answers(receipt: TraceEvent, sent: TraceEvent) -> bool:
    """Whether a receipt is of what was sent. Over the counter nobody is named: it counts for whoever took it in under
    the same ticket, and where one of them names none, for whoever names the shop.
    """
    if sent.tickets and receipt.tickets:
        return bool(sent.tickets & receipt.tickets)
    if receipt.head.at < sent.head.at:
        return False
    if sent.step in RETAIL_STEPS:
        place = {sent.holder.key.partition(":")[2] if sent.holder else "", gln_key(sent.head.place or "")} - {""}
        return bool(place & set(receipt.sources))
    if receipt.holder is None:
        return True
    if sent.destinations:
        own = {receipt.holder.key.partition(":")[2], gln_key(receipt.head.place or "")}
        return bool(own & set(sent.destinations)) or not receipt.head.place
    return sent.holder is None or receipt.holder.key != sent.holder.key


def _who(event: TraceEvent) -> str:
    return f" {event.holder.name}" if event.holder and event.holder.name else "（未写明是谁）"


def unknown_origins(things: Iterable[str], moves: Sequence[Movement]) -> Iterator[Finding]:
    """Things of which no record says that they were produced, or first came into being.

    Of what is first seen as a receipt that answers no consignment, that is said already: it is one gap, not two.
    """
    own: dict[str, list[Movement]] = defaultdict(list)
    for move in moves:
        own[move.key].append(move)
    for key in sorted(things):
        if own.get(key) and not any(move.flow is Flow.PRODUCED for move in own[key]):
            earliest = min(own[key], key=_when)
            if earliest.flow is Flow.RECEIVED:
                continue
            first = earliest.event
            yield Finding(
                FindingKind.UNKNOWN_ORIGIN,
                f"最早的记录是 {in_words(first.head.at)}{_who(first)}的，之前从哪里来没有人登记",
                first.head.at,
                (key,),
                first.holder.key if first.holder else None,
                (first.head.event_id,),
            )


def without_place(events: Iterable[TraceEvent]) -> Iterator[Finding]:
    for event in events:
        if event.head.place is None:
            yield Finding(
                FindingKind.NO_PLACE,
                f"{in_words(event.head.at)}的记录没有写明在哪里",
                event.head.at,
                tuple(sorted(event.keys))[:5],
                event.holder.key if event.holder else None,
                (event.head.event_id,),
            )


def ahead_of_their_record(events: Iterable[TraceEvent]) -> Iterator[Finding]:
    """Events told before they took place: a clock is wrong, or somebody does not want them to be found."""
    for event in events:
        head = event.head
        if head.at - head.recorded_at > CLOCKS_DIFFER:
            yield Finding(
                FindingKind.AHEAD,
                f"{in_words(head.recorded_at)}登记的事件，发生时间写作 {in_words(head.at)}{_who(event)}；"
                "请核对终端的时钟",
                head.at,
                tuple(sorted(event.keys))[:5],
                event.holder.key if event.holder else None,
                (head.event_id,),
            )


def wrong_amounts(many: Iterable[Balance], limits: Limits) -> Iterator[Finding]:
    """More went out than came in, or too much was lost. Where an amount is not told, nothing is said."""
    for one in many:
        if one.untold or one.last_at is None:
            continue
        product, came, went = kind_of(one.key), one.taken_in, one.given_out
        if went > came * (1 + limits.of(Limit.TOLERANCE, product)):
            yield _about(one, FindingKind.OVERSOLD, f"购进、产出 {came:f}，用出、卖出 {went:f} {_unit(one.unit)}")
        lost = one.flows.get(Flow.LOST, Decimal(0))
        if came and lost > came * limits.of(Limit.WASTAGE_HIGH, product):
            yield _about(one, FindingKind.WASTAGE, f"购进、产出 {came:f}，损耗、销毁 {lost:f} {_unit(one.unit)}")


def _about(balance: Balance, kind: FindingKind, says: str) -> Finding:
    assert balance.last_at is not None
    holder = balance.holder
    return Finding(
        kind, f"{holder.name}：{says}", balance.last_at, (balance.key,), holder.key, tuple(balance.event_ids)
    )


def wrong_yields(many: Iterable[Yield], processes: Mapping[UUID, str], bands: Bands) -> Iterator[Finding]:
    """Yields to ask about; `processes` by the events of which it is known."""
    for one in many:
        event = one.event
        product = next((kind for key in one.outputs if (kind := kind_of(key))), None)
        band = bands.of(processes.get(event.head.id), product)
        percent = 100 * one.ratio
        if band is None or not outside(percent, band):
            continue
        yield Finding(
            FindingKind.YIELD,
            f"{in_words(event.head.at)}{_who(event)}投入 {one.put_in:f}，产出 {one.came_out:f} {_unit(one.unit)}，"
            f"出品率 {percent:.2f}%，通常在 {band.least:f}% 至 {band.most:f}% 之间",
            event.head.at,
            one.outputs[:5],
            event.holder.key if event.holder else None,
            (event.head.event_id,),
        )


def impossible_travel(events: Sequence[TraceEvent], places: Mapping[str, Place], limits: Limits) -> Iterator[Finding]:
    """One thing at two places between which it cannot have come in the time. Lots may be in many places at once."""
    own: dict[str, list[tuple[TraceEvent, Spot]]] = defaultdict(list)
    for event in sorted(events, key=lambda one: (one.head.at, one.head.event_id)):
        spot = _spot(event.head.place, places)
        if spot is not None:
            for key in event.keys:
                if is_instance(key):
                    own[key].append((event, spot))
    for key, many in sorted(own.items()):
        for (one, here), (other, there) in pairwise(many):
            away = distance_km(here, there)
            hours = (other.head.at - one.head.at).total_seconds() / 3600
            if away >= limits.of(Limit.DISTANCE) and away > float(limits.of(Limit.SPEED)) * hours:
                yield Finding(
                    FindingKind.TRAVEL,
                    f"{in_words(one.head.at)}与 {in_words(other.head.at)}出现在相距约 {away:.0f} 公里的两地，"
                    f"快过每小时 {limits.of(Limit.SPEED):f} 公里；编号可能被复制",
                    other.head.at,
                    (key,),
                    other.holder.key if other.holder else None,
                    (one.head.event_id, other.head.event_id),
                )


def _spot(place: str | None, places: Mapping[str, Place]) -> Spot | None:
    if place is None:
        return None
    if (found := _GEO.fullmatch(place)) is not None:
        latitude, longitude = Decimal(found[1]), Decimal(found[2])
        return Spot(latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None
    known = places.get(gln_key(place))
    return Spot(*known.coordinates) if known is not None and known.coordinates is not None else None


def copied_certificates(cited: Iterable[tuple[str, TraceEvent]]) -> Iterator[Finding]:
    """A certificate is of one batch: cited where different batches came into being, it was used again."""
    batches: dict[str, dict[str, TraceEvent]] = defaultdict(dict)
    for certificate, event in sorted(cited, key=lambda one: (one[1].head.at, one[1].head.event_id)):
        if event.head.event_type == "ObjectEvent" and event.head.action == "ADD":
            for thing in event.things:
                batches[certificate].setdefault(_batch(thing.key), event)
    for certificate, own in sorted(batches.items()):
        if len(own) > 1:
            last = list(own.values())[-1]
            yield Finding(
                FindingKind.CERTIFICATE,
                f"证明 {certificate} 用于 {len(own)} 个批次的产出登记；证明按批次开具，一份只对应一批",
                last.head.at,
                tuple(own)[:5],
                last.holder.key if last.holder else None,
                tuple(dict.fromkeys(event.head.event_id for event in own.values())),
            )


def _batch(key: str) -> str:
    """Items of one product, commissioned under one certificate, are one batch."""
    return (kind_of(key) or key) if is_instance(key) else key
