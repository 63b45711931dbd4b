"""Who had how much of what: events as movements, what each holder took in and gave out, what became of inputs. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from services.traceability.epcis_events.keys import gln_key, is_class
from services.traceability.epcis_events.vocabularies import CBV
from services.traceability.traces.rules import FOR_EVER, Stay
from services.traceability.units.codes import comparable_units, converted

PIECE = "C62"
"""The unit of what is counted: an amount without a unit, and a thing that has a number of its own."""


class EventHead(NamedTuple):
    """An event without what it lists. `shown` are the things that its reader may know of, None: all."""

    id: UUID
    event_id: str
    hash_id: str
    event_type: str
    at: datetime
    recorded_at: datetime
    action: str | None
    biz_step: str | None
    disposition: str | None
    place: str | None
    business_id: UUID | None
    region_code: str | None
    shown: frozenset[str] | None = None


Heads = dict[UUID, EventHead]


class Thing(NamedTuple):
    role: str
    key: str
    quantity: Decimal | None
    uom: str | None


class Place(NamedTuple):
    """What is known of a place: its registered name, business and region, and its latitude and longitude."""

    name: str | None
    business_id: UUID | None
    region_code: str | None
    coordinates: tuple[Decimal, Decimal] | None


class Holder(NamedTuple):
    """Somebody who had things: a business (`business:…`), else a place (`place:…`). Two places of one business are one
    holder.
    """

    key: str
    name: str
    business_id: UUID | None
    region_code: str | None


class Flow(StrEnum):
    PRODUCED = "produced"
    RECEIVED = "received"
    SHIPPED = "shipped"
    SOLD = "sold"
    CONSUMED = "consumed"
    LOST = "lost"

    @property
    def label(self) -> str:
        return {
            "produced": "产出",
            "received": "购进",
            "shipped": "发出",
            "sold": "零售",
            "consumed": "投入使用",
            "lost": "损耗、销毁",
        }[self]

    @property
    def is_in(self) -> bool:
        return self in (Flow.PRODUCED, Flow.RECEIVED)


@dataclass(slots=True)
class TraceEvent:
    """An event of a trace with what it lists, as far as its reader may know."""

    head: EventHead
    things: list[Thing]
    holder: Holder | None = None
    sources: list[str] = field(default_factory=list)
    destinations: list[str] = field(default_factory=list)
    certificates: list[str] = field(default_factory=list)
    tickets: frozenset[str] = frozenset()
    """Under which tickets goods were sold over the counter or taken in."""
    of_record: bool = False
    """Of a consignment or its void: the platform wrote it down as part of a record (a ticket)."""

    @property
    def step(self) -> str:
        """The business step: its short word, or the sender's own URI."""
        return step_of(self.head)

    @property
    def keys(self) -> set[str]:
        return {thing.key for thing in self.things}


def step_of(head: EventHead) -> str:
    return (head.biz_step or "").removeprefix(f"{CBV}BizStep-")


class Movement(NamedTuple):
    """An amount of a thing that came to or left a holder; `amount` None: nobody has told how much."""

    event: TraceEvent
    key: str
    flow: Flow
    amount: Decimal | None
    unit: str


SHIPPING, VOID_SHIPPING = "shipping", "void_shipping"
_BY_STEP = {
    SHIPPING: Flow.SHIPPED,
    VOID_SHIPPING: Flow.SHIPPED,
    "receiving": Flow.RECEIVED,
    "retail_selling": Flow.SOLD,
    "dispensing": Flow.SOLD,
    "destroying": Flow.LOST,
}
RETAIL_STEPS = tuple(step for step, flow in _BY_STEP.items() if flow is Flow.SOLD)
_GONE = frozenset({f"{CBV}Disp-destroyed", f"{CBV}Disp-disposed"})


def flow_of(event: TraceEvent, role: str) -> Flow | None:
    """What an event means for the amount of a thing; packing and looking change nothing."""
    head = event.head
    if head.event_type == "TransformationEvent":
        return Flow.CONSUMED if role.startswith("input") else Flow.PRODUCED
    if head.event_type not in ("ObjectEvent", "TransactionEvent"):
        return None
    if (flow := _BY_STEP.get(event.step)) is not None:
        return flow
    if head.disposition in _GONE:
        return Flow.LOST
    if head.event_type == "ObjectEvent":
        return {"ADD": Flow.PRODUCED, "DELETE": Flow.LOST}.get(head.action or "")
    return None


def amount_of(thing: Thing) -> tuple[Decimal | None, str]:
    if thing.quantity is not None:
        return thing.quantity, thing.uom or PIECE
    return (None, "") if is_class(thing.key) else (Decimal(1), PIECE)


