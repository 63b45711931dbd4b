"""The scope of a recall: a trace forwards, frozen with the ids and hashes of its events, and who is to be told."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.epcis_events.keys import kind_of
from services.traceability.recalls import repository
from services.traceability.recalls.rules import SCOPE_FORMAT
from services.traceability.traces import service as traces
from services.traceability.traces.behind import business_names
from services.traceability.traces.custody import PIECE, Balance, Flow, Holder, holder_at
from services.traceability.traces.repository import places_named
from services.traceability.traces.rules import Direction
from services.traceability.traces.service import MOST_DEPTH, MOST_NODES, Trace
from services.traceability.units.goods import Amount
from shared.http.auth import Actor


@dataclass(frozen=True, slots=True)
class ScopeLine:
    """What a holder had of one thing by the records."""

    key: str
    name: str
    unit: str
    taken_in: Decimal
    left: Decimal | None
    sold: Decimal


@dataclass(frozen=True, slots=True)
class Scope:
    """`body` is what is frozen and hashed; amounts stand in it as texts."""

    as_of: datetime
    complete: bool
    links: int
    gaps: int
    body: dict[str, Any]
    holders: dict[Holder, list[ScopeLine]]


async def traced(session: AsyncSession, actor: Actor, code: str, as_of: datetime) -> Scope:
    """Trace forwards from the code as far as the actor sees. Raises `NothingTraced`."""
    trace = await traces.trace(session, actor, code, Direction.FORWARD, depth=MOST_DEPTH, limit=MOST_NODES)
    ids = {event.head.id for event in trace.timeline}
    ids |= {edge.event_pk for graph in trace.graphs.values() for edge in graph.edges}
    events = [
        {
            "event_id": row.event_id,
            "hash_id": row.hash_id,
            "recorded_at": row.record_time.isoformat(),
            "body_sha256": hashlib.sha256(row.body.encode()).hexdigest(),
        }
        for row in await repository.texts_of(session, ids)
    ]
    holders = _holders(trace, await _consignees(session, trace))
    for outside in await repository.sold_outside(session, actor, trace.things):
        holders.setdefault(_by_name(outside.buyer, outside.region_code), []).append(_outside_line(outside))
    named = [move for move in trace.movements if move.key in move.event.keys]
    links = sum(move.flow in (Flow.SHIPPED, Flow.RECEIVED) for move in named)
    gaps = [finding for finding in trace.findings if finding.kind.is_gap]
    body = {
        "format": SCOPE_FORMAT,
        "code": code,
        "key": trace.key,
        "as_of": as_of.isoformat(),
        "traced_by": actor.name,
        "regions": list(actor.regions),
        "complete": not trace.cut and trace.events_complete,
        "cut": sorted(trace.cut),
        "things": sorted(trace.things),
        "events": events,
        "certificates": sorted({one for event in trace.timeline for one in event.certificates}),
        "holders": [
            {
                "key": holder.key,
                "name": holder.name,
                "business_id": str(holder.business_id) if holder.business_id else None,
                "region_code": holder.region_code,
                "lines": [
                    {
                        "key": line.key,
                        "unit": line.unit,
                        "taken_in": f"{line.taken_in:f}",
                        "left": None if line.left is None else f"{line.left:f}",
                        "sold": f"{line.sold:f}",
                    }
                    for line in lines
                ],
            }
            for holder, lines in holders.items()
        ],
        "gaps": [
            {"kind": gap.kind.value, "says": gap.says, "holder": gap.holder_key, "event_ids": list(gap.event_ids)}
            for gap in gaps
        ],
    }
    return Scope(as_of, bool(body["complete"]), links, len(gaps), body, holders)


def _holders(trace: Trace, consignees: Mapping[str, Holder]) -> dict[Holder, list[ScopeLine]]:
    """Everybody who had any of the goods, with what he had; also to whom goods were sent who has recorded nothing: by
    the sender's record he has them all.
    """
    found: dict[Holder, list[ScopeLine]] = defaultdict(list)
    for balance in trace.balances:
        found[balance.holder].append(_line(trace, balance))
    known = {(line.key, holder.key) for holder, lines in found.items() for line in lines}
    goods = {balance.key for balance in trace.balances}
    for (key, holder, unit), amount in _sent(trace, goods, consignees).items():
        if (key, holder.key) not in known:
            name = trace.names.get(key) or ""
            found[holder].append(ScopeLine(key, name, unit, amount or Decimal(0), amount, Decimal(0)))
    return dict(sorted(found.items(), key=lambda one: one[0].key))


def _sent(
    trace: Trace, goods: set[str], consignees: Mapping[str, Holder]
) -> dict[tuple[str, Holder, str], Decimal | None]:
    """How much of which of the goods was sent to whom; None: not told."""
    sent: dict[tuple[str, Holder, str], Decimal | None] = {}
    for move in trace.movements:
        if move.flow is not Flow.SHIPPED or move.key not in goods:
            continue
        for destination in dict.fromkeys(move.event.destinations):
            place = move.key, consignees[destination], move.unit
            before = sent.get(place, Decimal(0))
            sent[place] = None if before is None or move.amount is None else before + move.amount
    return sent


async def _consignees(session: AsyncSession, trace: Trace) -> dict[str, Holder]:
    """Who the places and parties are to which something was sent."""
    keys = {one for event in trace.timeline for one in event.destinations}
    keys |= {one for move in trace.movements for one in move.event.destinations}
    places = await places_named(session, keys)
    names = await business_names(session, places, ())
    return {key: holder_at(key, places, names) for key in keys}


def _by_name(name: str, region_code: str) -> Holder:
    """Somebody who is not on the platform: nobody tells him but an officer, who also records what he answers."""
    return Holder(f"name:{name}", name, None, region_code)


def _outside_line(sold: repository.SoldOutside) -> ScopeLine:
    amount = Amount(sold.quantity, sold.unit)
    return ScopeLine(sold.lot_key, sold.product_name, amount.uom or PIECE, amount.quantity, amount.quantity, Decimal(0))


def _line(trace: Trace, balance: Balance) -> ScopeLine:
    name = trace.names.get(balance.key) or trace.names.get(kind_of(balance.key) or "") or ""
    sold = balance.flows.get(Flow.SOLD, Decimal(0))
    return ScopeLine(balance.key, name, balance.unit, balance.taken_in, balance.remaining, sold)


def named_only(
    *,
    code: str,
    key: str,
    product_name: str,
    holder_name: str,
    business_id: UUID | None,
    region_code: str,
    as_of: datetime,
    by: str,
) -> Scope:
    """The scope of a lot of which the platform has no events: only who is named is known, so it is not complete."""
    holder = _by_name(holder_name, region_code)
    if business_id:
        holder = Holder(f"business:{business_id}", holder_name, business_id, region_code)
    line = ScopeLine(key, product_name, "", Decimal(0), None, Decimal(0))
    body = {
        "format": SCOPE_FORMAT,
        "code": code,
        "key": key,
        "as_of": as_of.isoformat(),
        "traced_by": by,
        "regions": [],
        "complete": False,
        "cut": ["no_events"],
        "things": [key],
        "events": [],
        "certificates": [],
        "holders": [
            {
                "key": holder.key,
                "name": holder_name,
                "business_id": str(business_id) if business_id else None,
                "region_code": region_code,
                "lines": [{"key": key, "unit": "", "taken_in": "0", "left": None, "sold": "0"}],
            }
        ],
        "gaps": [],
    }
    return Scope(as_of, False, 0, 0, body, {holder: [line]})
