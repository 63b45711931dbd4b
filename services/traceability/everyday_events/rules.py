"""What shops, farms and workshops do every day, as EPCIS 2.0 events. Pure: plain records in, the event's JSON out.

Each act has an id of its own, made where it happened. The event's id is made of it, so that an act which is told twice
is one event. Whoever writes acts need not know the standard; whoever reads the events need not know this module.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote, unquote
from uuid import UUID, uuid5

from services.traceability.codes.rules import OWN_KEY, CodeKind, read_own_code
from services.traceability.epcis_events.keys import is_instance
from services.traceability.identifiers import CANONICAL_ORIGIN, as_link, match_key, read_identifier
from services.traceability.lots.rules import normalise_code, plain
from services.traceability.units.goods import Amount
from shared.times import SHANGHAI

Event = dict[str, Any]

LOT_KEY, PLACE_KEY, TICKET_KEY = "urn:shian:lot:", "urn:shian:place:", "urn:shian:ticket:"
CERTIFICATE_KEY = "urn:shian:certificate:"
_PLACES = tuple(OWN_KEY + kind.letter for kind in (CodeKind.SHOP, CodeKind.STALL))
_BEFORE_OWN_CODE = re.compile(r"(?:.*/q/|urn:shian:(?:code|lot):(?:[0-9a-f-]{36}:)?)", re.IGNORECASE)
"""What a scanner or another page may have put before an own code."""
_AFTER_OWN_CODE = re.compile(r"(?:[?#&].*|[/.,;。、]+)$")
"""What of a link, or of the sentence it stood in, may have come along behind it."""
_ONE_THING = tuple(OWN_KEY + kind.letter for kind in CodeKind if kind.names_one_thing)


@dataclass(frozen=True, slots=True)
class Goods:
    """A lot with its amount, or one thing with a code of its own (then the amount is not told)."""

    key: str
    amount: Amount | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """When and where something was done, under which ticket, and what certificates went with it (keys)."""

    id: UUID
    at: datetime
    place: str
    paper: str | None = None
    certificates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Label:
    """What is known of goods from their beginning on."""

    lot_code: str | None = None
    produced_on: date | None = None
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """A measured value: `kind` and `unit` as events write them (`Temperature`, `CEL`)."""

    at: datetime
    value: Decimal
    kind: str = "Temperature"
    unit: str = "CEL"


@dataclass(frozen=True, slots=True)
class Sensing:
    """Readings of one device."""

    device: str
    readings: Sequence[Reading] = field(default_factory=tuple)


def lot_key(written: str, owner_id: UUID) -> str:
    """The identifier under which events name what stands on a label: the code itself, else the number as that owner
    uses it. It hangs on nothing but the two, so that devices without a network name the same lot alike.
    """
    text = as_link(plain(written).strip())
    last = _BEFORE_OWN_CODE.sub("", _AFTER_OWN_CODE.sub("", unquote(text)))
    if own := read_own_code(last):
        return own
    if text.lower().startswith(("http://", "https://", "urn:")):
        return match_key(text)
    return f"{LOT_KEY}{owner_id}:{quote(normalise_code(text), safe='')}"


def lots_named(written: str | None, key: str) -> set[str]:
    """The key of goods and, where the label tells the lot beside the serial of one thing, the lot's: a hold of the lot
    is one of each thing in it.
    """
    link = read_identifier(as_link(plain(written or "").strip()))
    if link is None or "10" not in link.qualifiers:
        return {key}
    gtin, lot = link.key[1], quote(link.qualifiers["10"], safe="")
    return {key, match_key(f"{CANONICAL_ORIGIN}/01/{gtin}/10/{lot}")}


def lot_code(key: str) -> str:
    """What people read on the label of a lot, from its identifier."""
    if key.startswith(LOT_KEY):
        return unquote(key.rpartition(":")[2])
    if key.startswith(OWN_KEY):
        return key.removeprefix(OWN_KEY)
    return unquote(key.rpartition("/")[2]) if "/10/" in key else key


def is_place_code(key: str) -> bool:
    """Whether the key is that of a shop or stall, which is no goods."""
    return key.startswith(_PLACES)


def is_one_thing(key: str) -> bool:
    """Whether the key is that of a single labelled thing, and not of a lot."""
    return key.startswith(_ONE_THING) or is_instance(key)


def place_key(business_id: UUID, shop_code: str | None) -> str:
    """Where a business works: its registered shop code, else a name of its own."""
    return shop_code or f"{PLACE_KEY}{business_id}"


def ticket_key(ticket_id: UUID) -> str:
    return f"{TICKET_KEY}{ticket_id}"


def certificate_key(kind: str, number: str) -> str:
    """A certificate as events name it: by what it is and the number that stands on it, so that one number under two
    goods shows.
    """
    return f"{CERTIFICATE_KEY}{quote(kind.strip(), safe='')}:{quote(normalise_code(number), safe='')}"


def certificate_keys(certificates: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """The keys of certificates as records hold them (`kind`, `number`)."""
    return tuple(certificate_key(one["kind"], one["number"]) for one in certificates)


def commissioning(act: Act, goods: Sequence[Goods], label: Label) -> Event:
    """Goods come into being for the chain: harvested, entered by the first station, coded."""
    return _object(act, "commissioning", "active", goods, action="ADD") | _ilmd(label)


def shipping(act: Act, goods: Sequence[Goods], seller: str, buyer: str | None) -> Event:
    """Goods leave for another business; `buyer` is its place where it is known."""
    return _object(act, "shipping", "in_transit", goods) | _moved(seller, buyer)


def receiving(act: Act, goods: Sequence[Goods], seller: str | None, buyer: str) -> Event:
    """Goods arrive and are looked over (进货查验)."""
    return _object(act, "receiving", "in_progress", goods) | _moved(seller, buyer)


def retail_selling(act: Act, goods: Sequence[Goods], seller: str) -> Event:
    """Goods go to who eats them; nobody is named."""
    return _object(act, "retail_selling", "retail_sold", goods) | _moved(seller, None)


def void_shipping(act: Act, goods: Sequence[Goods]) -> Event:
    """A shipping that was told did not take place."""
    return _object(act, "void_shipping", "in_progress", goods)


def inspecting(act: Act, goods: Sequence[Goods], *, passed: bool) -> Event:
    """Goods were examined before they leave (出厂检验)."""
    return _object(act, "inspecting", "conformant" if passed else "non_conformant", goods)


def dispensing(act: Act, goods: Sequence[Goods]) -> Event:
    """Goods are used up by whom they were meant for: spread on a field, fed to a herd."""
    return _object(act, "dispensing", "dispensed", goods)


def destroying(act: Act, goods: Sequence[Goods]) -> Event:
    return _object(act, "destroying", "destroyed", goods, action="DELETE")


def transformation(act: Act, step: str, inputs: Sequence[Goods], outputs: Sequence[Goods], label: Label) -> Event:
    """What went in (投料) became what came out; `step` is a short word of the vocabulary of business steps."""
    return {
        **_frame(act, "TransformationEvent", step),
        **_listed(inputs, "inputEPCList", "inputQuantityList"),
        **_listed(outputs, "outputEPCList", "outputQuantityList"),
        "transformationID": f"urn:uuid:{act.id}",
        **_ilmd(label),
    }


def packing(act: Act, parent: str, goods: Sequence[Goods]) -> Event:
    """Goods are put into a container or logistic unit with a code of its own."""
    return _contained(act, "packing", "ADD", parent, goods)


def unpacking(act: Act, parent: str, goods: Sequence[Goods]) -> Event:
    """Goods are taken out again; none named means all of them."""
    return _contained(act, "unpacking", "DELETE", parent, goods)


def observation(act: Act, goods: Sequence[Goods], sensing: Sequence[Sensing]) -> Event:
    """What sensors told of the goods, or of the place while none are named."""
    event = _object(act, "sensor_reporting", None, goods)
    event["sensorElementList"] = [
        {
            "sensorMetadata": {"deviceID": sensor.device},
            "sensorReport": [
                {"type": reading.kind, "value": reading.value, "uom": reading.unit, "time": _moment(reading.at)}
                for reading in sensor.readings
            ],
        }
        for sensor in sensing
    ]
    return event


def _frame(act: Act, kind: str, step: str) -> Event:
    event: Event = {
        "eventID": f"urn:uuid:{uuid5(act.id, step)}",
        "type": kind,
        "eventTime": _moment(act.at),
        "eventTimeZoneOffset": "+08:00",
        "bizStep": step,
        "readPoint": {"id": act.place},
        "bizLocation": {"id": act.place},
    }
    papers = [("desadv", act.paper)] if act.paper is not None else []
    papers += [("cert", key) for key in dict.fromkeys(act.certificates)]
    if papers:
        event["bizTransactionList"] = [{"type": kind, "bizTransaction": key} for kind, key in papers]
    return event


def _object(act: Act, step: str, disposition: str | None, goods: Sequence[Goods], *, action: str = "OBSERVE") -> Event:
    event = _frame(act, "ObjectEvent", step) | {"action": action} | _listed(goods, "epcList", "quantityList")
    return event if disposition is None else event | {"disposition": disposition}


def _contained(act: Act, step: str, action: str, parent: str, goods: Sequence[Goods]) -> Event:
    listed = _listed(goods, "childEPCs", "childQuantityList")
    return _frame(act, "AggregationEvent", step) | {"action": action, "parentID": parent} | listed


def _listed(goods: Iterable[Goods], things: str, classes: str) -> Event:
    """Goods in the two lists of an event; a lot that comes twice is one entry for each unit."""
    epcs: dict[str, None] = {}
    sums: dict[tuple[str, str | None], Amount | None] = {}
    for item in goods:
        if is_one_thing(item.key):
            epcs[item.key] = None
            continue
        place = (item.key, item.amount.unit if item.amount else None)
        known = sums.get(place)
        total = item.amount
        if total is not None and known is not None:
            total = Amount(total.quantity + known.quantity, total.unit)
        sums[place] = total
    listed: Event = {}
    if epcs:
        listed[things] = list(epcs)
    if sums:
        listed[classes] = [{"epcClass": key, **_counted(total)} for (key, _), total in sums.items()]
    return listed


def _counted(total: Amount | None) -> Event:
    if total is None:
        return {}
    if total.uom is None:
        return {"quantity": int(total.quantity)}
    return {"quantity": Decimal(format(total.quantity.normalize(), "f")), "uom": total.uom}


def _moved(seller: str | None, buyer: str | None) -> Event:
    moved: Event = {}
    if seller is not None:
        moved["sourceList"] = [{"type": "possessing_party", "source": seller}]
    if buyer is not None:
        moved["destinationList"] = [{"type": "possessing_party", "destination": buyer}]
    return moved


def _ilmd(label: Label) -> Event:
    said = {
        "cbvmda:lotNumber": label.lot_code,
        "cbvmda:productionDate": label.produced_on.isoformat() if label.produced_on else None,
        "cbvmda:itemExpirationDate": label.expires_on.isoformat() if label.expires_on else None,
    }
    known = {name: value for name, value in said.items() if value is not None}
    return {"ilmd": known} if known else {}


def _moment(at: datetime) -> str:
    return at.astimezone(SHANGHAI).isoformat(timespec="milliseconds")