def voids_beside_records(events: Sequence[TraceEvent]) -> list[TraceEvent]:
    """Voids that somebody told himself of what he had sent under a record: they take nothing back, for the record
    stands until it is voided itself.
    """
    shipped: dict[tuple[str, str, bool], datetime] = {}
    for event in events:
        if event.step == SHIPPING and event.holder is not None:
            for key in event.keys:
                place = (event.holder.key, key, event.of_record)
                shipped[place] = min(event.head.at, shipped.get(place, event.head.at))

    def takes_back(void: TraceEvent, holder: Holder, *, of_record: bool) -> bool:
        return any(shipped.get((holder.key, key, of_record), FOR_EVER) <= void.head.at for key in void.keys)

    return [
        event
        for event in events
        if event.step == VOID_SHIPPING
        and not event.of_record
        and event.holder is not None
        and takes_back(event, event.holder, of_record=True)
        and not takes_back(event, event.holder, of_record=False)
    ]


def movements(events: Iterable[TraceEvent], contents: "Contents") -> list[Movement]:
    """Every movement that the events tell of, also of what lay in a carrier that moved."""
    found = []
    for event in events:
        named = event.keys
        for thing in event.things:
            flow = flow_of(event, thing.role)
            if flow is None:
                continue
            sign = -1 if event.step == VOID_SHIPPING else 1
            amount, unit = amount_of(thing)
            found.append(Movement(event, thing.key, flow, None if amount is None else sign * amount, unit))
            if flow is not Flow.PRODUCED:
                for inner in contents.at(thing.key, event.head.at):
                    if inner.key not in named:
                        amount, unit = amount_of(inner)
                        found.append(Movement(event, inner.key, flow, None if amount is None else sign * amount, unit))
    return found


def handed_on(moves: Sequence[Movement]) -> list[Movement]:
    """The movements, where what was sold over the counter and taken in by another business under the same ticket was
    handed on to it. Only what nobody took in is with consumers, so nothing is counted at both.
    """
    taken: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    untold: set[tuple[str, str]] = set()
    for move in moves:
        if move.flow is Flow.RECEIVED:
            for ticket in move.event.tickets:
                if move.amount is None:
                    untold.add((ticket, move.key))
                else:
                    base = _base(move.unit)
                    taken[ticket, move.key, base] += converted(move.amount, move.unit, base)
    known = untold | {(ticket, key) for ticket, key, _ in taken}
    found = []
    for move in moves:
        under = next((one for one in sorted(move.event.tickets) if (one, move.key) in known), None)
        if move.flow is not Flow.SOLD or under is None:
            found.append(move)
        elif move.amount is None or (under, move.key) in untold:
            found.append(move._replace(flow=Flow.SHIPPED))
        else:
            base = _base(move.unit)
            handed = min(move.amount, converted(taken[under, move.key, base], base, move.unit))
            taken[under, move.key, base] -= converted(handed, move.unit, base)
            split = (Flow.SHIPPED, handed), (Flow.SOLD, move.amount - handed)
            found += [move._replace(flow=flow, amount=amount) for flow, amount in split if amount]
    return found


def _base(unit: str) -> str:
    """One unit for all of a quantity."""
    return min(comparable_units(unit), default=unit)


class Contents:
    """What lay in which carrier when, with the amounts that the packing names."""

    def __init__(self, stays: Iterable[Stay], things: Mapping[UUID, Sequence[Thing]]) -> None:
        self._within: dict[str, list[tuple[Stay, Thing]]] = defaultdict(list)
        self._above: dict[str, list[Stay]] = defaultdict(list)
        for stay in stays:
            packed = [t for edge in stay.edges for t in things.get(edge.event_pk, ()) if t.key == stay.child]
            self._within[stay.carrier].append((stay, packed[0] if packed else Thing("child", stay.child, None, None)))
            self._above[stay.child].append(stay)

    def at(self, carrier: str, at: datetime, seen: frozenset[str] = frozenset()) -> list[Thing]:
        """All that lay in the carrier at that moment, also what lay in carriers within it."""
        found = []
        for stay, thing in self._within.get(carrier, ()):
            if stay.start <= at <= stay.end and stay.child not in seen:
                found += [thing, *self.at(stay.child, at, seen | {carrier})]
        return found

    def around(self, key: str, at: datetime) -> set[str]:
        """The carriers in which the thing lay at that moment."""
        found: set[str] = set()
        pending = [key]
        while pending:
            for stay in self._above.get(pending.pop(), ()):
                if stay.start <= at <= stay.end and stay.carrier not in found:
                    found.add(stay.carrier)
                    pending.append(stay.carrier)
        return found


@dataclass(slots=True)
class Balance:
    """What one holder took in and gave out of one thing, in one unit."""

    key: str
    holder: Holder
    unit: str
    flows: dict[Flow, Decimal] = field(default_factory=dict)
    untold: int = 0
    """How many movements do not say how much."""
    in_part: bool = False
    """Whether the reader may not see all that the holder has recorded; what is left cannot be told then."""
    last_at: datetime | None = None
    event_ids: list[str] = field(default_factory=list)

    @property
    def taken_in(self) -> Decimal:
        return sum((amount for flow, amount in self.flows.items() if flow.is_in), Decimal(0))

    @property
    def given_out(self) -> Decimal:
        return sum((amount for flow, amount in self.flows.items() if not flow.is_in), Decimal(0))

    @property
    def remaining(self) -> Decimal | None:
        """What must still be there by the records; None while some amount is not told or some record not seen."""
        return None if self.untold or self.in_part else self.taken_in - self.given_out


def balances(moves: Iterable[Movement]) -> list[Balance]:
    """One balance for each thing, holder and quantity (kilogrammes and tonnes are one, pieces and litres are not)."""
    found: dict[tuple[str, str], list[Balance]] = defaultdict(list)
    ordered = sorted(moves, key=lambda move: (move.event.head.at, move.event.head.event_id, move.unit))
    for move in ordered:
        holder = move.event.holder
        if holder is None:
            continue
        own = found[move.key, holder.key]
        balance = next((one for one in own if not move.unit or one.unit in comparable_units(move.unit)), None)
        if balance is None:
            own.append(balance := Balance(move.key, holder, move.unit))
        if move.amount is None:
            balance.untold += 1
        else:
            amount = converted(move.amount, move.unit, balance.unit) if balance.unit else move.amount
            balance.unit = balance.unit or move.unit
            balance.flows[move.flow] = balance.flows.get(move.flow, Decimal(0)) + amount
        balance.last_at = move.event.head.at
        if move.event.head.event_id not in balance.event_ids:
            balance.event_ids.append(move.event.head.event_id)
    return [one for own in found.values() for one in own]


@dataclass(frozen=True, slots=True)
class Yield:
    """What one transformation made of what was put into it, where both are told in one quantity."""

    node: str
    event: TraceEvent
    outputs: tuple[str, ...]
    unit: str
    put_in: Decimal
    came_out: Decimal

    @property
    def ratio(self) -> Decimal:
        return self.came_out / self.put_in


def yields(events: Iterable[TraceEvent]) -> list[Yield]:
    """Of each transformation event that tells all amounts in one quantity, how much came out of how much."""
    found = []
    for event in events:
        if event.head.event_type != "TransformationEvent":
            continue
        sides: dict[bool, list[tuple[Decimal | None, str]]] = {True: [], False: []}
        for thing in event.things:
            sides[thing.role.startswith("input")].append(amount_of(thing))
        unit = next((unit for _, unit in sides[True]), "")
        told = [(amount, its) for side in sides.values() for amount, its in side]
        if not sides[True] or not sides[False] or not unit:
            continue
        if any(amount is None or its not in comparable_units(unit) for amount, its in told):
            continue
        put_in, came_out = (
            sum((converted(amount, its, unit) for amount, its in sides[side] if amount is not None), Decimal(0))
            for side in (True, False)
        )
        if put_in > 0:
            outputs = tuple(thing.key for thing in event.things if thing.role.startswith("output"))
            found.append(Yield(f"event:{event.head.id}", event, outputs, unit, put_in, came_out))
    return found


def holder_of(head: EventHead, places: Mapping[str, Place], names: Mapping[UUID, str]) -> Holder | None:
    """Whose the event is. Who sees a part of it is told the place's holder, never who else captured it."""
    found = holder_where(head.place, head.business_id, head.region_code, places, names)
    if head.shown is None or found is None:
        return found
    at_place = holder_where(head.place, None, head.region_code, places, names)
    return found if at_place is not None and at_place.key == found.key else None


def holder_where(
    place: str | None,
    business_id: UUID | None,
    region_code: str | None,
    places: Mapping[str, Place],
    names: Mapping[UUID, str],
) -> Holder | None:
    """Whose an event at a place is that a business captured: of who holds the place, else of the place itself, and
    without one of who captured it. A business that tells of the place of another one has told what it did itself:
    nobody writes in another's name.
    """
    if place is not None:
        known = places.get(gln_key(place))
        held_by = known.business_id if known else None
        if held_by is None or business_id in (None, held_by):
            return holder_at(gln_key(place), places, names, region_code)
    return captured_by(business_id, names, region_code) if business_id is not None else None


def holder_at(
    gln: str, places: Mapping[str, Place], names: Mapping[UUID, str], region_code: str | None = None
) -> Holder:
    """Whose a place is; `region_code` counts where nobody has registered one for it."""
    place = places.get(gln)
    region = (place.region_code if place else None) or region_code
    if place is not None and place.business_id is not None:
        name = names.get(place.business_id) or place.name or gln
        return Holder(f"business:{place.business_id}", name, place.business_id, region)
    return Holder(f"place:{gln}", (place.name if place else None) or gln, None, region)


def captured_by(business_id: UUID, names: Mapping[UUID, str], region_code: str | None) -> Holder:
    """Whose an event without a place is."""
    return Holder(f"business:{business_id}", names.get(business_id, ""), business_id, region_code)
